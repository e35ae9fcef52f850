package org.docchat.query;

import java.util.HashMap;
import java.util.Map;
import org.docchat.domain.DocumentId;

/**
 * The passages that a filter leaves, as parts of a statement that knows {@code :collections}.
 *
 * @param cte defines {@code eligible (id)}, with a comma behind it; empty where there is no filter
 * @param current which rows of {@code version v} are searched
 * @param parameters of both
 * @param then whether a time that has passed is searched
 */
record Eligible(String cte, String current, Map<String, Object> parameters, boolean then) {
    private static final String NOW = "v.current_from is not null and v.current_to is null";
    private static final String THEN = "v.current_from <= :asOf and (v.current_to is null or v.current_to > :asOf)";

    static Eligible of(Librarian.Filter filter) {
        if (filter.equals(Librarian.Filter.NONE)) {
            return new Eligible("", NOW, Map.of(), false);
        }
        var parameters = new HashMap<String, Object>();
        var where = new StringBuilder();
        if (!filter.documents().isEmpty()) {
            where.append(" and d.id = any (cast(:documents as uuid[]))");
            parameters.put("documents", Rows.array(filter.documents(), DocumentId::value));
        }
        if (filter.names() != null) {
            where.append(" and lower(d.name) like lower(:names) escape '\\'");
            parameters.put("names", like(filter.names()));
        }
        if (filter.asOf() != null) {
            parameters.put("asOf", filter.asOf());
        }
        var current = filter.asOf() == null ? NOW : THEN;
        // Said of each table: the planner does not know that a document's rows are all of one collection.
        return new Eligible("""
                eligible as materialized (
                    select p.id
                      from passage p
                      join document d on d.id = p.document_id
                      join version v on v.document_id = p.document_id and v.number = p.version
                     where p.collection_id = any (cast(:collections as uuid[]))
                       and d.collection_id = any (cast(:collections as uuid[]))
                       and v.collection_id = any (cast(:collections as uuid[]))
                       and %s %s),
                """.formatted(current, where), current, parameters, filter.asOf() != null);
    }

    /** Whether there is no filter. */
    boolean isAll() {
        return cte.isEmpty();
    }

    /** A glob as a LIKE pattern. */
    private static String like(String glob) {
        return glob.replace("\\", "\\\\")
                .replace("%", "\\%")
                .replace("_", "\\_")
                .replace('*', '%')
                .replace('?', '_');
    }
}
