package org.docchat.query;

import jakarta.persistence.EntityManager;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.docchat.domain.Passage;

/** On which pages quotes and passages stand: a passage may begin on one page and end on the next. */
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

    /** The pages on which a passage has words, in order; none for formats without pages. */
    @SuppressWarnings("unchecked") // JPA types the list of a native query raw, even where a result class is given
    static List<Integer> of(EntityManager session, Passage passage) {
        return session.createNativeQuery("""
                        select number from page
                         where document_id = :document and version = :version and start_at < :end and end_at > :start
                           and number > 0
                         order by ordinal
                        """, Integer.class)
                .setParameter("document", passage.documentId().value())
                .setParameter("version", passage.version())
                .setParameter("start", passage.location().start())
                .setParameter("end", passage.location().end())
                .getResultList();
    }
}
