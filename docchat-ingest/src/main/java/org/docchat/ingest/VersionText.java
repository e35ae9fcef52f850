package org.docchat.ingest;

import jakarta.persistence.EntityManager;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.docchat.ingest.extract.ExtractedText;

/** Where the pages and passages of one version are put. */
record VersionText(UUID document, int version, UUID collection) {
    private static final int BATCH = 200;

    void storePages(Connection connection, List<ExtractedText.Page> pages) throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into page (document_id, version, ordinal, collection_id, number, label, start_at, end_at,
                                  text, words)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)) {
            int start = 0;
            for (int i = 0; i < pages.size(); i++) {
                var page = pages.get(i);
                int end = start + page.text().length();
                bindKey(insert, i);
                insert.setInt(5, page.number());
                insert.setString(6, page.label());
                insert.setInt(7, start);
                insert.setInt(8, end);
                insert.setString(9, page.text());
                insert.setBytes(10, StoredPage.encode(page.words()));
                insert.addBatch();
                start = end;
                if (i % BATCH == BATCH - 1) {
                    insert.executeBatch();
                }
            }
            insert.executeBatch();
        }
    }

    /**
     * @param first ordinal of the first of these
     * @param whole the text that the chunks are ranges of
     * @param language of the collection
     */
    void storePassages(
            Connection connection, int first, List<Splitter.Chunk> chunks, CharSequence whole, String language)
            throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into passage (document_id, version, ordinal, collection_id, page, section, start_at,
                                     end_at, text, context, lexemes)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, lexemes_of_passage(?, ?))
                """)) {
            for (int i = 0; i < chunks.size(); i++) {
                var chunk = chunks.get(i);
                var text = whole.subSequence(chunk.start(), chunk.end()).toString();
                var context = chunk.context() == null ? "" : chunk.context();
                bindKey(insert, first + i);
                insert.setObject(5, chunk.page() == 0 ? null : chunk.page());
                insert.setString(6, chunk.section());
                insert.setInt(7, chunk.start());
                insert.setInt(8, chunk.end());
                insert.setString(9, text);
                insert.setString(10, context);
                insert.setString(11, language);
                insert.setString(12, context + "\n" + text);
                insert.addBatch();
                if (i % BATCH == BATCH - 1) {
                    insert.executeBatch();
                }
            }
            insert.executeBatch();
        }
    }

    private void bindKey(PreparedStatement insert, int ordinal) throws SQLException {
        insert.setObject(1, document);
        insert.setInt(2, version);
        insert.setInt(3, ordinal);
        insert.setObject(4, collection);
    }

    /** Whether it is the version that is found, and so in the inverted index. */
    boolean isCurrent(EntityManager session) {
        return !session.createNativeQuery("""
                        select number from version
                         where document_id = :document and number = :version
                           and current_from is not null and current_to is null
                        """, Integer.class)
                .setParameter("document", document)
                .setParameter("version", version)
                .getResultList()
                .isEmpty();
    }

    /** Puts the passages of a version that has just become current into the inverted index. */
    void post(EntityManager session) {
        // Materialized: the length is counted once for a passage, not once for each of its words.
        run(session, """
                with measured as materialized (
                    select p.id, p.collection_id, p.lexemes, length_of(p.lexemes) as length
                      from version v
                      join passage p on p.document_id = v.document_id and p.version = v.number
                     where v.document_id = :document and v.number = :version
                       and v.current_from is not null and v.current_to is null)
                insert into posting (collection_id, lexeme, passage_id, frequency, length)
                select p.collection_id, l.lexeme, p.id, least(coalesce(array_length(l.positions, 1), 1), 32767), p.length
                  from measured p cross join lateral unnest(p.lexemes) l
                """);
    }

    /** Takes the passages of the version that is current out of the inverted index, if it is an older one. */
    void unpostOlder(EntityManager session) {
        // Looked up one by one, whatever statistics, which are old by then, say of a scan of the whole table.
        run(session, """
                delete from posting where ctid = any (array(
                    select (select p.ctid from posting p
                             where p.collection_id = o.collection_id and p.lexeme = l.lexeme and p.passage_id = o.id)
                      from version v
                      join passage o on o.document_id = v.document_id and o.version = v.number
                     cross join lateral unnest(o.lexemes) l
                     where v.document_id = :document and v.number < :version
                       and v.current_from is not null and v.current_to is null))
                """);
        // Of those that a list has by now, or will have: whoever packs has taken what the statement above did not find.
        run(session, """
                insert into unposted (collection_id, passage_id, places)
                select p.collection_id, p.id, length(p.lexemes)
                  from version v join passage p on p.document_id = v.document_id and p.version = v.number
                 where v.document_id = :document and v.number < :version
                   and v.current_from is not null and v.current_to is null
                   and exists (select from segment s where s.collection_id = v.collection_id)
                on conflict do nothing
                """);
    }

    /** Executes what is about :document and :version. */
    void run(EntityManager session, String sql) {
        session.createNativeQuery(sql)
                .setParameter("document", document)
                .setParameter("version", version)
                .executeUpdate();
    }
}
