package org.docchat.web.model;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** How long a request may still be waited for. */
final class Waiting {
    private static final long LOOK_NANOS = Duration.ofMillis(400).toNanos();

    private final long began = System.nanoTime();
    private final Duration firstToken;
    private final Duration whole;
    private final Duration silence;
    private final BooleanSupplier isCancelled;
    private long heard = began;
    private long looked = began - LOOK_NANOS;
    private boolean cancelled;

    Waiting(ChatServer server, Duration silence, BooleanSupplier isCancelled) {
        this.firstToken = server.firstToken();
        this.whole = server.whole();
        this.silence = silence;
        this.isCancelled = isCancelled;
    }

    /** Whether nobody waits any more. To know it may take a query, so it is not asked for every token. */
    boolean isCancelled() {
        if (!cancelled && System.nanoTime() - looked >= LOOK_NANOS) {
            cancelled = isCancelled.getAsBoolean();
            looked = System.nanoTime();
        }
        return cancelled;
    }

    void heard() {
        heard = System.nanoTime();
    }

    boolean isOver() {
        return millis(whole, began) <= 0;
    }

    long millisToFirstToken() {
        return Math.min(millis(firstToken, began), millis(whole, began));
    }

    long millisToSilence() {
        return millis(silence, heard);
    }

    /** Sleeps; false at once if the first token could not come in time afterwards, or as soon as nobody waits. */
    boolean sleep(Duration pause) throws InterruptedException {
        long until = System.nanoTime() + pause.toNanos();
        if (pause.toMillis() >= millisToFirstToken()) {
            return false;
        }
        while (System.nanoTime() < until) {
            if (isCancelled()) {
                return false;
            }
            Thread.sleep(Math.min(100, (until - System.nanoTime()) / 1_000_000 + 1));
        }
        return true;
    }

    private static long millis(Duration limit, long since) {
        return limit.toMillis() - (System.nanoTime() - since) / 1_000_000;
    }
}
