package org.docchat.query;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A passage that an answer was made of, without its words. */
@Entity
@Table(name = "answer_passage")
@IdClass(AnswerPassageRow.Key.class)
class AnswerPassageRow {
    /** The key, as JPA wants it. */
    static class Key implements Serializable {
        private static final long serialVersionUID = 1;
        UUID answerId = new UUID(0, 0);
        int rank;

        Key() {}

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key that && answerId.equals(that.answerId) && rank == that.rank;
        }

        @Override
        public int hashCode() {
            return Objects.hash(answerId, rank);
        }
    }

    @Id
    UUID answerId = new UUID(0, 0);

    @Id
    int rank;

    long passageId;
    UUID collectionId = new UUID(0, 0);
    UUID documentId = new UUID(0, 0);
    int version;
    double score;

    @Nullable
    Integer semanticRank;

    @Nullable
    Integer keywordRank;

    boolean prompted;

    AnswerPassageRow() {}

    AnswerPassageRow(UUID answer, int rank, Librarian.Found found, boolean prompted) {
        var passage = found.passage();
        answerId = answer;
        this.rank = rank;
        passageId = passage.id().value();
        collectionId = passage.collectionId().value();
        documentId = passage.documentId().value();
        version = passage.version();
        score = found.score();
        semanticRank = found.semanticRank();
        keywordRank = found.keywordRank();
        this.prompted = prompted;
    }
}
