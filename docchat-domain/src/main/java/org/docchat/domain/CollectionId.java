package org.docchat.domain;

import java.util.UUID;

/** Identifies a collection. */
public record CollectionId(UUID value) {

    /**
     * Reads an id as it stands in a URL or a JSON document.
     *
     * @throws Failure.NotFound if the text is no id: nothing has that name
     */
    public static CollectionId parse(String text) {
        return new CollectionId(Ids.parse(text, "collection"));
    }

    public static CollectionId random() {
        return new CollectionId(UUID.randomUUID());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
