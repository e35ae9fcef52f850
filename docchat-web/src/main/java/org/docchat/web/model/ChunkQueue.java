package org.docchat.web.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A response's bytes as they arrive, for a reader that does not wait for ever: the streams of {@code java.net.http}
 * know no time-out. One piece at a time is asked for; closing it closes the connection.
 */
final class ChunkQueue implements Flow.Subscriber<List<ByteBuffer>>, AutoCloseable {
    private sealed interface Piece {}

    private record Bytes(byte[] bytes) implements Piece {}

    private record End(@Nullable Throwable failure) implements Piece {}

    private final LinkedBlockingQueue<Piece> arrived = new LinkedBlockingQueue<>();
    private Flow.@Nullable Subscription subscription;
    private boolean closed;

    @Override
    public synchronized void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (closed) {
            given.cancel();
        } else {
            given.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        int size = buffers.stream().mapToInt(ByteBuffer::remaining).sum();
        var bytes = ByteBuffer.allocate(size);
        buffers.forEach(bytes::put);
        arrived.add(new Bytes(bytes.array()));
    }

    @Override
    public void onError(Throwable failure) {
        arrived.add(new End(failure));
    }

    @Override
    public void onComplete() {
        arrived.add(new End(null));
    }

    /** What a wait for bytes came to: {@code bytes} is null if none came in time, and empty at the end. */
    record Arrival(byte @Nullable [] bytes, boolean ended) {}

    /**
     * Waits for bytes.
     *
     * @throws IOException if the connection broke
     */
    Arrival next(long millis) throws IOException, InterruptedException {
        var piece = arrived.poll(Math.max(0, millis), TimeUnit.MILLISECONDS);
        if (piece instanceof Bytes some) {
            synchronized (this) {
                if (subscription != null) {
                    subscription.request(1);
                }
            }
            return new Arrival(some.bytes, false);
        }
        if (piece instanceof End end) {
            arrived.add(end);
            if (end.failure != null) {
                throw new IOException("the connection broke", end.failure);
            }
            return new Arrival(null, true);
        }
        return new Arrival(null, false);
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (subscription != null) {
            subscription.cancel();
        }
    }
}
