package org.docchat;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what happens by itself. */
public final class Await {
    private static final long PAUSE = Duration.ofMillis(150).toNanos();

    private Await() {}

    /** Until the condition holds; a condition that throws does not hold yet. */
    public static void until(String expected, Duration limit, Callable<Boolean> condition) {
        var end = System.nanoTime() + limit.toNanos();
        Exception last = null;
        while (System.nanoTime() < end) {
            try {
                if (condition.call()) {
                    return;
                }
                last = null;
            } catch (Exception e) {
                last = e;
            }
            LockSupport.parkNanos(PAUSE);
        }
        var why = last == null ? "" : ": " + last.getMessage();
        throw new AssertionError("waited " + limit.toSeconds() + " s in vain until " + expected + why, last);
    }
}
