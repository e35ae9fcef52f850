package org.docchat.web.security;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts what happens by a name, in windows of a minute that begin with the first time. In the memory of one node: a
 * count shared through the database would cost each request a write.
 */
final class Windows {
    static final Duration LENGTH = Duration.ofMinutes(1);
    private static final int MOST_ENTRIES = 50_000;

    private record Window(long since, int count) {}

    private final Map<String, Window> windows = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
            return size() > MOST_ENTRIES;
        }
    };

    /**
     * Where a name stands.
     *
     * @param admitted false: as many as may have happened already, so this one was not counted
     * @param left how many more may happen before the reset
     */
    record Count(boolean admitted, int left, Duration reset) {}

    /** Counts one more, if it may happen. */
    synchronized Count count(String name, int most) {
        long now = System.nanoTime();
        var window = windows.get(name);
        if (window == null || now - window.since() >= LENGTH.toNanos()) {
            windows.remove(name);
            window = new Window(now, 0);
        }
        var reset = LENGTH.minusNanos(now - window.since());
        if (window.count() >= most) {
            return new Count(false, 0, reset);
        }
        windows.put(name, new Window(window.since(), window.count() + 1));
        return new Count(true, most - window.count() - 1, reset);
    }

    /** Forgets what was counted for a name. */
    synchronized void forget(String name) {
        windows.remove(name);
    }

    /** Takes back one that was counted. */
    synchronized void takeBack(String name) {
        windows.computeIfPresent(name, (key, window) -> new Window(window.since(), Math.max(0, window.count() - 1)));
    }
}
