package org.docchat.web.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts what happens by a name, in windows of time that begin with the first time, on all nodes together. A node takes
 * shares of what is left from the {@link Ledger} and counts within them by itself, so that a request costs a write only
 * when its share is used up, and there is never more than the limit allows. What a node has taken and does not need is
 * lost to the others until the window ends.
 */
@ApplicationScoped
class Windows {
    private static final int MOST_ENTRIES = 50_000;
    private static final int SHARES = 100;

    @Inject
    Ledger ledger;

    private final Map<String, Window> windows = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
            return size() > MOST_ENTRIES;
        }
    };

    /**
     * How much may happen.
     *
     * @param most in one window
     * @param share how much a node takes at a time
     */
    record Limit(long most, Duration window, long share) {
        /** For what is frequent: each node may leave a hundredth unused. */
        static Limit perMinute(long most) {
            return new Limit(most, Duration.ofMinutes(1), Math.max(1, most / SHARES));
        }

        /** For what is costly anyway: exact. */
        static Limit perDay(long most) {
            return new Limit(most, Duration.ofDays(1), 1);
        }
    }

    /**
     * Where a name stands.
     *
     * @param admitted false: as many as may have happened already, so this was not counted
     * @param left how many more may happen before the reset, as far as this node knows
     */
    record Count(boolean admitted, long left, Duration reset) {}

    /** This node's part of a window. */
    private static final class Window {
        private long inHand;
        private long elsewhere;
        private long end = System.nanoTime();

        synchronized Count count(String name, Limit limit, int amount, Ledger ledger) {
            if (end - System.nanoTime() <= 0) {
                inHand = 0;
                elsewhere = limit.most();
            }
            if (inHand < amount && elsewhere > 0) {
                long share = Math.max(limit.share(), amount - inHand);
                var entry = ledger.use(name, share, limit.window());
                inHand += Math.max(0, share - Math.max(0, entry.used() - limit.most()));
                elsewhere = Math.max(0, limit.most() - entry.used());
                end = System.nanoTime() + entry.left().toNanos();
            }
            boolean admitted = inHand >= amount;
            if (admitted) {
                inHand -= amount;
            }
            return new Count(admitted, inHand + elsewhere, Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        }

        synchronized void takeBack(int amount) {
            inHand += amount;
        }
    }

    /** Counts one more, if it may happen. */
    Count count(String name, Limit limit) {
        return count(name, limit, 1);
    }

    /** Counts that many more, if all of them may happen. */
    Count count(String name, Limit limit, int amount) {
        Window window;
        synchronized (windows) {
            // Who is asked for often stays.
            window = windows.remove(name);
            window = window == null ? new Window() : window;
            windows.put(name, window);
        }
        // Others are not kept waiting while the ledger is asked.
        return window.count(name, limit, amount, ledger);
    }

    /** Forgets what was counted for a name. */
    void forget(String name) {
        synchronized (windows) {
            windows.remove(name);
        }
        ledger.forget(name);
    }

    /** Takes back what was counted: it stays with this node. */
    void takeBack(String name, int amount) {
        Window window;
        synchronized (windows) {
            window = windows.get(name);
        }
        if (window != null) {
            window.takeBack(amount);
        }
    }
}
