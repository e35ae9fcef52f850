package org.docchat.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.docchat.domain.Embedding;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.WordBag;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The scale of another embedding model")
class CalibrationTest {
    /** What the other model says, squeezed towards 1 by a direction that all its embeddings share. */
    private record Squeezed(EmbeddingModel of, float shared) implements EmbeddingModel {
        @Override
        public String name() {
            return "squeezed";
        }

        @Override
        public int dimensions() {
            return of.dimensions() + 1;
        }

        @Override
        public int maxTokens() {
            return of.maxTokens();
        }

        @Override
        public int countTokens(String text) {
            return of.countTokens(text);
        }

        @Override
        public List<Embedding> embedPassages(List<String> texts) {
            return of.embedPassages(texts).stream().map(this::squeezed).toList();
        }

        @Override
        public Embedding embedQuestion(String text) {
            return squeezed(of.embedQuestion(text));
        }

        private Embedding squeezed(Embedding embedding) {
            var vector = Arrays.copyOf(embedding.vector(), dimensions());
            vector[dimensions() - 1] = shared;
            return Embedding.normalized(vector);
        }
    }

    private final EmbeddingModel standard = new WordBag();

    @Test
    void isUndone() {
        var other = new Squeezed(standard, 2);
        var calibration = Calibration.of(standard, other);
        for (var texts : List.of(
                List.of("the crane lifts forty tonnes", "forty tonnes are lifted by the crane"),
                List.of("the crane lifts forty tonnes", "a ferry leaves from the northern pier"))) {
            double told = other.embedQuestion(texts.get(0))
                    .cosine(other.embedPassages(texts.subList(1, 2)).get(0));
            double wanted = standard.embedQuestion(texts.get(0))
                    .cosine(standard.embedPassages(texts.subList(1, 2)).get(0));
            assertThat(calibration.of(told)).isCloseTo(wanted, within(0.01));
        }
    }

    @Test
    void givesNothingToAModelForWhichAllIsAlike() {
        var blind = new Squeezed(standard, 10_000);
        double told = blind.embedQuestion("Who won the cup?")
                .cosine(blind.embedPassages(List.of("the crane lifts forty tonnes"))
                        .get(0));
        assertThat(told).isGreaterThan(0.99);
        assertThat(Calibration.of(standard, blind).of(told)).isLessThan(0.7);
    }

    @Test
    void isItsOwnForTheStandardModel() {
        assertThat(Calibration.of(standard, standard)).isEqualTo(Calibration.NONE);
    }
}
