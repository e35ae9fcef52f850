package org.docchat.domain;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Ids are opaque outside; inside they are UUIDs, and what is none of ours does not exist. */
final class Ids {
    private Ids() {}

    /** @param text null where a list of JSON holds one, whatever its type says */
    static UUID parse(@Nullable String text, String what) {
        if (text == null) {
            throw new Failure.NotFound(what);
        }
        try {
            var id = UUID.fromString(text);
            // UUID.fromString also accepts "1-1-1-1-1"; one thing has one name.
            if (id.toString().equalsIgnoreCase(text)) {
                return id;
            }
        } catch (IllegalArgumentException e) {
            // Not an id, so not the id of anything: answered below like any other id that does not exist.
        }
        throw new Failure.NotFound(what);
    }
}
