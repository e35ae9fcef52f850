package org.docchat.web.api;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.docchat.domain.Failure;
import org.docchat.domain.Slice;
import org.jspecify.annotations.Nullable;

/** Reads what callers send; what breaks a rule is refused by its name (400). */
final class Parameters {
    private Parameters() {}

    static Slice.Request slice(@Nullable String limit, @Nullable String cursor) {
        int wanted = 50;
        if (limit != null) {
            try {
                wanted = Integer.parseInt(limit);
            } catch (NumberFormatException e) {
                wanted = 0; // refused with its rule like any other number out of range
            }
        }
        return new Slice.Request(wanted, cursor == null || cursor.isEmpty() ? null : cursor);
    }

    /** A whole number that may be left out. */
    static @Nullable Integer number(String name, @Nullable String text, int least) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Answered below together with a number out of range.
        }
        throw new Failure.Invalid(
                "invalid_" + name, "The parameter " + name + " must be a whole number from " + least + ".");
    }

    /** A time that may be left out. */
    static @Nullable Instant time(String name, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            // Years have four digits there; the database knows no others either.
            if (!text.matches("[+-].*")) {
                return OffsetDateTime.parse(text).toInstant();
            }
        } catch (DateTimeParseException e) {
            // As below.
        }
        throw new Failure.Invalid(
                "invalid_" + name.toLowerCase(Locale.ROOT),
                name + " must be a time as RFC 3339 writes it, such as 2026-01-31T12:00:00Z.");
    }

    /** A body that must be there. */
    static <T> T body(@Nullable T body) {
        if (body == null) {
            throw new Failure.Invalid("missing_body", "This call takes a JSON object as its body.");
        }
        return body;
    }

    /** A text that must be there. */
    static String text(String name, @Nullable String text, int longest) {
        var given = optionalText(name, text, longest);
        if (given == null || given.isBlank()) {
            throw new Failure.Invalid("missing_" + name, "\"" + name + "\" is missing.");
        }
        return given;
    }

    /** A text that may be left out. */
    static @Nullable String optionalText(String name, @Nullable String text, int longest) {
        if (text != null && text.length() > longest) {
            throw new Failure.Invalid(
                    "invalid_" + name, "\"" + name + "\" may have " + longest + " characters at most.");
        }
        // PostgreSQL's text refuses U+0000, and no word contains it.
        return text == null ? null : text.replace("\0", "");
    }

    /** One of some names, in lower case. */
    static <E extends Enum<E>> E choice(String name, @Nullable String text, E[] all) {
        return Arrays.stream(all)
                .filter(one -> one.name().toLowerCase(Locale.ROOT).equals(text))
                .findAny()
                .orElseThrow(() -> new Failure.Invalid(
                        "invalid_" + name,
                        "\"" + name + "\" must be one of "
                                + Arrays.stream(all)
                                        .map(one -> one.name().toLowerCase(Locale.ROOT))
                                        .collect(Collectors.joining(", "))
                                + "."));
    }
}
