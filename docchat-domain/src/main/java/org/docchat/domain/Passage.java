package org.docchat.domain;

/**
 * A piece of one version of a document, small enough to be embedded and to be read as evidence.
 *
 * @param ordinal its place among the version's passages, from 0
 * @param text exactly the characters of the extracted text at its location
 */
public record Passage(
        PassageId id,
        CollectionId collectionId,
        DocumentId documentId,
        String documentName,
        int version,
        int ordinal,
        Location location,
        String text) {
    public Passage {
        if (text.length() != location.end() - location.start()) {
            throw new IllegalArgumentException("a passage's text must fill its location exactly");
        }
    }
}
