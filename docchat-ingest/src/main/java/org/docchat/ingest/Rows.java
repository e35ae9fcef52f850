package org.docchat.ingest;

import jakarta.persistence.Query;
import jakarta.persistence.Tuple;
import java.util.UUID;
import java.util.stream.Stream;
import org.docchat.domain.CollectionId;
import org.docchat.domain.DocumentId;
import org.docchat.domain.Location;
import org.docchat.domain.Passage;
import org.docchat.domain.PassageId;

/** The rows of a native query, typed. */
final class Rows {
    private Rows() {}

    @SuppressWarnings("unchecked") // JPA types the list of a native query raw, even where a result class is given
    static Stream<Tuple> of(Query query) {
        return ((java.util.List<Tuple>) query.getResultList()).stream();
    }

    static Passage toPassage(Tuple row) {
        return new Passage(
                new PassageId(row.get("id", Long.class)),
                new CollectionId(row.get("collection_id", UUID.class)),
                new DocumentId(row.get("document_id", UUID.class)),
                row.get("name", String.class),
                row.get("version", Integer.class),
                row.get("ordinal", Integer.class),
                new Location(
                        row.get("page", Integer.class),
                        row.get("section", String.class),
                        row.get("start_at", Integer.class),
                        row.get("end_at", Integer.class)),
                row.get("text", String.class));
    }
}
