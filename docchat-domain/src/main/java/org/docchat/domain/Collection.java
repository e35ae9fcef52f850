package org.docchat.domain;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.UUID;

/**
 * A set of documents that are asked together and shared together.
 *
 * @param role the role of the caller who looks at it
 * @param documents how many documents it holds
 * @param passages how many passages of them can be found
 * @param paused whether what waits in it is left alone until somebody lets it go on
 */
public record Collection(
        CollectionId id,
        String name,
        String description,
        Language language,
        Role role,
        long documents,
        long passages,
        boolean paused,
        Instant createdAt) {
    /** Stands for what can be edited, that is name and description: another one if somebody has changed them. */
    public String revision() {
        return UUID.nameUUIDFromBytes((name + "\n" + description).getBytes(UTF_8))
                .toString();
    }
}
