package org.docchat.query;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.docchat.domain.PassageId;
import org.docchat.query.Retrieval.Candidate;
import org.jspecify.annotations.Nullable;

/**
 * One list out of two. Scores are brought to [0, 1] per question and added: scores say by how much one passage is
 * better than the next, which ranks forget.
 */
final class Fusion {
    private static final double KEYWORD_WEIGHT = 0.5;

    private Fusion() {}

    /** The candidates, best first; equal ones in the order of their ids, so that a list is always the same. */
    static List<Librarian.Found> fuse(List<Candidate> candidates, Librarian.Mode mode) {
        var keywordRanks = ranks(candidates, Candidate::keyword);
        var semanticRanks = ranks(candidates, Candidate::cosine);
        double bestKeyword = candidates.stream()
                .mapToDouble(c -> c.keyword() == null ? 0 : c.keyword())
                .max()
                .orElse(0);
        var cosines = candidates.stream()
                .filter(c -> c.cosine() != null)
                .mapToDouble(c -> c.cosine() == null ? 0 : c.cosine())
                .summaryStatistics();
        double spread = Math.max(cosines.getMax() - cosines.getMin(), 1e-9);
        var found = new ArrayList<Librarian.Found>();
        for (var candidate : candidates) {
            double keyword = candidate.keyword() == null || bestKeyword == 0 ? 0 : candidate.keyword() / bestKeyword;
            double semantic = candidate.cosine() == null ? 0 : (candidate.cosine() - cosines.getMin()) / spread;
            Double score =
                    switch (mode) {
                        case HYBRID -> (Double) (KEYWORD_WEIGHT * keyword + (1 - KEYWORD_WEIGHT) * semantic);
                        case KEYWORD -> candidate.keyword();
                        case SEMANTIC -> candidate.cosine();
                    };
            if (score != null) {
                found.add(new Librarian.Found(
                        candidate.passage(),
                        score,
                        semanticRanks.get(candidate.passage().id()),
                        keywordRanks.get(candidate.passage().id())));
            }
        }
        found.sort(Comparator.comparingDouble((Librarian.Found f) -> -f.score())
                .thenComparingLong(f -> f.passage().id().value()));
        return found;
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
                .thenComparingLong(c -> c.passage().id().value()));
        var ranks = new HashMap<PassageId, Integer>();
        for (int i = 0; i < Math.min(Retrieval.CANDIDATES, ranked.size()); i++) {
            ranks.put(ranked.get(i).passage().id(), i + 1);
        }
        return ranks;
    }
}
