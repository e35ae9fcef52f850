package org.docchat.web.security;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Counts attempts by name and by address, so that guessing stays hopeless. In the memory of one node: with N nodes an
 * attacker has N times as many attempts, which changes nothing about that.
 */
@ApplicationScoped
class Throttle {
    private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int PER_NAME = 10;
    private static final int PER_ADDRESS = 100;
    private static final int BAD_KEYS_PER_ADDRESS = 15;
    private static final int MOST_ENTRIES = 50_000;

    private record Window(long since, int count) {}

    private final Map<String, Window> windows = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
            return size() > MOST_ENTRIES;
        }
    };

    /** Counts an attempt to sign in; the time to wait if there were too many. */
    Optional<Duration> attempt(String username, String address) {
        long now = System.nanoTime();
        synchronized (windows) {
            var byName = count("name:" + username, PER_NAME, now);
            var byAddress = count("address:" + network(address), PER_ADDRESS, now);
            return byName.isPresent() ? byName : byAddress;
        }
    }

    /** Forgets the attempts of a name whose password was given. */
    void succeeded(String username, String address) {
        synchronized (windows) {
            windows.remove("name:" + username);
            windows.computeIfPresent(
                    "address:" + network(address),
                    (key, window) -> new Window(window.since(), Math.max(0, window.count() - 1)));
        }
    }

    /** Counts a key or token that nobody has; the time to wait if there were too many. */
    Optional<Duration> badKey(String address) {
        synchronized (windows) {
            return count("key:" + network(address), BAD_KEYS_PER_ADDRESS, System.nanoTime());
        }
    }

    private Optional<Duration> count(String key, int most, long now) {
        var window = windows.get(key);
        if (window == null || now - window.since() >= WINDOW_NANOS) {
            windows.remove(key);
            window = new Window(now, 0);
        }
        if (window.count() >= most) {
            return Optional.of(Duration.ofNanos(WINDOW_NANOS - (now - window.since())));
        }
        windows.put(key, new Window(window.since(), window.count() + 1));
        return Optional.empty();
    }

    /** An IPv6 customer has a whole /64; an IPv4 address stands for itself. */
    static String network(String address) {
        if (!address.contains(":") || address.contains(".")) {
            return address;
        }
        var text = address.replaceAll("[\\[\\]]|%.*", "");
        int gap = text.indexOf("::");
        var head = (gap < 0 ? text : text.substring(0, gap)).split(":");
        var prefix = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            prefix.append(
                            i < head.length && !head[i].isEmpty()
                                    ? Integer.toHexString(Integer.parseInt(head[i], 16))
                                    : "0")
                    .append(':');
        }
        return prefix.toString();
    }
}
