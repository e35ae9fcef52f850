package org.docchat.ingest;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.docchat.domain.Document;
import org.docchat.domain.DocumentState;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "version")
@IdClass(VersionRow.Key.class)
class VersionRow {
    /** The key, as JPA wants it. */
    static class Key implements Serializable {
        private static final long serialVersionUID = 1;
        UUID documentId = new UUID(0, 0);
        int number;

        Key() {}

        Key(UUID documentId, int number) {
            this.documentId = documentId;
            this.number = number;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key that && documentId.equals(that.documentId) && number == that.number;
        }

        @Override
        public int hashCode() {
            return Objects.hash(documentId, number);
        }
    }

    @Id
    UUID documentId = new UUID(0, 0);

    @Id
    int number;

    UUID collectionId = new UUID(0, 0);
    UUID contentId = new UUID(0, 0);
    String mediaType = "";
    long size;
    String sha256 = "";
    String state = "received";

    @Nullable
    String problemCode;

    @Nullable
    String problemDetail;

    @Nullable
    String progressStep;

    int progressDone;
    int progressTotal;
    int pages;
    int passages;

    @Nullable
    String notes;

    Instant createdAt = Instant.now();

    /** Its place in the queue of its collection. */
    Instant due = createdAt;

    @Nullable
    Instant indexedAt;

    @Nullable
    Instant currentFrom;

    @Nullable
    Instant currentTo;

    VersionRow() {}

    boolean isCurrent() {
        return currentFrom != null && currentTo == null;
    }

    Document.Version toVersion() {
        return new Document.Version(
                number,
                mediaType,
                size,
                sha256,
                toState(),
                pages,
                passages,
                notes == null ? List.of() : notes.lines().toList(),
                createdAt,
                indexedAt);
    }

    private DocumentState toState() {
        var progress =
                new DocumentState.Progress(Objects.requireNonNullElse(progressStep, ""), progressDone, progressTotal);
        var problem = new DocumentState.Problem(
                Objects.requireNonNullElse(problemCode, "unknown"), Objects.requireNonNullElse(problemDetail, ""));
        return switch (state) {
            case "received" -> new DocumentState.Received();
            case "parsing" -> new DocumentState.Parsing(progress);
            case "embedding" -> new DocumentState.Embedding(progress);
            case "indexed" -> new DocumentState.Indexed();
            case "rejected" -> new DocumentState.Rejected(problem);
            case "failed" -> new DocumentState.Failed(problem);
            // A newer version's, beside which this one still runs: that one works on it.
            default -> new DocumentState.Parsing(progress);
        };
    }
}
