package org.docchat.domain;

import java.util.UUID;

/** Identifies one run of an evaluation. */
public record EvaluationId(UUID value) {

    /**
     * Reads an id as it stands in a URL or a JSON document.
     *
     * @throws Failure.NotFound if the text is no id: nothing has that name
     */
    public static EvaluationId parse(String text) {
        return new EvaluationId(Ids.parse(text, "evaluation"));
    }

    public static EvaluationId random() {
        return new EvaluationId(UUID.randomUUID());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
