package org.docchat.query;

import java.util.Comparator;
import java.util.List;
import org.docchat.query.Retrieval.Candidate;

/**
 * How likely it is that what was found holds the answer: a logistic model of two figures, the closeness of the best
 * passage in meaning and the share of the question's words (weighted by rarity) that the passages nearest to it have.
 */
final class Evidence {
    /** Below this, nothing is answered. */
    static final double THRESHOLD = 0.5;

    private static final int LOOKED_AT = 5;

    private Evidence() {}

    static double of(List<Candidate> candidates) {
        double cosine = candidates.stream()
                .mapToDouble(c -> c.cosine() == null ? 0 : c.cosine())
                .max()
                .orElse(0);
        double coverage = candidates.stream()
                .sorted(Comparator.comparingDouble((Candidate c) -> c.cosine() == null ? 0 : -c.cosine()))
                .limit(LOOKED_AT)
                .mapToDouble(Candidate::coverage)
                .max()
                .orElse(0);
        return candidates.isEmpty() ? 0 : 1 / (1 + Math.exp(-(BIAS + COSINE * cosine + COVERAGE * coverage)));
    }

    /** Fitted on three collections, each with questions of its own and of the others; docchat-query/README.md. */
    private static final double BIAS = -21.2;

    private static final double COSINE = 25.0;
    private static final double COVERAGE = 8.0;
}
