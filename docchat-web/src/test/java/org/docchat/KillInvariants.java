package org.docchat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What must hold of the tables when nothing is left to do, whatever happened before. */
final class KillInvariants {
    /** Each selects what must not be. */
    private static final Map<String, String> RULES = new LinkedHashMap<>();

    static {
        RULES.put("a version that is not at its end", """
                select document_id, number, state from version
                 where state not in ('indexed', 'rejected') or leased_by is not null""");
        RULES.put("a document without a version", """
                select id, name from document d where not exists (select from version v where v.document_id = d.id)""");
        RULES.put("a content without a version", """
                select id from content c where not exists (select from version v where v.content_id = c.id)""");
        RULES.put("a version whose bytes are not those that were sent", """
                select v.document_id, v.number from version v
                 where v.sha256 is distinct from (
                       select encode(sha256(string_agg(p.bytes, '' order by p.ordinal)), 'hex')
                         from content_part p where p.content_id = v.content_id)""");
        RULES.put("a version with another number of passages than it says", """
                select v.document_id, v.number, v.passages from version v
                 where (v.state = 'indexed') <> (v.passages > 0)
                    or v.passages <> (select count(*) from passage p
                                       where p.document_id = v.document_id and p.version = v.number)""");
        RULES.put("passages that are not numbered without gaps", """
                select document_id, version from passage group by 1, 2
                having min(ordinal) <> 0 or max(ordinal) <> count(*) - 1""");
        RULES.put("a passage that stands there twice", """
                select document_id, version, start_at from passage group by 1, 2, 3 having count(*) > 1""");
        RULES.put("a passage that is not a part of its text", """
                -- PostgreSQL counts characters, we count UTF-16 units: the same but for what is beyond U+FFFF
                select p.id from passage p
                 where not exists (select from page g where g.document_id = p.document_id and g.version = p.version
                                                        and g.text ~ '[\\U00010000-\\U0010FFFF]')
                   and p.text <> (select substring(string_agg(g.text, '' order by g.ordinal)
                                                   from p.start_at + 1 for p.end_at - p.start_at)
                                    from page g where g.document_id = p.document_id and g.version = p.version)""");
        RULES.put("a page or passage of no version, or of another collection", """
                select p.document_id from (select document_id, version, collection_id from passage
                                           union all select document_id, version, collection_id from page) p
                 where not exists (select from version v join document d on d.id = v.document_id
                                    where v.document_id = p.document_id and v.number = p.version
                                      and v.collection_id = p.collection_id and d.collection_id = p.collection_id)""");
        RULES.put("a passage without its one embedding", """
                select p.id from passage p where (select count(*) from embedding e where e.passage_id = p.id) <> 1""");
        RULES.put("an embedding that is found although its version is not current, or the other way round", """
                select e.passage_id from embedding e join passage p on p.id = e.passage_id
                  join version v on v.document_id = p.document_id and v.number = p.version
                 where e.live <> (v.current_from is not null and v.current_to is null)""");
        RULES.put("a document whose newest indexed version is not the current one", """
                select document_id from version where state = 'indexed' group by document_id
                having max(number) is distinct from
                       max(number) filter (where current_from is not null and current_to is null)
                    or count(*) filter (where current_from is not null and current_to is null) <> 1""");
        RULES.put("a posting of no passage", """
                select t.passage_id from posting t where not exists (select from passage p where p.id = t.passage_id)""");
        RULES.put("a passage with other postings than its words, if current, or with any, if not", """
                select p.id from passage p
                  join version v on v.document_id = p.document_id and v.number = p.version
                 where (select count(*) from posting t where t.passage_id = p.id)
                    <> case when v.current_from is not null and v.current_to is null
                            then (select count(*) from unnest(p.lexemes)) else 0 end""");
        RULES.put("a word that is counted otherwise than it has postings", """
                select c.lexeme, c.n, p.n as postings
                  from (select collection_id, lexeme, sum(passages) as n from word_count
                         group by collection_id, lexeme having sum(passages) <> 0) c
                  full join (select collection_id, lexeme, count(*) as n from posting group by collection_id, lexeme) p
                       using (collection_id, lexeme)
                 where c.n is distinct from p.n""");
    }

    private KillInvariants() {}

    static List<String> violations(Connection database) throws SQLException {
        var violations = new ArrayList<String>();
        try (var statement = database.createStatement()) {
            for (var rule : RULES.entrySet()) {
                try (var row = statement.executeQuery("select r::text from (" + rule.getValue() + ") r limit 3")) {
                    while (row.next()) {
                        violations.add(rule.getKey() + ": " + row.getString(1));
                    }
                }
            }
        }
        return violations;
    }

    /** Where two collections that were given the same differ. */
    static List<String> differences(Connection database, String one, String other) throws SQLException {
        var differences = new ArrayList<String>();
        var facts = """
                select d.name, v.number, v.sha256, v.state, v.pages, v.passages, v.lexemes,
                       v.current_from is not null and v.current_to is null,
                       (select count(*) from posting t join passage p on p.id = t.passage_id
                         where p.document_id = v.document_id and p.version = v.number)
                  from version v join document d on d.id = v.document_id where d.collection_id = '%s'
                """;
        try (var statement = database.createStatement();
                var row =
                        statement.executeQuery("select f::text from ((%1$s except %2$s) union all (%2$s except %1$s)) f"
                                .formatted(facts.formatted(one), facts.formatted(other)))) {
            while (row.next()) {
                differences.add("otherwise than without kills: " + row.getString(1));
            }
        }
        return differences;
    }
}
