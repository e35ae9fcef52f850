package org.docchat.domain;

import java.util.UUID;

/** Identifies a document, whatever its versions. */
public record DocumentId(UUID value) {

    /**
     * Reads an id as it stands in a URL or a JSON document.
     *
     * @throws Failure.NotFound if the text is no id: nothing has that name
     */
    public static DocumentId parse(String text) {
        return new DocumentId(Ids.parse(text, "document"));
    }

    public static DocumentId random() {
        return new DocumentId(UUID.randomUUID());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
