package org.docchat.web.security;

import java.time.Duration;

/** What was used of limits within windows of time, as all nodes know it. */
interface Ledger {
    /**
     * How a window stands.
     *
     * @param used this and everything before it, also beyond any limit
     * @param left until the window ends and nothing of it counts any longer
     */
    record Entry(long used, Duration left) {}

    /**
     * Writes down that something is used up.
     *
     * @param window how long it counts, if this is the first; it counts as long as the first otherwise
     */
    Entry use(String name, long amount, Duration window);

    /** Ends the window of a name. */
    void forget(String name);
}
