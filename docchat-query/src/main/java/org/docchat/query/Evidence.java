package org.docchat.query;

import java.util.List;
import org.docchat.query.Fusion.Candidate;

/**
 * How likely it is that what was found holds the answer: as likely as it is of the passage of which it is likeliest. A
 * logistic model of two figures of that passage, its closeness to the question in meaning and the share of the
 * question's words (weighted by rarity) that it has; of the words alone as long as it is not embedded.
 *
 * <p>Fitted on three collections, each with questions of its own and of the others; docchat-query/README.md.
 */
final class Evidence {
    /** Below this, nothing is answered. */
    static final double THRESHOLD = 0.3;

    private static final double BIAS = -35.0;
    private static final double COSINE = 46.0;
    private static final double COVERAGE = 11.5;

    private static final double WORDS_BIAS = -4.3;
    private static final double WORDS_COVERAGE = 8.7;

    private Evidence() {}

    /** @return a probability; 0 if there are no candidates */
    static double of(List<Candidate> candidates) {
        return candidates.stream().mapToDouble(Evidence::of).max().orElse(0);
    }

    private static double of(Candidate passage) {
        double odds = passage.cosine() == null
                ? WORDS_BIAS + WORDS_COVERAGE * passage.coverage()
                : BIAS + COSINE * passage.cosine() + COVERAGE * passage.coverage();
        return 1 / (1 + Math.exp(-odds));
    }
}
