package org.docchat.domain;

import java.util.UUID;

/** Identifies a conversation. */
public record ConversationId(UUID value) {

    /**
     * Reads an id as it stands in a URL or a JSON document.
     *
     * @throws Failure.NotFound if the text is no id: nothing has that name
     */
    public static ConversationId parse(String text) {
        return new ConversationId(Ids.parse(text, "conversation"));
    }

    public static ConversationId random() {
        return new ConversationId(UUID.randomUUID());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
