package org.docchat.query;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.docchat.domain.DocumentId;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.Passage;
import org.docchat.domain.Sentences;

/**
 * Answers with the documents' own sentences: the fewest that answer, in reading order, each with its citation. Needs
 * no chat model, and cannot invent.
 */
public final class ExtractiveWriter implements Writer {
    private static final int PASSAGES = 6;
    private static final int CANDIDATES = 14;
    private static final int MOST_SENTENCES = 3;
    /** A further sentence must be nearly as good as the best one. */
    private static final double ALMOST_AS_GOOD = 0.965;
    /** What lies between two chosen sentences of a passage is quoted with them, up to so many characters. */
    private static final int BRIDGED = 120;

    /** Steps and other items belong together over a longer way. */
    private static final int BRIDGED_ITEMS = 600;

    private static final Pattern ITEM = Pattern.compile("(?s)\\s*([•◦▪‣·*-]|\\d{1,3}[.)])\\s.*");
    private static final int LONGEST_BRIDGE = 1_000;
    /** More sentences than fill this are a wall of text, which readers skip. */
    private static final int LONGEST_ANSWER = 1_000;
    /** A sentence that announces something is nothing without it. */
    private static final Pattern ANNOUNCES = Pattern.compile("(?is).*:|(?=.*\\b(following|as follows|below)\\b).*[.:]");

    private static final int SHORTEST = 12;
    private static final int LONGEST = 700;
    /** A line of a table of contents ends with its page. */
    private static final Pattern CONTENTS_LINE = Pattern.compile("(?s)[^.!:|=]*[\\s.]\\d{1,4}");

    /** Lines that are no longer are lines for a reason: items, rows, heads of letters. */
    private static final int LONGEST_ITEM = 60;

    private static final Pattern EMPTY_FIRST_CELL = Pattern.compile("^\\|\\s*");
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");
    /** Square brackets with a number would read as citations. */
    private static final Pattern FOREIGN_MARKER = Pattern.compile("\\[(\\d[\\d,;–\\- ]*)]");

    private final EmbeddingModel model;

    public ExtractiveWriter(EmbeddingModel model) {
        this.model = model;
    }

    @Override
    public String name() {
        return "extractive";
    }

    /** A sentence of a passage, and how well its words cover the question's. */
    private record Candidate(Passage passage, int rank, int start, String words, double coverage) {
        int end() {
            return start + words.length();
        }

        DocumentId document() {
            return passage.documentId();
        }

        int endOfPassage() {
            return passage.location().start() + passage.text().length();
        }

        /** The same, continued in its passage up to an offset. */
        Candidate to(int end) {
            int origin = passage.location().start();
            var longer = passage.text().substring(start - origin, Math.max(end, end()) - origin);
            return new Candidate(passage, rank, start, longer, coverage);
        }
    }

    private record Scored(Candidate candidate, double score) {}

    @Override
    public Draft write(String question, List<Passage> passages, Consumer<String> tokens, BooleanSupplier isCancelled) {
        var text = new StringBuilder();
        var quotes = new ArrayList<Quote>();
        for (var sentence : joined(choose(question, candidates(question, passages), isCancelled))) {
            requireReader(isCancelled);
            int number = quotes.size() + 1;
            var words = sentence.words();
            var piece = (text.isEmpty() ? "" : words.contains("\n") ? "\n" : " ") + shown(words) + " [" + number + "]";
            text.append(piece);
            tokens.accept(piece);
            quotes.add(new Quote(number, sentence.passage(), sentence.start(), words));
        }
        return new Draft(text.toString(), quotes, new Librarian.Usage(0, 0), name(), null);
    }

    /**
     * In reading order, the document of the best first; what stands close together in a passage becomes one quote with what
     * lies between.
     */
    private static List<Candidate> joined(List<Candidate> chosen) {
        var ranks = new HashMap<DocumentId, Integer>();
        chosen.forEach(candidate -> ranks.merge(candidate.document(), candidate.rank(), Math::min));
        var ordered = chosen.stream()
                .sorted(Comparator.comparing((Candidate candidate) -> ranks.get(candidate.document()))
                        .thenComparing(Candidate::start)
                        .thenComparing(Candidate::end, Comparator.reverseOrder()))
                .toList();
        var joined = new ArrayList<Candidate>();
        for (var next : ordered) {
            var last = joined.isEmpty() ? null : joined.get(joined.size() - 1);
            if (last == null || !last.document().equals(next.document())) {
                joined.add(next);
            } else if (next.end() > last.end()) {
                if (next.end() <= last.endOfPassage()
                        && next.start() - last.end() <= (isItem(last) && isItem(next) ? BRIDGED_ITEMS : BRIDGED)
                        && next.end() - last.start() <= LONGEST_BRIDGE) {
                    joined.set(joined.size() - 1, last.to(next.end()));
                } else {
                    joined.add(next);
                }
            }
        }
        return joined;
    }

    private static boolean isItem(Candidate candidate) {
        return ITEM.matcher(candidate.words()).matches();
    }

    private static List<Candidate> candidates(String question, List<Passage> passages) {
        var asked = stems(question);
        var candidates = new ArrayList<Candidate>();
        var seen = new HashSet<String>();
        for (int rank = 0; rank < Math.min(PASSAGES, passages.size()); rank++) {
            var passage = passages.get(rank);
            var text = passage.text();
            var sentences = PassageSentence.of(passage);
            for (int i = 0; i < sentences.size(); i++) {
                var range = sentences.get(i);
                int longest = range.start() + LONGEST;
                int end = Math.min(range.end(), longest);
                if (i + 1 < sentences.size()
                        && ANNOUNCES.matcher(text.substring(range.start(), end)).matches()) {
                    end = Math.min(sentences.get(i + 1).end(), longest);
                }
                var words = text.substring(range.start(), end);
                // Passages overlap, and documents repeat themselves.
                if (words.length() < SHORTEST || !seen.add(shown(words))) {
                    continue;
                }
                candidates.add(new Candidate(
                        passage,
                        rank,
                        passage.location().start() + range.start(),
                        words,
                        coverage(asked, stems(words + " " + passage.location().section()))));
            }
        }
        candidates.sort(Comparator.comparingDouble((Candidate c) -> -(c.coverage() - 0.03 * c.rank())));
        var answering =
                candidates.stream().filter(c -> !answersNothing(c.words())).toList();
        return (answering.isEmpty() ? candidates : answering)
                .stream().limit(CANDIDATES).toList();
    }

    private List<Candidate> choose(String question, List<Candidate> candidates, BooleanSupplier isCancelled) {
        var asked = model.embedQuestion(question);
        var scored = new ArrayList<Scored>();
        for (var candidate : candidates) {
            requireReader(isCancelled);
            var section = candidate.passage().location().section();
            var inPlace = section == null ? candidate.words() : section + "\n" + candidate.words();
            var embedded = model.embedPassages(List.of(inPlace)).get(0);
            double score = asked.cosine(embedded) + 0.12 * candidate.coverage() - 0.01 * candidate.rank();
            scored.add(new Scored(candidate, score));
        }
        scored.sort(Comparator.comparingDouble((Scored s) -> -s.score()));
        var chosen = new ArrayList<Candidate>();
        int length = 0;
        for (var next : scored.subList(0, Math.min(MOST_SENTENCES, scored.size()))) {
            length += next.candidate().words().length();
            if (chosen.isEmpty()
                    || next.score() >= ALMOST_AS_GOOD * scored.get(0).score() && length <= LONGEST_ANSWER) {
                chosen.add(next.candidate());
            }
        }
        return chosen;
    }

    private static void requireReader(BooleanSupplier isCancelled) {
        if (isCancelled.getAsBoolean()) {
            throw new CancellationException("nobody waits for the answer any more");
        }
    }

    /** Questions and lines of contents are like the question, but no answers. */
    private static boolean answersNothing(String words) {
        return words.endsWith("?") || CONTENTS_LINE.matcher(words).matches();
    }

    /** As it is shown: lines kept where they are rows or items, nothing that looks like a citation. */
    private static String shown(String words) {
        var lines = words.lines()
                .map(line -> line.strip().replaceAll("\\s+", " "))
                .filter(line -> !line.isEmpty())
                .toList();
        if (lines.stream().anyMatch(line -> line.length() > LONGEST_ITEM)) {
            // Lines of running text, broken where the page ended.
            lines = Sentences.of(words).stream()
                    .map(range -> words.substring(range.start(), range.end()).replaceAll("\\s+", " "))
                    .toList();
        }
        var separator = words.indexOf('\n') < 0 || lines.size() < 2 ? " " : "\n";
        var shown = EMPTY_FIRST_CELL.matcher(String.join(separator, lines)).replaceFirst("");
        return FOREIGN_MARKER.matcher(shown).replaceAll("($1)");
    }

    /** Share of the question's words that a text has. */
    private static double coverage(Set<String> asked, Set<String> had) {
        if (asked.isEmpty()) {
            return 0;
        }
        return (double) asked.stream().filter(had::contains).count() / asked.size();
    }

    /** Longer words cut to six letters, which brings most forms of a word together in most languages. */
    private static Set<String> stems(String text) {
        var stems = new HashSet<String>();
        var words = WORD.matcher(text.toLowerCase(Locale.ROOT));
        while (words.find()) {
            var word = words.group();
            if (word.length() > 3 || word.chars().anyMatch(Character::isDigit)) {
                stems.add(word.length() > 6 ? word.substring(0, 6) : word);
            }
        }
        return stems;
    }
}
