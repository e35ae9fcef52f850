package org.docchat.ingest;

import jakarta.json.JsonException;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.docchat.domain.Failure;
import org.jspecify.annotations.Nullable;

/** One line of JSON of an archive, which anybody may have written: what is taken from it is checked. */
record ArchiveLine(String file, JsonObject json) {
    static final JsonProvider JSON = JsonProvider.provider();
    private static final Instant EARLIEST = Instant.parse("1970-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-01-01T00:00:00Z");

    /** What an archive is refused for. */
    static Failure damaged(String what) {
        return new Failure.Invalid(
                "damaged_archive",
                "This is no export of DocChat, or it is damaged: " + what
                        + " Nothing of it was imported. Export the collection again, or fetch the file again.");
    }

    static ArchiveLine parse(String file, String text) {
        try (var reader = JSON.createReader(new StringReader(text))) {
            return new ArchiveLine(file, reader.readObject());
        } catch (JsonException | IllegalStateException e) {
            throw damaged(file + " is not made of lines of JSON.");
        }
    }

    /** What PostgreSQL and readers can take: no U+0000, no lone surrogate. */
    static boolean isClean(String text) {
        return text.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    void require(boolean holds, String field) {
        if (!holds) {
            throw damaged(file + " has " + field + " that cannot be.");
        }
    }

    String text(String name, int longest) {
        var text = optional(name, longest);
        require(text != null, "no " + name + ", or one");
        return text == null ? "" : text;
    }

    @Nullable
    String optional(String name, int longest) {
        if (!(json.get(name) instanceof JsonString string)) {
            require(json.getOrDefault(name, JsonValue.NULL) == JsonValue.NULL, name);
            return null;
        }
        require(string.getString().length() <= longest && isClean(string.getString()), name);
        return string.getString();
    }

    long number(String name) {
        require(json.get(name) instanceof JsonNumber number && number.isIntegral(), "no " + name + ", or one");
        try {
            return json.getJsonNumber(name).longValueExact();
        } catch (ArithmeticException e) {
            throw damaged(file + " has a " + name + " out of bounds.");
        }
    }

    int integer(String name, int least) {
        long number = number(name);
        require(number >= least && number <= Integer.MAX_VALUE, name);
        return (int) number;
    }

    Instant time(String name) {
        var time = optionalTime(name);
        require(time != null, "no " + name + ", or one");
        return time == null ? EARLIEST : time;
    }

    @Nullable
    Instant optionalTime(String name) {
        var text = optional(name, 40);
        try {
            var time = text == null ? null : Instant.parse(text);
            require(time == null || !time.isBefore(EARLIEST) && time.isBefore(LATEST), name);
            return time;
        } catch (DateTimeException e) {
            throw damaged(file + " has a " + name + " that is no time.");
        }
    }

    byte @Nullable [] bytes(String name) {
        var text = optional(name, Integer.MAX_VALUE);
        try {
            return text == null ? null : Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw damaged(file + " has a " + name + " that is not base64.");
        }
    }

    /** The lines of an array of objects. */
    List<ArchiveLine> list(String name) {
        require(json.get(name) != null && json.get(name).getValueType() == JsonValue.ValueType.ARRAY, name);
        return json.getJsonArray(name).stream()
                .map(value -> {
                    require(value.getValueType() == JsonValue.ValueType.OBJECT, name);
                    return new ArchiveLine(file, value.asJsonObject());
                })
                .toList();
    }

    @Nullable
    ArchiveLine object(String name) {
        var value = json.get(name);
        require(value == null || value.getValueType() == JsonValue.ValueType.OBJECT, name);
        return value == null ? null : new ArchiveLine(file, value.asJsonObject());
    }

    /** Takes the lines of a file. */
    interface Lines {
        void take(ArchiveLine line) throws IOException;
    }
}
