package org.docchat.ingest;

import java.time.Duration;

/** Wakes workers that have nothing to do. What is missed is found by looking from time to time. */
public final class Bell {
    private long rings;

    /** There is, or may be, something to do. */
    public synchronized void ring() {
        rings++;
        notifyAll();
    }

    /** How often it has rung: whoever looks for work asks this before, and so misses nothing that comes meanwhile. */
    synchronized long rings() {
        return rings;
    }

    /** Returns once it has rung more often than that, or after so long. */
    synchronized void await(long heard, Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        for (long left = atMost.toMillis(); rings == heard && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
    }
}
