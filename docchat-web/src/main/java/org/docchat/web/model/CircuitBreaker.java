package org.docchat.web.model;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Stops asking a server that fails again and again: after some failures in a row it is left alone for a while, then
 * one request is let through; if that works, all are. After Nygard, <i>Release It!</i> (2007).
 */
final class CircuitBreaker {
    private final int failures;
    private final long pauseNanos;
    private final LongSupplier nanoTime;

    private int failed;
    private long openedAt;
    private boolean trying;

    /** @param failures how many in a row open it */
    CircuitBreaker(int failures, Duration pause, LongSupplier nanoTime) {
        this.failures = failures;
        this.pauseNanos = pause.toNanos();
        this.nanoTime = nanoTime;
    }

    /** Whether a request may be made; who was let through must report how it went. */
    synchronized boolean letsThrough() {
        if (failed < failures) {
            return true;
        }
        if (trying || nanoTime.getAsLong() - openedAt < pauseNanos) {
            return false;
        }
        trying = true;
        return true;
    }

    synchronized void succeeded() {
        failed = 0;
        trying = false;
    }

    synchronized void failed() {
        failed++;
        trying = false;
        openedAt = nanoTime.getAsLong();
    }

    /** The request ended without telling anything of the server. */
    synchronized void gaveUp() {
        trying = false;
    }
}
