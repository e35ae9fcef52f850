package org.docchat.web.security;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** A ledger for as long as a test. */
final class MemoryLedger implements Ledger {
    private record Line(long used, long end) {}

    private final Map<String, Line> lines = new HashMap<>();

    @Override
    public synchronized Entry use(String name, long amount, Duration window) {
        long now = System.nanoTime();
        var line = lines.get(name);
        if (line == null || line.end() - now <= 0) {
            line = new Line(0, now + window.toNanos());
        }
        line = new Line(line.used() + amount, line.end());
        lines.put(name, line);
        return new Entry(line.used(), Duration.ofNanos(line.end() - now));
    }

    @Override
    public synchronized void forget(String name) {
        lines.remove(name);
    }
}
