package org.docchat.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.docchat.domain.PassageId;
import org.docchat.query.Fusion.Candidate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Evidence")
class EvidenceTest {
    private static Candidate candidate(@Nullable Double cosine, double coverage) {
        return new Candidate(new PassageId(1), 1.0, cosine, coverage, null);
    }

    private static boolean suffices(Candidate... candidates) {
        return Evidence.of(List.of(candidates)) >= Evidence.THRESHOLD;
    }

    @Test
    void isNoneWhereNothingIsFound() {
        assertThat(Evidence.of(List.of())).isZero();
    }

    @Test
    void needsClosenessOrTheWords() {
        assertThat(suffices(candidate(0.80, 0.1))).isTrue();
        assertThat(suffices(candidate(0.60, 0.8))).isTrue();
        assertThat(suffices(candidate(0.60, 0.3))).isFalse();
    }

    @Test
    void isThatOfOnePassageAndNotPutTogetherOfSeveral() {
        assertThat(suffices(candidate(0.70, 0), candidate(0.40, 0.7))).isFalse();
        assertThat(suffices(candidate(0.70, 0.7))).isTrue();
    }

    @Test
    void isToldByTheWordsOfWhatIsNotEmbedded() {
        assertThat(suffices(candidate(null, 0.8))).isTrue();
        assertThat(suffices(candidate(null, 0.3))).isFalse();
    }
}
