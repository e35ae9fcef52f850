package org.docchat.domain;

/** Identifies a passage of one version of one document. */
public record PassageId(long value) {

    /**
     * Reads an id as it stands in a URL or a JSON document.
     *
     * @throws Failure.NotFound if the text is no id
     */
    public static PassageId parse(String text) {
        try {
            return new PassageId(Long.parseLong(text));
        } catch (NumberFormatException e) {
            throw new Failure.NotFound("passage");
        }
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
