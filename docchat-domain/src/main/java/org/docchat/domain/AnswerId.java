package org.docchat.domain;

import java.util.UUID;

/** Identifies an answer, as it was given. */
public record AnswerId(UUID value) {

    /**
     * Reads an id as it stands in a URL or a JSON document.
     *
     * @throws Failure.NotFound if the text is no id: nothing has that name
     */
    public static AnswerId parse(String text) {
        return new AnswerId(Ids.parse(text, "answer"));
    }

    public static AnswerId random() {
        return new AnswerId(UUID.randomUUID());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
