package org.docchat.domain;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list.
 *
 * @param nextCursor opaque; asks for the part behind this one; null at the end
 */
public record Slice<T>(List<T> items, @Nullable String nextCursor) {
    public Slice {
        items = List.copyOf(items);
    }

    /**
     * The part that was asked for.
     *
     * @param items one more than asked for, where there are more
     * @param keys by which the list is sorted, of its last item: what {@link Request#after} reads back
     */
    public static <T> Slice<T> of(List<T> items, Request request, Function<T, List<?>> keys) {
        if (items.size() <= request.limit()) {
            return new Slice<>(items, null);
        }
        var shown = items.subList(0, request.limit());
        var last = String.join(
                "\n",
                keys.apply(shown.get(shown.size() - 1)).stream()
                        .map(String::valueOf)
                        .toList());
        return new Slice<>(
                shown, Base64.getUrlEncoder().withoutPadding().encodeToString(last.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * A time among the sort keys of a cursor.
     *
     * @throws DateTimeException if it is none, or one of years beyond four digits, which the database does not know
     */
    public static Instant time(String key) {
        if (key.startsWith("+") || key.startsWith("-")) {
            throw new DateTimeException("the year has more than four digits");
        }
        return Instant.parse(key);
    }

    /** The same part, each item seen differently. */
    public <R> Slice<R> map(Function<? super T, ? extends R> view) {
        return new Slice<R>(items.stream().<R>map(view).toList(), nextCursor);
    }

    /**
     * Which part of a list is wanted.
     *
     * @param limit 1 to 200
     * @param cursor as answered with the part before; null for the first
     */
    public record Request(int limit, @Nullable String cursor) {
        public Request {
            if (limit < 1 || limit > 200) {
                throw new Failure.Invalid("invalid_limit", "The limit must be a number from 1 to 200.");
            }
        }

        /**
         * Where the part before ended; null at the start.
         *
         * @param read makes something of the sort keys, in the order in which they were given
         * @throws Failure.Invalid if the cursor is none that a list has answered
         */
        public <K> @Nullable K after(Function<List<String>, K> read) {
            if (cursor == null) {
                return null;
            }
            try {
                var keys = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
                if (keys.indexOf('\0') >= 0) {
                    throw new IllegalArgumentException("no text in the database has U+0000");
                }
                return read.apply(List.of(keys.split("\n", -1)));
            } catch (RuntimeException e) {
                // Whatever a stranger's cursor breaks, the answer is the same.
                throw new Failure.Invalid(
                        "invalid_cursor", "The cursor must be one that a list answered as nextCursor.");
            }
        }

        /** The first fifty. */
        public static Request first() {
            return new Request(50, null);
        }
    }
}
