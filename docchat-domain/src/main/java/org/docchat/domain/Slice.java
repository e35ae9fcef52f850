package org.docchat.domain;

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

        /** The first fifty. */
        public static Request first() {
            return new Request(50, null);
        }
    }
}
