package org.docchat.query;

import jakarta.persistence.Query;
import jakarta.persistence.Tuple;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The rows of a native query, typed. */
final class Rows {
    private Rows() {}

    @SuppressWarnings("unchecked") // JPA types the list of a native query raw, even where a result class is given
    static List<Tuple> of(Query query) {
        return query.getResultList();
    }

    /** An array as PostgreSQL reads it; for what needs no quotes. */
    static <T> String array(List<T> values, Function<T, ?> value) {
        return values.stream().map(v -> String.valueOf(value.apply(v))).collect(Collectors.joining(",", "{", "}"));
    }
}
