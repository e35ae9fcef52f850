package org.docchat.ingest;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.docchat.domain.Failure;
import org.docchat.domain.Slice;
import org.jspecify.annotations.Nullable;

/** Where a part of a list ended: the sort keys of its last item, opaque outside. */
final class Cursor {
    private Cursor() {}

    /**
     * The keys of the last item seen; none at the start.
     *
     * @throws Failure.Invalid if the text was not made by {@link #slice}
     */
    static List<String> decode(@Nullable String cursor, int keys) {
        if (cursor == null) {
            return List.of();
        }
        try {
            var parts = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8).split("\n", -1);
            if (parts.length == keys) {
                return List.of(parts);
            }
        } catch (IllegalArgumentException e) {
            // Not Base64: answered below.
        }
        throw invalid();
    }

    static int number(String key) {
        try {
            return Integer.parseInt(key);
        } catch (NumberFormatException e) {
            throw invalid();
        }
    }

    /** @param items one more than asked for, where there are more */
    static <T> Slice<T> slice(List<T> items, Slice.Request request, Function<T, List<String>> keys) {
        if (items.size() <= request.limit()) {
            return new Slice<>(items, null);
        }
        var shown = items.subList(0, request.limit());
        var last = String.join("\n", keys.apply(shown.get(shown.size() - 1)));
        return new Slice<>(
                shown, Base64.getUrlEncoder().withoutPadding().encodeToString(last.getBytes(StandardCharsets.UTF_8)));
    }

    private static Failure.Invalid invalid() {
        return new Failure.Invalid("invalid_cursor", "The cursor must be one that a list answered as nextCursor.");
    }
}
