package org.docchat.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The quality of a ranking is what one computes by hand")
class QualityTest {
    private static final Offset<Double> CLOSE = within(1e-4);

    @Test
    void threeRelevantItemsOfWhichOneIsNotFound() {
        var quality = Quality.of(2, 5, 0);

        assertThat(quality.recallAt(1)).isZero();
        assertThat(quality.recallAt(3)).isCloseTo(1 / 3.0, CLOSE);
        assertThat(quality.recallAt(5)).isCloseTo(2 / 3.0, CLOSE);
        assertThat(quality.recallAt(10)).isCloseTo(2 / 3.0, CLOSE);
        assertThat(quality.reciprocal()).isEqualTo(0.5);
        // (1/log2(3) + 1/log2(6)) / (1/log2(2) + 1/log2(3) + 1/log2(4)) = (0.63093 + 0.38685) / 2.13093
        assertThat(quality.ndcgAt10()).isCloseTo(0.4776, CLOSE);
    }

    @Test
    void theBestOrderIsOneAndNothingFoundIsZero() {
        assertThat(Quality.of(1, 2, 3).ndcgAt10()).isCloseTo(1, CLOSE);
        assertThat(Quality.of(3, 1, 2).ndcgAt10()).isCloseTo(1, CLOSE);
        assertThat(Quality.of(0, 0).ndcgAt10()).isZero();
        assertThat(Quality.of(0, 0).reciprocal()).isZero();
    }

    @Test
    void whatStandsEleventhCountsForTheReciprocalButNotForTheGain() {
        var quality = Quality.of(11);

        assertThat(quality.ndcgAt10()).isZero();
        assertThat(quality.recallAt(10)).isZero();
        assertThat(quality.reciprocal()).isCloseTo(1 / 11.0, CLOSE);
    }

    @Test
    void gainsWeighWhatIsFound() {
        // (1/log2(2) + 2/log2(3)) / (2/log2(2) + 1/log2(3)) = 2.26186 / 2.63093
        assertThat(Quality.of(new int[] {1, 2}, new int[] {1, 2}).ndcgAt10()).isCloseTo(0.8597, CLOSE);
    }

    @Test
    void moreThanTenRelevantItemsCanStillBeRankedIdeally() {
        assertThat(Quality.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12).ndcgAt10()).isCloseTo(1, CLOSE);
    }

    @Test
    void withoutAnythingRelevantThereIsNoQuality() {
        assertThatThrownBy(() -> Quality.of()).isInstanceOf(IllegalArgumentException.class);
    }
}
