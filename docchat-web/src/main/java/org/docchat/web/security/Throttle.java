package org.docchat.web.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import org.docchat.domain.Failure;
import org.jspecify.annotations.Nullable;

/**
 * Counts attempts by name and by network, on all nodes together, so that guessing stays hopeless. From one network few
 * attempts at a name are admitted; from all of them together ten times as many, so that nobody shuts somebody else out
 * from one place.
 */
@ApplicationScoped
class Throttle {
    private static final Windows.Limit PER_NAME_AND_NETWORK = Windows.Limit.perMinute(10);
    private static final Windows.Limit PER_NAME = Windows.Limit.perMinute(100);
    private static final Windows.Limit PER_ADDRESS = Windows.Limit.perMinute(100);
    private static final Windows.Limit BAD_KEYS_PER_ADDRESS = Windows.Limit.perMinute(15);

    @Inject
    Windows windows;

    /** Counts an attempt to sign in; why it may not be made, if there were too many. */
    Optional<Failure.TooMany> attempt(String username, String address) {
        // What is refused for its network does not count against the name.
        return count("sign-in-network", "address:" + network(address), PER_ADDRESS)
                .or(() -> count("sign-in", pair(username, address), PER_NAME_AND_NETWORK))
                .or(() -> count("sign-in-name", "name:" + username, PER_NAME));
    }

    /** Counts an attempt to sign in at the identity provider; why it may not be made, if there were too many. */
    Optional<Failure.TooMany> atProvider(String address) {
        return count("sign-in-network", "provider:" + network(address), PER_ADDRESS);
    }

    /** Forgets the attempts at a name from where its password was given; what others try goes on to count. */
    void succeeded(String username, String address) {
        windows.forget(pair(username, address));
        windows.takeBack("name:" + username, 1);
        windows.takeBack("address:" + network(address), 1);
    }

    /** Counts a key or token that nobody has; why no other is looked at, if there were too many. */
    Optional<Failure.TooMany> badKey(String address) {
        return count("bad-keys", "key:" + network(address), BAD_KEYS_PER_ADDRESS);
    }

    private Optional<Failure.TooMany> count(String policy, String name, Windows.Limit limit) {
        var count = windows.count(name, limit);
        return count.admitted()
                ? Optional.empty()
                : Optional.of(tooMany(
                        new Failure.TooMany.Limit(policy, limit.most(), count.left(), limit.window()), count.reset()));
    }

    static Failure.TooMany tooMany(Failure.TooMany.@Nullable Limit limit, Duration wait) {
        return new Failure.TooMany("too_many_attempts", "Too many attempts. Wait, then try again.", limit, wait);
    }

    private static String pair(String username, String address) {
        return "name:" + username + " from:" + network(address);
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
