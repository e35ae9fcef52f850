package org.docchat.domain;

import java.util.UUID;

/** Identifies a person or program that signs in. */
public record UserId(UUID value) {

    /**
     * Reads an id as it stands in a URL or a JSON document.
     *
     * @throws Failure.NotFound if the text is no id: nothing has that name
     */
    public static UserId parse(String text) {
        return new UserId(Ids.parse(text, "user"));
    }

    public static UserId random() {
        return new UserId(UUID.randomUUID());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
