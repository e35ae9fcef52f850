package org.docchat.query;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.docchat.domain.Passage;
import org.docchat.domain.Sentences;

/**
 * What a model wrote, taken apart into sentences and their markers. A sentence stays if the passages back each part of
 * it: the passage that its marker names, or else any other, which then is cited in its place. Everything else is left
 * out, so that nothing stands in an answer as if it were evidenced that is not.
 *
 * @param text of the sentences that stay, with markers {@code [n]}
 * @param leftOut how many sentences do not stay
 */
record Claims(String text, List<Writer.Quote> quotes, int leftOut) {
    /** Stand around the numbers of markers while a text is taken apart; a model's own are removed. */
    private static final char OPEN = '\uE000';

    private static final char CLOSE = '\uE001';
    private static final String MARK = OPEN + "(\\d{1,4})" + CLOSE;

    private static final Pattern LINK =
            Pattern.compile("!?\\[([^\\[\\]]{0,200})]\\((?:[^()\\n]++|\\([^()\\n]*+\\))*+\\)");
    private static final Pattern DEFINITION = Pattern.compile("(?m)^ {0,3}\\[[^\\]\\n]{1,200}]:.*$");
    private static final Pattern BRACKETS = Pattern.compile("[\\[【〔［⟦]([^\\[\\]【】〔〕［］⟦⟧\\n]{1,60})[\\]】〕］⟧]");
    private static final String KIND = "(?:(?:passages?|sources?|documents?|docs?|refs?|quellen?|no|nr)[.:]?\\s*+)?";
    private static final String NUMBER = "[#^]?\\s*+" + KIND + "\\p{Nd}++";
    private static final Pattern NUMBERS =
            Pattern.compile("(?iu)\\s*+" + NUMBER + "(?:\\s*+(?:[,;&–-]|and|und)\\s*+" + NUMBER + ")*+\\s*+(?:†.*)?");
    private static final Pattern RANGE = Pattern.compile("(\\p{Nd}{1,4})\\s*[–-]\\s*[#^]?(\\p{Nd}{1,4})|(\\p{Nd}+)");
    /** Markers often stand behind the full stop of what they are for. */
    private static final Pattern BEHIND_STOP =
            Pattern.compile("(?<![.!?。！？…])([.!?。！？…]++[\"'”’»)*_]{0,4}+)((?:\\s*+" + MARK + ")++)");

    private static final Pattern PREFIX = Pattern.compile("\\s*+(?:(?:[-*•>]|\\d{1,3}[.)]|#{1,6})\\s++)*+");
    private static final Pattern GROUP = Pattern.compile("(?<!\\s)(?:\\s*+" + MARK + ")++");

    /**
     * Keeps what is backed.
     *
     * @param passages marker {@code [n]} means the n-th
     * @throws CancellationException if nobody waits any more
     */
    static Claims of(String written, List<Passage> passages, Support support, BooleanSupplier isCancelled) {
        var quotes = new Quotes();
        var kept = new StringBuilder();
        int leftOut = 0;
        boolean paragraph = false;
        for (var line : marked(written).split("\n")) {
            var prefix = PREFIX.matcher(line);
            int body = prefix.lookingAt() ? prefix.end() : 0;
            var sentences = new ArrayList<String>();
            for (var range : Sentences.of(line.substring(body))) {
                if (isCancelled.getAsBoolean()) {
                    throw new CancellationException("nobody waits for the answer any more");
                }
                var sentence = line.substring(body + range.start(), body + range.end());
                if (saysNothing(sentence)) {
                    continue;
                }
                var backed = backed(sentence, passages, support, quotes);
                backed.ifPresent(sentences::add);
                leftOut += backed.isPresent() ? 0 : 1;
            }
            if (!sentences.isEmpty()) {
                kept.append(kept.isEmpty() ? "" : paragraph ? "\n\n" : "\n")
                        .append(line, 0, body)
                        .append(String.join(" ", sentences));
            }
            paragraph = line.isBlank();
        }
        return new Claims(kept.toString(), List.copyOf(quotes.quotes), leftOut);
    }

    /** The quotes so far; the same words are one quote. */
    private static final class Quotes {
        private final List<Writer.Quote> quotes = new ArrayList<>();

        String marker(Support.Source source) {
            for (var quote : quotes) {
                if (quote.passage().equals(source.passage())
                        && quote.start() == source.start()
                        && quote.words().equals(source.words())) {
                    return " [" + quote.number() + "]";
                }
            }
            quotes.add(new Writer.Quote(quotes.size() + 1, source.passage(), source.start(), source.words()));
            return " [" + quotes.size() + "]";
        }
    }

    private record Part(String text, List<Support.Source> sources) {}

    /** A sentence with the markers that are true of it; empty if a part of it is not backed. */
    private static Optional<String> backed(String sentence, List<Passage> passages, Support support, Quotes quotes) {
        var parts = new ArrayList<Part>();
        int start = 0;
        var group = GROUP.matcher(sentence);
        while (group.find()) {
            var text = sentence.substring(start, group.start());
            start = group.end();
            if (saysNothing(text)) {
                parts.add(new Part(text, List.of()));
                continue;
            }
            var sources = cited(group.group(), passages).stream()
                    .map(passage -> support.of(text, passage))
                    .flatMap(Optional::stream)
                    .toList();
            if (sources.isEmpty()) {
                sources = support.of(text).stream().toList();
            }
            if (sources.isEmpty()) {
                return Optional.empty();
            }
            parts.add(new Part(text, sources));
        }
        var rest = sentence.substring(start);
        if (!saysNothing(rest)) {
            var source = support.of(rest);
            if (source.isEmpty()) {
                return Optional.empty();
            }
            int end = rest.length();
            while (end > 0 && ".!?".indexOf(rest.charAt(end - 1)) >= 0) {
                end--;
            }
            parts.add(new Part(rest.substring(0, end), List.of(source.get())));
            rest = rest.substring(end);
        }
        var text = new StringBuilder();
        for (var part : parts) {
            text.append(part.text);
            part.sources.stream().map(quotes::marker).distinct().forEach(text::append);
        }
        return Optional.of(text.append(rest).toString().strip());
    }

    private static List<Passage> cited(String group, List<Passage> passages) {
        return Pattern.compile(MARK)
                .matcher(group)
                .results()
                .map(mark -> Integer.parseInt(mark.group(1)))
                .distinct()
                .filter(number -> number >= 1 && number <= passages.size())
                .map(number -> passages.get(number - 1))
                .toList();
    }

    private static boolean saysNothing(String text) {
        return text.chars().noneMatch(Character::isLetterOrDigit)
                || Pattern.compile(MARK).matcher(text).replaceAll("").chars().noneMatch(Character::isLetterOrDigit);
    }

    /** The text with every form of marker as one, each before the full stop, and with links as what they show. */
    private static String marked(String written) {
        var text = written.replace("\r", "").replaceAll("[" + OPEN + CLOSE + "]", "");
        text = DEFINITION.matcher(text).replaceAll("");
        text = LINK.matcher(text)
                .replaceAll(link -> Matcher.quoteReplacement(
                        NUMBERS.matcher(link.group(1)).matches() ? "[" + link.group(1) + "]" : link.group(1)));
        text = BRACKETS.matcher(text)
                .replaceAll(brackets -> Matcher.quoteReplacement(
                        NUMBERS.matcher(brackets.group(1)).matches() ? marks(brackets.group(1)) : brackets.group()));
        text = text.replaceAll("[\\[【〔［⟦]((?:\\s*+" + MARK + ")++)\\s*+[\\]】〕］⟧]", "$1");
        return BEHIND_STOP.matcher(text).replaceAll("$2$1");
    }

    private static String marks(String numbers) {
        Set<Integer> named = new LinkedHashSet<>();
        RANGE.matcher(numbers.replaceAll("†.*", "")).results().forEach(range -> addTo(named, range));
        var marks = new StringBuilder();
        named.forEach(number -> marks.append(OPEN).append(number).append(CLOSE));
        return marks.toString();
    }

    private static void addTo(Set<Integer> named, MatchResult range) {
        if (range.group(3) != null) {
            named.add(range.group(3).length() > 4 ? 0 : Integer.parseInt(range.group(3)));
            return;
        }
        int from = Integer.parseInt(range.group(1));
        int to = Integer.parseInt(range.group(2));
        for (int number = from; number <= Math.min(to, from + 20); number++) {
            named.add(number);
        }
    }
}
