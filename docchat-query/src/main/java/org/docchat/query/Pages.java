package org.docchat.query;

import jakarta.persistence.EntityManager;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** On which pages quotes stand: a passage may begin on one page and end on the next. */
final class Pages {
    private Pages() {}

    /** The page on which each quote begins; none for formats without pages. */
    static Map<Writer.Quote, Integer> of(EntityManager session, List<Writer.Quote> quotes) {
        var pages = new HashMap<Writer.Quote, Integer>();
        for (var quote : quotes) {
            session.createNativeQuery("""
                            select number from page
                             where document_id = :document and version = :version and start_at <= :at and end_at > :at
                            """, Integer.class)
                    .setParameter("document", quote.passage().documentId().value())
                    .setParameter("version", quote.passage().version())
                    .setParameter("at", quote.start())
                    .getResultList()
                    .forEach(page -> pages.put(quote, (Integer) page));
        }
        return pages;
    }
}
