package org.docchat.query;

import jakarta.persistence.Query;
import jakarta.persistence.Tuple;
import java.util.List;

/** The rows of a native query, typed. */
final class Rows {
    private Rows() {}

    @SuppressWarnings("unchecked") // JPA types the list of a native query raw, even where a result class is given
    static List<Tuple> of(Query query) {
        return query.getResultList();
    }
}
