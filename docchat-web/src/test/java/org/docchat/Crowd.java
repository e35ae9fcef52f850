package org.docchat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.docchat.domain.CollectionId;
import org.docchat.domain.EmbeddingModel;
import org.docchat.web.platform.PreparedDatabase;

/** Fills a collection by SQL with what as many uploads would leave; one by one they would take minutes or hours. */
public final class Crowd {
    private Crowd() {}

    /**
     * Small texts, named report-1.txt and so on, the first of them the newest.
     *
     * @param state of each, as an SQL expression of its number n
     */
    public static void documents(PreparedDatabase database, CollectionId id, int many, String state) {
        database.execute("""
                with made as materialized (
                    select gen_random_uuid() as content, gen_random_uuid() as document, n, %3$s as state
                      from generate_series(1, %2$d) n),
                contents as (insert into content (id, collection_id, expires_at) select content, '%1$s', null from made),
                parts as (insert into content_part (content_id, ordinal, collection_id, bytes)
                          select content, 0, '%1$s', convert_to('the crowd has ' || n, 'UTF8') from made),
                documents as (insert into document (id, collection_id, name)
                              select document, '%1$s', 'report-' || n || '.txt' from made)
                insert into version (document_id, number, collection_id, content_id, media_type, size, sha256, state,
                                     created_at, indexed_at, current_from)
                select document, 1, '%1$s', content, 'text/plain', 10, md5(n::text), state,
                       now() - n * interval '1 second', case when state = 'indexed' then now() end,
                       case when state = 'indexed' then now() end
                  from made
                """.formatted(id, many, state));
    }

    /** Passages of thirty words, with their embeddings and postings, for what is indexed in a collection. */
    public static void passages(PreparedDatabase database, CollectionId id, int each) {
        words(database, id, each, """
                (select string_agg('word' || floor(random() * random() * 20000)::int, ' ')
                   from generate_series(1, 30) where o is not null)""");
        database.execute("""
                insert into embedding (passage_id, model, collection_id, vector, bits, live)
                select p.id, 'crowd', p.collection_id,
                       (select array_agg((x / norm)::real)
                          from (select x, sqrt(sum(x * x) over ()) as norm
                                  from (select random() - 0.5 as x from generate_series(1, 384)
                                         where p.id is not null) coordinate) unit),
                       repeat('01', 192)::bit varying, true
                  from passage p where p.collection_id = '%s'
                """.formatted(id));
    }

    /**
     * Passages that are found by words only, for what is indexed in a collection.
     *
     * @param text of each, as an SQL expression of its ordinal o and its version v
     */
    public static void words(PreparedDatabase database, CollectionId id, int each, String text) {
        database.execute("""
                insert into passage (collection_id, document_id, version, ordinal, start_at, end_at, text, lexemes)
                select v.collection_id, v.document_id, v.number, o, o * 300, o * 300 + length(t.text), t.text,
                       lexemes('simple', t.text)
                  from version v cross join generate_series(0, %2$d - 1) o
                 cross join lateral (select %3$s as text) t
                 where v.collection_id = '%1$s' and v.state = 'indexed';
                insert into posting (collection_id, lexeme, passage_id, frequency, length)
                select p.collection_id, l.lexeme, p.id, coalesce(array_length(l.positions, 1), 1), length_of(p.lexemes)
                  from passage p cross join lateral unnest(p.lexemes) l where p.collection_id = '%1$s';
                update version v set passages = %2$d, lexemes = p.lexemes
                  from (select document_id, version, sum(length_of(lexemes)) as lexemes
                          from passage where collection_id = '%1$s' group by document_id, version) p
                 where p.document_id = v.document_id and p.version = v.number
                """.formatted(id, each, text));
    }

    /**
     * Copies of real passages for what is indexed in a collection, their embeddings turned by some sixteen degrees each.
     *
     * @param from the collections with the passages, which are taken in turn
     */
    public static void copies(PreparedDatabase database, CollectionId id, int each, List<CollectionId> from) {
        database.execute(
                """
                create temporary table source as
                    select p.id, row_number() over (order by p.id) - 1 as turn
                      from passage p where p.collection_id in (%3$s);
                create unique index on source (turn);
                create temporary table made as
                    select nextval(pg_get_serial_sequence('passage', 'id')) as id, v.document_id, v.number, o, s.id as source
                      from (select document_id, number, row_number() over (order by created_at desc) - 1 as turn
                              from version where collection_id = '%1$s' and state = 'indexed') v
                     cross join generate_series(0, %2$d - 1) o
                      join source s on s.turn = (v.turn * %2$d + o) %% (select count(*) from source);
                insert into passage (id, collection_id, document_id, version, ordinal, start_at, end_at, text, context,
                                     lexemes)
                overriding system value
                select m.id, '%1$s', m.document_id, m.number, m.o, p.start_at, p.end_at, p.text, p.context, p.lexemes
                  from made m join passage p on p.id = m.source;
                insert into embedding (passage_id, model, collection_id, vector, bits, live)
                select m.id, e.model, '%1$s', turned.vector, turned.bits, true
                  from made m join embedding e on e.passage_id = m.source
                 cross join lateral (
                       select array_agg((x / norm)::real order by at) as vector,
                              string_agg(case when x > 0 then '1' else '0' end, '' order by at)::bit varying as bits
                         from (select at, x, sqrt(sum(x * x) over ()) as norm
                                 from (select at, x + 0.026 * (random() + random() + random() + random() - 2) as x
                                         from unnest(e.vector) with ordinality v(x, at)
                                        -- Each copy anew: what hangs on the original alone is computed once for all.
                                        where m.id is not null) noisy) unit) turned;
                insert into posting (collection_id, lexeme, passage_id, frequency, length)
                select '%1$s', l.lexeme, p.id, coalesce(array_length(l.positions, 1), 1), length_of(p.lexemes)
                  from passage p cross join lateral unnest(p.lexemes) l where p.collection_id = '%1$s';
                update version v set passages = %2$d, lexemes = p.lexemes
                  from (select document_id, version, sum(length_of(lexemes)) as lexemes
                          from passage where collection_id = '%1$s' group by document_id, version) p
                 where p.document_id = v.document_id and p.version = v.number
                """.formatted(id, each, from.stream().map(c -> "'" + c + "'").collect(Collectors.joining(", "))));
    }

    /** The model under whose name the crowd's passages have their embeddings, which are noise. */
    public static EmbeddingModel model(EmbeddingModel questions) {
        return new ForwardingModel(questions) {
            @Override
            public String name() {
                return "crowd";
            }

            @Override
            public int dimensions() {
                return 384;
            }
        };
    }

    /**
     * Until the tables are as workers and autovacuum leave them: that may be at it, and then what is done meanwhile is
     * not seen.
     */
    public static void settle(PreparedDatabase database) {
        pack(database, 50_000, 120_000);
        Await.until("the tables are vacuumed", Duration.ofMinutes(1), () -> {
            database.execute("vacuum analyze");
            return database.count("""
                    select count(*) from pg_class
                     where relname in ('document', 'version') and relallvisible < relpages""") == 0;
        });
    }

    /** Packs postings and signatures of collections that have gained so many, so many at a time, as workers do. */
    public static void pack(PreparedDatabase database, long least, int most) {
        while (database.asWorker(session -> (Integer) session.createNativeQuery("""
                                select pack_postings(:least, :most) + merge_segments()
                                     + pack_signatures(cast(:least / 200 as int), :most / 30)
                                     + clean_signatures(:most / 30) + pack_extents(64)
                                """, Integer.class)
                        .setParameter("least", least)
                        .setParameter("most", most)
                        .getSingleResult())
                > 0) {}
    }
}
