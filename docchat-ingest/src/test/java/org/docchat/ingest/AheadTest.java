package org.docchat.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.docchat.domain.Embedding;
import org.docchat.domain.EmbeddingModel;
import org.docchat.ingest.Shelf.Waiting;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("While a batch of embeddings is waited for and stored, the next one is computed")
@Timeout(20)
class AheadTest {
    private final ExecutorService threads = Executors.newFixedThreadPool(Ahead.BATCHES);

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void theNextBatchBeginsBeforeTheFirstIsTaken() throws Exception {
        var second = new CountDownLatch(1);
        var model = new Axes() {
            @Override
            public List<Embedding> embedPassages(List<String> texts) {
                if (texts.contains("b")) {
                    second.countDown();
                } else {
                    // The first one ends only if the second has begun.
                    await(second);
                }
                return super.embedPassages(texts);
            }
        };
        try (var ahead = new Ahead(model, threads)) {
            ahead.begin(List.of(new Waiting(1, "a")));
            assertThat(ahead.hasRoom()).isTrue();
            ahead.begin(List.of(new Waiting(2, "b"), new Waiting(3, "c")));
            assertThat(ahead.hasRoom()).isFalse();

            assertThat(ahead.next().passages()).extracting(Waiting::passage).containsExactly(1L);
            var last = ahead.next();

            assertThat(last.passages()).extracting(Waiting::passage).containsExactly(2L, 3L);
            assertThat(last.embeddings()).hasSize(2);
            assertThat(ahead.isEmpty()).isTrue();
        }
    }

    @Test
    void whatIsBegunAndNotTakenIsStopped() throws Exception {
        var begun = new CountDownLatch(1);
        var stopped = new CountDownLatch(1);
        var model = new Axes() {
            @Override
            public List<Embedding> embedPassages(List<String> texts) {
                begun.countDown();
                try {
                    Thread.sleep(60_000);
                } catch (InterruptedException e) {
                    stopped.countDown();
                }
                return super.embedPassages(texts);
            }
        };
        try (var ahead = new Ahead(model, threads)) {
            ahead.begin(List.of(new Waiting(1, "a")));
            await(begun);
        }

        assertThat(stopped.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aFailureIsTheModelsOwn() {
        var model = new Axes() {
            @Override
            public List<Embedding> embedPassages(List<String> texts) {
                throw new IllegalStateException("the model is broken");
            }
        };
        try (var ahead = new Ahead(model, threads)) {
            ahead.begin(List.of(new Waiting(1, "a")));

            assertThatThrownBy(ahead::next)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the model is broken");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Every text lies on one of two axes. */
    private static class Axes implements EmbeddingModel {
        @Override
        public String name() {
            return "axes";
        }

        @Override
        public int dimensions() {
            return 2;
        }

        @Override
        public int maxTokens() {
            return 10;
        }

        @Override
        public int countTokens(String text) {
            return 1;
        }

        @Override
        public List<Embedding> embedPassages(List<String> texts) {
            return texts.stream().map(this::embedQuestion).toList();
        }

        @Override
        public Embedding embedQuestion(String text) {
            return Embedding.normalized(text.length() % 2 == 0 ? new float[] {1, 0} : new float[] {0, 1});
        }
    }
}
