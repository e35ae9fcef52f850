package org.docchat.web.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import java.util.List;
import org.docchat.ForwardingModel;
import org.docchat.domain.Embedding;
import org.docchat.domain.Failure;
import org.docchat.domain.WordBag;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Calls of an embedding model on a server are counted")
class MeasuredEmbeddingModelTest {
    private final Metrics metrics = new Metrics();

    @Test
    void byWhatTheyWereFor() {
        var model = new MeasuredEmbeddingModel(new WordBag(), metrics);

        assertThat(model.embedPassages(List.of("one", "two"))).hasSize(2);
        model.embedQuestion("which?");

        assertThat(count("passages", "done")).isEqualTo(1);
        assertThat(count("question", "done")).isEqualTo(1);
        assertThat(count("question", "failed")).isZero();
    }

    @Test
    void byHowTheyEnded() {
        var model = new MeasuredEmbeddingModel(new Silent(), metrics);

        assertThatThrownBy(() -> model.embedQuestion("which?")).isInstanceOf(Failure.Unavailable.class);

        assertThat(count("question", "failed")).isEqualTo(1);
        assertThat(count("question", "done")).isZero();
    }

    private long count(String kind, String outcome) {
        return metrics.scrape().stream()
                .filter(metric -> metric.getMetadata().getName().equals("docchat_embedding_call_duration_seconds"))
                .flatMap(metric -> ((HistogramSnapshot) metric).getDataPoints().stream())
                .filter(point -> kind.equals(point.getLabels().get("kind"))
                        && outcome.equals(point.getLabels().get("outcome")))
                .mapToLong(HistogramSnapshot.HistogramDataPointSnapshot::getCount)
                .sum();
    }

    private static final class Silent extends ForwardingModel {
        Silent() {
            super(new WordBag());
        }

        @Override
        public List<Embedding> embedPassages(List<String> texts) {
            throw unavailable();
        }

        @Override
        public Embedding embedQuestion(String text) {
            throw unavailable();
        }

        private static Failure.Unavailable unavailable() {
            return new Failure.Unavailable("silent", "Nobody is there.", new IllegalStateException());
        }
    }
}
