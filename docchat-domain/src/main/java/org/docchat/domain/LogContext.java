package org.docchat.domain;

import java.util.EnumMap;
import java.util.Map;

/**
 * What the current thread works on, and for whom, until it is closed: the lines that it logs meanwhile carry that (a
 * mapped diagnostic context). Identifiers only, nothing that anybody wrote.
 */
public final class LogContext implements AutoCloseable {
    private static final ThreadLocal<Map<Key, String>> CURRENT = new ThreadLocal<>();

    /** What a line can be looked for by. */
    public enum Key {
        REQUEST,
        /** W3C's trace id, of whoever sent the request. */
        TRACE,
        USER,
        DOCUMENT
    }

    private final Map<Key, String> before = current();

    private LogContext(Map<Key, String> now) {
        set(now);
    }

    /** To be closed by the same thread. */
    public static LogContext with(Key key, String value) {
        return with(Map.of(key, value));
    }

    /** To be closed by the same thread; what is there already stays. */
    public static LogContext with(Map<Key, String> more) {
        var all = new EnumMap<Key, String>(Key.class);
        all.putAll(current());
        all.putAll(more);
        return new LogContext(all);
    }

    /** As it is now, also where another thread does the work. */
    public static Runnable carriedInto(Runnable work) {
        var carried = current();
        return () -> {
            try (var context = with(carried)) {
                work.run();
            }
        };
    }

    public static Map<Key, String> current() {
        var now = CURRENT.get();
        return now == null ? Map.of() : now;
    }

    private static void set(Map<Key, String> now) {
        if (now.isEmpty()) {
            CURRENT.remove();
        } else {
            CURRENT.set(Map.copyOf(now));
        }
    }

    @Override
    public void close() {
        set(before);
    }
}
