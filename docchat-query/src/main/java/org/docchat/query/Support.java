package org.docchat.query;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.docchat.domain.Embedding;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.Passage;

/**
 * Finds the words of a passage that say what a claim says. They must hold every figure, name and address of the claim,
 * must not contradict it, it must not change or add a word in their midst, and the words that both share and their
 * closeness in meaning must add up to enough. How much is enough was measured: docchat-query/README.md.
 *
 * <p>One per answer: it remembers what it has embedded.
 */
final class Support {
    /** What shared words weigh against closeness in meaning. */
    private static final double SHARED_WEIGHT = 0.7;

    private static final double ENOUGH = 0.7;
    /** Two sentences share more words with anything than one. */
    private static final double MORE_FOR_TWO = 0.05;

    /** One word may be another for what the source says; so many that follow each other say something of their own. */
    private static final int ADDITION = 2;

    /** Of a document's name only years say something of what is in it. */
    private static final Pattern COUNTING = Pattern.compile("(?!(?:19|20)\\d\\d(?!\\d))(?<!\\d)\\d+");

    private static final int LOOKED_AT = 4;
    private static final int LONGEST = 700;

    /** So few words are no statement: they say what the question asks for. */
    private static final int FRAGMENT = 3;
    /** Of the question's words, as many as where most of them stand, or nearly. */
    private static final double NEAR = 0.75;

    private final EmbeddingModel model;
    private final Wording question;
    private final Map<String, Embedding> embedded = new HashMap<>();
    private final Map<Passage, List<Source>> sources = new LinkedHashMap<>();

    /**
     * @param question what all claims answer
     * @param passages all that there are
     */
    Support(EmbeddingModel model, String question, List<Passage> passages) {
        this.model = model;
        this.question = Wording.of(question);
        passages.forEach(passage -> sources.put(passage, sourcesOf(passage)));
    }

    /** A sentence of a passage, or two that follow each other. */
    record Source(Passage passage, int start, String words, List<Wording> sentences, Wording wording) {
        boolean two() {
            return sentences.size() > 1;
        }

        /** Whether a claim's figures stand in that of two sentences which says most of the claim. */
        boolean saysAtOnce(Wording claim) {
            if (!two()) {
                return true;
            }
            var most = sentences.stream()
                    .max(Comparator.comparingDouble(claim::sharedWith))
                    .orElseThrow();
            return claim.figures().stream()
                    .allMatch(figure -> most.figures().contains(figure)
                            || sentences.stream()
                                    .noneMatch(sentence -> sentence.figures().contains(figure)));
        }
    }

    private record Scored(Source source, double score) {}

    /** The best words of any passage that back a claim; empty if none do. */
    Optional<Source> of(String claim) {
        return of(claim, all().toList());
    }

    /** The same of one passage. */
    Optional<Source> of(String claim, Passage passage) {
        return of(claim, sources.getOrDefault(passage, List.of()));
    }

    private Optional<Source> of(String claim, List<Source> among) {
        return best(claim, among)
                .filter(best -> best.score >= ENOUGH + (best.source.two() ? MORE_FOR_TWO : 0))
                .map(Scored::source);
    }

    private Stream<Source> all() {
        return sources.values().stream().flatMap(List::stream);
    }

    private Optional<Scored> best(String claim, List<Source> among) {
        var claimed = Wording.of(claim);
        int said = claimed.words().size() + claimed.figures().size();
        boolean heading = claim.endsWith(":");
        if (said == 0 || said == 1 && heading) {
            return Optional.empty();
        }
        return among.stream()
                .filter(said > FRAGMENT ? source -> true : speaksOfTheQuestion(claimed))
                .map(source -> {
                    var written = Abbreviations.asIn(source.words(), claim);
                    var asThere = written.equals(claim) ? claimed : Wording.of(written);
                    return new Scored(source, mayBack(asThere, source) ? asThere.sharedWith(source.wording()) : 0);
                })
                .filter(scored -> scored.score > 0)
                .sorted(Comparator.comparingDouble(scored -> -scored.score))
                .limit(LOOKED_AT)
                .map(scored -> new Scored(
                        scored.source,
                        SHARED_WEIGHT * scored.score
                                + (1 - SHARED_WEIGHT) * embedding(claim).cosine(embedding(scored.source.words()))))
                .max(Comparator.comparingDouble(scored -> scored.score - (scored.source.two() ? MORE_FOR_TWO : 0)));
    }

    private Predicate<Source> speaksOfTheQuestion(Wording fragment) {
        double most = all().filter(source -> !source.two())
                .mapToDouble(source -> question.sharedWith(source.wording(), fragment))
                .max()
                .orElse(0);
        return source -> !source.two() && question.sharedWith(source.wording(), fragment) >= NEAR * most;
    }

    private static boolean mayBack(Wording claimed, Source source) {
        var said = source.wording();
        return said.figures().containsAll(claimed.figures())
                && said.addresses().containsAll(claimed.addresses())
                && said.words().containsAll(claimed.names())
                && source.saysAtOnce(claimed)
                && source.sentences().stream().noneMatch(claimed::changes)
                && !claimed.contradicts(said)
                && claimed.longestAddition(said) < ADDITION
                && source.sentences().stream().noneMatch(sentence -> Alignment.saysOtherwise(claimed, sentence, said));
    }

    private Embedding embedding(String text) {
        return embedded.computeIfAbsent(
                text, t -> model.embedPassages(List.of(t)).get(0));
    }

    /** The words of a heading, and of the document's name, are said of what stands below, too. */
    private static List<Source> sourcesOf(Passage passage) {
        var section = passage.location().section();
        var name = COUNTING.matcher(passage.documentName().replace('_', ' ')).replaceAll("");
        var heading = Wording.of(section == null ? name : name + "\n" + section);
        var sources = new ArrayList<Source>();
        PassageSentence before = null;
        Wording saidBefore = heading;
        for (var sentence : PassageSentence.of(passage)) {
            var said = Wording.of(passage.text().substring(sentence.start(), sentence.end()));
            for (var part : sentence.withoutHeadings(passage.text())) {
                var words = passage.text().substring(part.start(), part.end());
                sources.add(source(passage, part.start(), part.end(), List.of(Wording.of(words)), heading));
            }
            if (before != null && sentence.end() - before.start() <= LONGEST) {
                sources.add(source(passage, before.start(), sentence.end(), List.of(saidBefore, said), heading));
            }
            before = sentence;
            saidBefore = said;
        }
        return sources;
    }

    private static Source source(Passage passage, int start, int end, List<Wording> sentences, Wording heading) {
        var words = passage.text().substring(start, end);
        return new Source(
                passage,
                passage.location().start() + start,
                words,
                sentences,
                Wording.of(words).saidUnder(heading));
    }
}
