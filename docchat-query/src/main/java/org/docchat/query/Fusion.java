package org.docchat.query;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.docchat.domain.Embedding;
import org.docchat.domain.PassageId;
import org.jspecify.annotations.Nullable;

/**
 * One list out of two: each score is told in standard deviations from the mean of the question's candidates, and both
 * are added. Scores say by how much one passage is better than the next, which ranks forget; deviations say it without
 * trusting the extremes, as minimum and maximum do. The ranking whose best stands out further from its rest has more
 * to say about this question, and its weight grows with the square root of that. At last {@link Smoothing} lets passages
 * that are close to each other speak for each other.
 *
 * <p>Standard scores after Montague and Aslam, <i>Relevance score normalization for metasearch</i> (2001); that the
 * spread of a ranking's scores tells its quality is from Shtok, Kurland and Carmel, <i>Predicting Query Performance by
 * Query-Drift Estimation</i> (2009). What it brings and what else was tried: docchat-query/README.md.
 */
final class Fusion {
    /** How many each ranking contributes. */
    static final int CANDIDATES = 100;
    /** Of the semantic ranking against the keyword ranking where both stand out equally. */
    private static final double SEMANTIC_WEIGHT = 1.5;

    private Fusion() {}

    /**
     * A passage with what each ranking says of it.
     *
     * @param keyword its BM25 score; null if it has none of the words
     * @param cosine its closeness in meaning, on the standard model's scale; null while it has no embedding
     * @param coverage the share of the question's words that it has, weighted by their rarity, in [0, 1]
     * @param embedding null while it has none, and where there are embeddings of several models
     */
    record Candidate(
            PassageId passage,
            @Nullable Double keyword,
            @Nullable Double cosine,
            double coverage,
            @Nullable Embedding embedding) {}

    /** A passage's place in the fused list; see {@link Librarian.Found}. */
    record Place(
            PassageId passage,
            double score,
            @Nullable Integer semanticRank,
            @Nullable Integer keywordRank) {}

    /** What a candidate has come to. */
    record Scored(Candidate candidate, double score) {
        static final Comparator<Scored> BEST_FIRST = Comparator.comparingDouble((Scored scored) -> -scored.score())
                .thenComparingLong(scored -> scored.candidate().passage().value());
    }

    /** The candidates, best first; equal ones in the order of their ids, so that a list is always the same. */
    static List<Place> fuse(List<Candidate> candidates, Librarian.Mode mode) {
        var keywordRanks = ranks(candidates, Candidate::keyword);
        var semanticRanks = ranks(candidates, Candidate::cosine);
        var keyword = Scale.of(candidates.stream().map(Fusion::keyword));
        var semantic = Scale.of(candidates.stream().map(Candidate::cosine));
        double keywordWeight = Math.sqrt(keyword.peak());
        double semanticWeight = SEMANTIC_WEIGHT * Math.sqrt(semantic.peak());
        var scored = new ArrayList<Scored>();
        for (var candidate : candidates) {
            Double score =
                    switch (mode) {
                        case HYBRID ->
                            (Double) (keywordWeight * keyword.deviations(keyword(candidate))
                                    + semanticWeight * semantic.deviations(candidate.cosine()));
                        case KEYWORD -> candidate.keyword();
                        case SEMANTIC -> candidate.cosine();
                    };
            if (score != null) {
                scored.add(new Scored(candidate, score));
            }
        }
        scored.sort(Scored.BEST_FIRST);
        if (mode == Librarian.Mode.HYBRID) {
            Smoothing.smooth(
                    scored, Scale.of(scored.stream().map(Scored::score)).peak());
            scored.sort(Scored.BEST_FIRST);
        }
        return scored.stream()
                .map(each -> {
                    var passage = each.candidate().passage();
                    return new Place(passage, each.score(), semanticRanks.get(passage), keywordRanks.get(passage));
                })
                .toList();
    }

    /** Who has none of the words scores nothing. */
    private static Double keyword(Candidate candidate) {
        return candidate.keyword() == null ? (Double) 0.0 : candidate.keyword();
    }

    /** Where a score stands among others. What has no score, such as a passage not embedded yet, stands in the middle. */
    private record Scale(double mean, double deviation, double best) {
        static Scale of(Stream<@Nullable Double> scores) {
            // Sorted: a sum depends on its order, and that of the candidates on their ids, which a copy has others of.
            var known =
                    scores.filter(Objects::nonNull).mapToDouble(s -> s).sorted().toArray();
            double mean = Arrays.stream(known).average().orElse(0);
            double variance = Arrays.stream(known)
                    .map(s -> (s - mean) * (s - mean))
                    .average()
                    .orElse(0);
            return new Scale(
                    mean, Math.sqrt(variance), Arrays.stream(known).max().orElse(0));
        }

        double peak() {
            return deviations(best);
        }

        double deviations(@Nullable Double score) {
            return score == null || deviation < 1e-9 ? 0 : (score - mean) / deviation;
        }
    }

    private static Map<PassageId, Integer> ranks(
            List<Candidate> candidates, Function<Candidate, @Nullable Double> figure) {
        var ranked = new ArrayList<Candidate>();
        for (var candidate : candidates) {
            if (figure.apply(candidate) != null) {
                ranked.add(candidate);
            }
        }
        ranked.sort(Comparator.comparingDouble((Candidate c) -> {
                    var value = figure.apply(c);
                    return value == null ? 0 : -value;
                })
                .thenComparingLong(c -> c.passage().value()));
        var ranks = new HashMap<PassageId, Integer>();
        for (int i = 0; i < Math.min(CANDIDATES, ranked.size()); i++) {
            ranks.put(ranked.get(i).passage(), i + 1);
        }
        return ranks;
    }
}
