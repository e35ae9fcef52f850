package org.docchat.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** What DocChat relies on in every embedding model: the bundled one and the one that tests make do with. */
public interface EmbeddingModelContract {
    List<String> TEXTS = List.of(
            "Hotel costs are refunded up to 140 euros a night.",
            "The lighthouse keeper owns eleven cats.",
            "",
            "Receipts are due within 14 days.",
            "Müller zahlt 3,5 % — naïve façade, 東京, 😀",
            "a long one ".repeat(2_000));

    /** The model; each call may give the same one. */
    EmbeddingModel model();

    @Test
    default void givesAnEmbeddingOfItsDimensionsForEveryText() {
        assertThat(model().embedPassages(TEXTS))
                .hasSameSizeAs(TEXTS)
                .allMatch(embedding -> embedding.vector().length == model().dimensions());
        assertThat(model().embedPassages(List.of())).isEmpty();
        assertThat(model().embedQuestion("Who owns cats?").vector()).hasSize(model().dimensions());
    }

    @Test
    default void keepsTheOrderOfTheTexts() {
        var many = new ArrayList<String>();
        for (int i = 0; i < 8; i++) {
            many.addAll(TEXTS);
        }
        var together = model().embedPassages(many);
        for (int i = 0; i < TEXTS.size(); i++) {
            assertThat(together.get(i))
                    .isEqualTo(model().embedPassages(List.of(TEXTS.get(i))).get(0));
        }
    }

    @Test
    default void embedsATextAlikeWhateverElseIsEmbeddedMeanwhile() throws Exception {
        var alone = model().embedPassages(TEXTS);
        var threads = Executors.newFixedThreadPool(4);
        try {
            var tasks = new ArrayList<Callable<List<Embedding>>>();
            for (int i = 0; i < 12; i++) {
                tasks.add(() -> model().embedPassages(TEXTS));
            }
            for (var done : threads.invokeAll(tasks)) {
                assertThat(done.get()).isEqualTo(alone);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    default void putsAQuestionNearestToThePassageThatAnswersIt() {
        var question = model().embedQuestion("Up to which amount are hotel costs refunded?");
        var passages = model().embedPassages(TEXTS);
        for (int i = 1; i < passages.size(); i++) {
            assertThat(question.cosine(passages.get(0))).isGreaterThan(question.cosine(passages.get(i)));
        }
    }

    @Test
    default void countsMoreTokensInMoreText() {
        assertThat(model().countTokens("")).isZero();
        assertThat(model().countTokens("Receipts are due")).isPositive().isLessThan(model().maxTokens());
        assertThat(model().countTokens("Receipts are due within 14 days"))
                .isGreaterThan(model().countTokens("Receipts are due"));
        assertThat(model().name()).isNotBlank();
    }

    @Test
    default void tellsApartWhatItIsGiven() {
        var passages = model().embedPassages(TEXTS);
        assertThat(passages.get(0).cosine(passages.get(1)))
                .isCloseTo(0.5, within(0.5))
                .isLessThan(0.99);
    }
}
