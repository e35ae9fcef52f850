package org.docchat.web.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;

/**
 * Counts attempts by name and by address, on all nodes together, so that guessing stays hopeless.
 */
@ApplicationScoped
class Throttle {
    private static final Windows.Limit PER_NAME = Windows.Limit.perMinute(10);
    private static final Windows.Limit PER_ADDRESS = Windows.Limit.perMinute(100);
    private static final Windows.Limit BAD_KEYS_PER_ADDRESS = Windows.Limit.perMinute(15);

    @Inject
    Windows windows;

    /** Counts an attempt to sign in; the time to wait if there were too many. */
    Optional<Duration> attempt(String username, String address) {
        var byName = count("name:" + username, PER_NAME);
        var byAddress = count("address:" + network(address), PER_ADDRESS);
        return byName.isPresent() ? byName : byAddress;
    }

    /** Counts an attempt to sign in at the identity provider; the time to wait if there were too many. */
    Optional<Duration> atProvider(String address) {
        return count("provider:" + network(address), PER_ADDRESS);
    }

    /** Forgets the attempts of a name whose password was given. */
    void succeeded(String username, String address) {
        windows.forget("name:" + username);
        windows.takeBack("address:" + network(address), 1);
    }

    /** Counts a key or token that nobody has; the time to wait if there were too many. */
    Optional<Duration> badKey(String address) {
        return count("key:" + network(address), BAD_KEYS_PER_ADDRESS);
    }

    private Optional<Duration> count(String name, Windows.Limit limit) {
        var count = windows.count(name, limit);
        return count.admitted() ? Optional.empty() : Optional.of(count.reset());
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
