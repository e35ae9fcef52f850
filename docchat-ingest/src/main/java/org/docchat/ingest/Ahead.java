package org.docchat.ingest;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.docchat.domain.Embedding;
import org.docchat.domain.EmbeddingModel;
import org.docchat.ingest.Shelf.Waiting;

/**
 * The batches of one document that are being embedded: one that is waited for and the next one, so that the model has
 * work while the first is stored, and none of its threads is idle at the end of a batch.
 */
final class Ahead implements AutoCloseable {
    static final int BATCHES = 2;

    private final EmbeddingModel model;
    private final ExecutorService threads;
    private final Deque<Batch> begun = new ArrayDeque<>();

    /** @param threads as many as there are batches at a time */
    Ahead(EmbeddingModel model, ExecutorService threads) {
        this.model = model;
        this.threads = threads;
    }

    private record Batch(List<Waiting> passages, Future<List<Embedding>> embeddings) {}

    record Embedded(List<Waiting> passages, List<Embedding> embeddings) {}

    boolean hasRoom() {
        return begun.size() < BATCHES;
    }

    boolean isEmpty() {
        return begun.isEmpty();
    }

    void begin(List<Waiting> passages) {
        var texts = passages.stream().map(Waiting::text).toList();
        begun.addLast(new Batch(passages, threads.submit(() -> model.embedPassages(texts))));
    }

    /** Waits for the batch that was begun first; one that fails takes the others with it. */
    Embedded next() throws InterruptedException {
        var batch = begun.getFirst();
        try {
            var embedded = new Embedded(batch.passages, batch.embeddings.get());
            begun.removeFirst();
            return embedded;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("embedding failed", e.getCause());
        }
    }

    @Override
    public void close() {
        begun.forEach(batch -> batch.embeddings.cancel(true));
    }
}
