package org.docchat.web.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Optional;
import org.docchat.web.platform.Settings;

/**
 * How many requests a network, a user and a key may send in a minute, and the header fields that tell them
 * (draft-ietf-httpapi-ratelimit-headers-10). Each node counts for itself.
 */
@ApplicationScoped
class RateLimit {
    private final Windows windows = new Windows();

    @Inject
    Settings settings;

    /** Counts a request from an address; the time to wait if there were too many. */
    Optional<Duration> ofNetwork(String address, HttpServletResponse response) {
        return count("network", settings.requests().perNetwork(), Throttle.network(address), response);
    }

    /** Counts a request of a user; the time to wait if there were too many. */
    Optional<Duration> ofUser(Users.User user, HttpServletResponse response) {
        return count("user", settings.requests().perUser(), user.id().toString(), response);
    }

    /** Counts a request by an API key; the time to wait if there were too many. */
    Optional<Duration> ofKey(String prefix, HttpServletResponse response) {
        return count("key", settings.requests().perKey(), prefix, response);
    }

    private Optional<Duration> count(String policy, int most, String name, HttpServletResponse response) {
        if (most == 0) {
            return Optional.empty();
        }
        var count = windows.count(policy + ":" + name, most);
        // Both fields are lists: a line for each policy makes one list of them.
        response.addHeader("RateLimit-Policy", "\"" + policy + "\";q=" + most + ";w=" + Windows.LENGTH.toSeconds());
        response.addHeader(
                "RateLimit",
                "\"" + policy + "\";r=" + count.left() + ";t=" + count.reset().toSeconds());
        return count.admitted() ? Optional.empty() : Optional.of(count.reset());
    }
}
