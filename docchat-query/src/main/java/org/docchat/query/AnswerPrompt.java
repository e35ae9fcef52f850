package org.docchat.query;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.docchat.domain.Passage;

/**
 * What a chat model is told to answer a question from passages. Each passage stands in a fence made with a random word
 * that it cannot know, so that its text cannot pose as ours.
 *
 * @param passages those that are in it: the marker {@code [n]} means the n-th
 */
record AnswerPrompt(ChatModel.Prompt prompt, List<Passage> passages) {
    /** Changes with every change to the templates. */
    static final String VERSION = "answer-1";

    private static final String SYSTEM = template("system");
    private static final String USER = template("user");
    private static final Pattern VARIABLE = Pattern.compile("\\{\\{([a-z]+)}}");
    private static final int SHINGLE = 4;
    /** A passage that has so much in common with one before it says nothing new. */
    private static final double NEARLY_ALL = 0.8;

    /**
     * Builds the prompt from as many passages as fit, best first and without near-duplicates; the first is always in
     * it, cut if it must be.
     *
     * @param boundary makes random words
     */
    static AnswerPrompt of(String question, List<Passage> passages, int tokens, Supplier<String> boundary) {
        var word = boundary.get();
        while (contains(question, passages, word)) {
            word = boundary.get();
        }
        int left = tokens - ChatModel.estimateTokens(SYSTEM + USER + question) - 6 * word.length();
        var blocks = new StringBuilder();
        var taken = new ArrayList<Passage>();
        var seen = new HashSet<List<String>>();
        for (var passage : passages) {
            var shingles = shingles(passage.text());
            long known = shingles.stream().filter(seen::contains).count();
            if (!taken.isEmpty() && known >= NEARLY_ALL * shingles.size()) {
                continue;
            }
            var block = block(taken.size() + 1, passage, passage.text(), word);
            int cost = ChatModel.estimateTokens(block);
            if (cost > left) {
                if (!taken.isEmpty()) {
                    continue;
                }
                var text = passage.text();
                int characters = Math.max(0, text.length() - 3 * (cost - left));
                block = block(1, passage, text.substring(0, characters), word);
                cost = left;
            }
            blocks.append(block);
            taken.add(passage);
            seen.addAll(shingles);
            left -= cost;
        }
        var user = filled(Map.of("boundary", word, "passages", blocks.toString(), "question", question.strip()));
        return new AnswerPrompt(new ChatModel.Prompt(SYSTEM, user), List.copyOf(taken));
    }

    private static boolean contains(String question, List<Passage> passages, String word) {
        return question.contains(word)
                || passages.stream()
                        .anyMatch(p -> heading(p).contains(word) || p.text().contains(word));
    }

    private static String block(int number, Passage passage, String text, String word) {
        return "<<<" + word + " passage " + number + ">>>\n" + heading(passage) + "\n" + text.strip() + "\n<<<" + word
                + " end>>>\n";
    }

    /** Where the passage is from, on one line. */
    private static String heading(Passage passage) {
        var location = passage.location();
        return (passage.documentName()
                        + (location.page() == null ? "" : ", page " + location.page())
                        + (location.section() == null ? "" : ", " + location.section()))
                .replaceAll("\\s+", " ");
    }

    private static Set<List<String>> shingles(String text) {
        var words = List.of(text.toLowerCase(Locale.ROOT).strip().split("\\W+"));
        var shingles = new HashSet<List<String>>();
        for (int i = 0; i + SHINGLE <= words.size(); i++) {
            shingles.add(words.subList(i, i + SHINGLE));
        }
        return shingles.isEmpty() ? Set.of(words) : shingles;
    }

    /** In one pass: what stands in a value is never taken for a variable. */
    private static String filled(Map<String, String> values) {
        return VARIABLE.matcher(USER)
                .replaceAll(
                        variable -> Matcher.quoteReplacement(Objects.requireNonNull(values.get(variable.group(1)))));
    }

    private static String template(String part) {
        var name = VERSION + "." + part + ".txt";
        try (var in = AnswerPrompt.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
