package org.docchat.domain;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A document of a collection: a name, and behind it one or more versions. Its own figures are those of its newest
 * version; {@link #searchable()} says which version answers now.
 *
 * @param versions newest first, never empty
 * @param searchable the number of the version that search and answers use; null while there is none
 */
public record Document(
        DocumentId id,
        CollectionId collectionId,
        String name,
        List<Version> versions,
        @Nullable Integer searchable) {

    public Document {
        versions = List.copyOf(versions);
        if (versions.isEmpty()) {
            throw new IllegalArgumentException("a document has at least one version");
        }
    }

    /** The newest version, whatever its state. */
    public Version newest() {
        return versions.get(0);
    }

    /**
     * The bytes that once stood under the document's name.
     *
     * @param number 1 for the first, rising
     * @param mediaType as detected from content and name, not as claimed
     * @param size in bytes
     * @param sha256 lower-case hex
     * @param pages pages, slides or sheets; 0 before extraction and for formats without any
     * @param notes what a reader should know: which pages were not read, or not from text
     */
    public record Version(
            int number,
            String mediaType,
            long size,
            String sha256,
            DocumentState state,
            int pages,
            int passages,
            List<String> notes,
            Instant createdAt,
            @Nullable Instant indexedAt) {}
}
