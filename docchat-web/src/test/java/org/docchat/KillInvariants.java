package org.docchat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What must hold of the tables when nothing is left to do, whatever happened before. */
final class KillInvariants {
    /** The inverted index, whether packed to lists or not yet, without what is gone. */
    static final String PLACES = """
            (select collection_id, lexeme, passage_id, cast(frequency as int) as frequency, length from posting
             union all
             select l.collection_id, l.lexeme, p.passage, p.frequency, p.length
               from posting_list l cross join generate_series(1, octet_length(l.places), 12) at
              cross join lateral (
                    select cast(cast('x' || encode(substr(l.places, at, 8), 'hex') as bit(64)) as bigint) as passage,
                           cast(cast('x' || encode(substr(l.places, at + 8, 2), 'hex') as bit(16)) as int) as frequency,
                           cast(cast('x' || encode(substr(l.places, at + 10, 2), 'hex') as bit(16)) as int) as length) p
              where not exists (select from unposted u
                                 where u.collection_id = l.collection_id and u.passage_id = p.passage)) place""";

    /** Each selects what must not be. */
    private static final Map<String, String> RULES = new LinkedHashMap<>();

    static {
        RULES.put("a version that is not at its end", """
                select document_id, number, state, attempts, not_before, leased_until, problem_detail from version
                 where state not in ('indexed', 'rejected') or leased_by is not null""");
        RULES.put("transactions that waited for each other, of which one was taken back", """
                select deadlocks from pg_stat_database where datname = current_database() and deadlocks > 0""");
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
        RULES.put(
                "places in the inverted index that are not the current passages' words, or missing ones",
                """
                select * from ((%1$s except all %2$s) union all (%2$s except all %1$s)) difference
                """.formatted("select * from " + PLACES, """
                        select p.collection_id, l.lexeme, p.id, coalesce(array_length(l.positions, 1), 1),
                               length_of(p.lexemes)
                          from passage p
                          join version v on v.document_id = p.document_id and v.number = p.version
                           and v.current_from is not null and v.current_to is null
                         cross join lateral unnest(p.lexemes) l"""));
        RULES.put("a collection that says it has more or less than its current versions have", """
                select c.id, e.passages, e.lexemes, v.passages, v.lexemes
                  from collection c
                  left join (select collection_id, sum(passages) as passages, sum(lexemes) as lexemes
                               from extent group by collection_id) e on e.collection_id = c.id
                  left join (select collection_id, sum(passages) as passages, sum(lexemes) as lexemes from version
                              where current_from is not null and current_to is null
                              group by collection_id) v on v.collection_id = c.id
                 where (coalesce(e.passages, 0), coalesce(e.lexemes, 0))
                           <> (coalesce(v.passages, 0), coalesce(v.lexemes, 0))""");
        RULES.put("signatures that are not those of the embeddings that answer, or missing ones", """
                select * from ((%1$s except all %2$s) union all (%2$s except all %1$s)) difference
                """.formatted(
                        """
                        (select collection_id, model, passage_id, bits::text from signature
                         union all
                         select b.collection_id, b.model, s.passage,
                                right(cast('x' || encode(substr(b.signatures, at + 12, s.size - 12), 'hex') as bit varying)::text,
                                      8 * (s.size - 12))
                           from signature_block b
                          cross join generate_series(1, octet_length(b.signatures), octet_length(b.signatures) / b.passages) at
                          cross join lateral (
                                select cast(cast('x' || encode(substr(b.signatures, at, 8), 'hex') as bit(64)) as bigint) as passage,
                                       octet_length(b.signatures) / b.passages as size) s
                          where not exists (select from signature_gone g
                                             where g.collection_id = b.collection_id and g.model = b.model
                                               and g.passage_id = s.passage and b.id <= g.last_block))
                        """, "select collection_id, model, passage_id, bits::text from embedding where live"));
    }

    private KillInvariants() {}

    static List<String> violations(Connection database) throws SQLException {
        var violations = new ArrayList<String>();
        try (var statement = database.createStatement()) {
            for (var rule : RULES.entrySet()) {
                try (var row = statement.executeQuery("select r::text from (" + rule.getValue() + ") r limit 1000")) {
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
                       o.places
                  from version v join document d on d.id = v.document_id
                  left join (select p.document_id, p.version, count(*) as places
                               from %s join passage p on p.id = place.passage_id group by 1, 2) o
                    on o.document_id = v.document_id and o.version = v.number
                 where d.collection_id = '%s'
                """;
        try (var statement = database.createStatement();
                var row =
                        statement.executeQuery("select f::text from ((%1$s except %2$s) union all (%2$s except %1$s)) f"
                                .formatted(facts.formatted(PLACES, one), facts.formatted(PLACES, other)))) {
            while (row.next()) {
                differences.add("otherwise than without kills: " + row.getString(1));
            }
        }
        return differences;
    }
}
