package org.docchat.web.model;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** How long a server wants to be left alone: in seconds, or until a time by its own clock (RFC 9110, 10.2.3). */
final class RetryAfter {
    private RetryAfter() {}

    /** Null where it does not say, or not so that it can be understood. */
    static @Nullable Duration of(HttpHeaders headers) {
        var said = headers.firstValue("Retry-After").orElse("").strip();
        if (said.matches("\\d{1,6}")) {
            return Duration.ofSeconds(Long.parseLong(said));
        }
        var until = time(said);
        if (until == null) {
            return null;
        }
        var now = time(headers.firstValue("Date").orElse(""));
        var pause = Duration.between(now == null ? Instant.now() : now, until);
        return pause.isNegative() ? Duration.ZERO : pause;
    }

    private static @Nullable Instant time(String text) {
        try {
            return DateTimeFormatter.RFC_1123_DATE_TIME.parse(text.strip(), Instant::from);
        } catch (DateTimeException e) {
            return null;
        }
    }
}
