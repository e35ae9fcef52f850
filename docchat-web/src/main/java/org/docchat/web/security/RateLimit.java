package org.docchat.web.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Optional;
import org.docchat.web.platform.Settings;

/**
 * How many requests a network, a user and a key may send in a minute, to the API and for pages
 * together, and the header fields that tell them
 * (draft-ietf-httpapi-ratelimit-headers-10). What is left is what this node knows of: others may have taken some of it.
 */
@ApplicationScoped
class RateLimit {
    @Inject
    Settings settings;

    @Inject
    Windows windows;

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

    /** Tells by a header when to come again; the same in seconds. */
    static long retryAfter(HttpServletResponse response, Duration wait) {
        long seconds = Math.max(1, wait.toSeconds());
        response.setHeader("Retry-After", Long.toString(seconds));
        return seconds;
    }

    private Optional<Duration> count(String policy, int most, String name, HttpServletResponse response) {
        if (most == 0) {
            return Optional.empty();
        }
        var limit = Windows.Limit.perMinute(most);
        var count = windows.count(policy + ":" + name, limit);
        // Both fields are lists: a line for each policy makes one list of them.
        response.addHeader(
                "RateLimit-Policy",
                "\"" + policy + "\";q=" + most + ";w=" + limit.window().toSeconds());
        response.addHeader(
                "RateLimit",
                "\"" + policy + "\";r=" + count.left() + ";t=" + count.reset().toSeconds());
        return count.admitted() ? Optional.empty() : Optional.of(count.reset());
    }
}
