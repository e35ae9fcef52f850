package org.docchat.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.docchat.query.EvaluationMetrics.Alike;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The figures of an evaluation count what they say they count")
class EvaluationMetricsTest {

    @Test
    void ofTenQuestions() {
        var metrics = EvaluationMetrics.of(List.of(
                new Alike(3, true, true, true, Quality.of(1), false),
                new Alike(1, true, true, false, Quality.of(4), false),
                new Alike(1, true, false, null, Quality.of(0), true),
                new Alike(1, true, true, null, null, false),
                new Alike(2, false, false, null, null, false),
                new Alike(1, false, true, null, null, false),
                new Alike(1, true, null, null, null, true)));

        assertThat(metrics.done()).isEqualTo(10);
        assertThat(metrics.ranked()).isEqualTo(5);
        assertThat(metrics.recallAt1()).isEqualTo(0.6);
        assertThat(metrics.recallAt3()).isEqualTo(0.6);
        assertThat(metrics.recallAt5()).isEqualTo(0.8);
        assertThat(metrics.recallAt10()).isEqualTo(0.8);
        // (3 × 1 + 1/4 + 0) / 5
        assertThat(metrics.mrr()).isEqualTo(0.65);
        // (3 × 1 + 1/log2(5) + 0) / 5
        assertThat(metrics.ndcgAt10()).isCloseTo(0.68614, within(1e-5));
        assertThat(metrics.unanswerable()).isEqualTo(3);
        assertThat(metrics.falseAnswers()).isEqualTo(1);
        assertThat(metrics.falseAnswerRate()).isCloseTo(1 / 3.0, within(1e-9));
        assertThat(metrics.answerable()).isEqualTo(6);
        assertThat(metrics.falseRefusals()).isEqualTo(1);
        assertThat(metrics.toCite()).isEqualTo(4);
        assertThat(metrics.citing()).isEqualTo(3);
        assertThat(metrics.citingRate()).isEqualTo(0.75);
        assertThat(metrics.doubtful()).isEqualTo(2);
    }

    @Test
    void ofNothingThereIsNoMeanAndNoRate() {
        var metrics = EvaluationMetrics.of(List.of());

        assertThat(metrics.done()).isZero();
        assertThat(metrics.mrr()).isNull();
        assertThat(metrics.falseAnswerRate()).isNull();
        assertThat(metrics.falseRefusalRate()).isNull();
    }
}
