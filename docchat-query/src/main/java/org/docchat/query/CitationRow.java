package org.docchat.query;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.util.Objects;
import java.util.UUID;
import org.docchat.domain.Citation;
import org.docchat.domain.CollectionId;
import org.docchat.domain.DocumentId;
import org.docchat.domain.Location;
import org.docchat.domain.Passage;
import org.docchat.domain.PassageId;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "citation")
@IdClass(CitationRow.Key.class)
class CitationRow {
    /** The key, as JPA wants it. */
    static class Key implements Serializable {
        private static final long serialVersionUID = 1;
        UUID answerId = new UUID(0, 0);
        int number;

        Key() {}

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key that && answerId.equals(that.answerId) && number == that.number;
        }

        @Override
        public int hashCode() {
            return Objects.hash(answerId, number);
        }
    }

    @Id
    UUID answerId = new UUID(0, 0);

    @Id
    int number;

    long passageId;
    UUID collectionId = new UUID(0, 0);
    UUID documentId = new UUID(0, 0);
    String documentName = "";
    int version;
    int ordinal;
    int page;

    @Nullable
    Integer passagePage;

    @Nullable
    String section;

    int passageStart;
    String passageText = "";
    int startAt;
    String quote = "";

    CitationRow() {}

    CitationRow(UUID answer, Citation citation) {
        var passage = citation.passage();
        answerId = answer;
        number = citation.number();
        passageId = passage.id().value();
        collectionId = passage.collectionId().value();
        documentId = passage.documentId().value();
        documentName = passage.documentName();
        version = passage.version();
        ordinal = passage.ordinal();
        page = citation.page();
        passagePage = passage.location().page();
        section = passage.location().section();
        passageStart = passage.location().start();
        passageText = passage.text();
        startAt = citation.start();
        quote = citation.quote();
    }

    Citation toCitation() {
        var location = new Location(passagePage, section, passageStart, passageStart + passageText.length());
        var passage = new Passage(
                new PassageId(passageId),
                new CollectionId(collectionId),
                new DocumentId(documentId),
                documentName,
                version,
                ordinal,
                location,
                passageText);
        return new Citation(number, passage, quote, startAt, page);
    }
}
