package org.docchat.domain;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is left of a user's rights to somebody who acts for them, such as a program with an API key. It never adds any.
 *
 * @param collections the only ones that exist for the caller; null: all that exist for the user, also those to come
 * @param access what may be done in them
 */
public record Scope(@Nullable Set<CollectionId> collections, Access access) {
    /** Nothing is taken away. */
    public static final Scope ALL = new Scope(null, Access.WRITE);

    /** What may be done. */
    public enum Access {
        /** Searches, asks and reads, as a viewer would. */
        READ,
        /** Whatever the user may do. */
        WRITE
    }

    public Scope {
        collections = collections == null ? null : Set.copyOf(collections);
    }

    /** Whether anything is taken away. */
    public boolean isLimited() {
        return !equals(ALL);
    }
}
