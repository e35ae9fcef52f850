package org.docchat.domain;

import java.util.UUID;

/** Identifies a group of users. */
public record GroupId(UUID value) {

    /**
     * Reads an id as it stands in a URL or a JSON document.
     *
     * @throws Failure.NotFound if the text is no id: nothing has that name
     */
    public static GroupId parse(String text) {
        return new GroupId(Ids.parse(text, "group"));
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
