package org.docchat;

import java.time.Duration;
import java.util.List;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Embedding;
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
        database.execute("""
                insert into passage (collection_id, document_id, version, ordinal, start_at, end_at, text, lexemes)
                select v.collection_id, v.document_id, v.number, o, o * 300, o * 300 + length(t.text), t.text,
                       lexemes('simple', t.text)
                  from version v cross join generate_series(0, %2$d - 1) o
                 cross join lateral (select string_agg('word' || floor(random() * random() * 20000)::int, ' ') as text
                                       from generate_series(1, 30) where o is not null) t
                 where v.collection_id = '%1$s' and v.state = 'indexed';
                insert into embedding (passage_id, model, collection_id, vector, bits, live)
                select p.id, 'crowd', p.collection_id,
                       (select array_agg((x / norm)::real)
                          from (select x, sqrt(sum(x * x) over ()) as norm
                                  from (select random() - 0.5 as x from generate_series(1, 384)
                                         where p.id is not null) coordinate) unit),
                       repeat('01', 192)::bit varying, true
                  from passage p where p.collection_id = '%1$s';
                insert into posting (collection_id, lexeme, passage_id, frequency, length)
                select p.collection_id, l.lexeme, p.id, coalesce(array_length(l.positions, 1), 1), 30
                  from passage p cross join lateral unnest(p.lexemes) l where p.collection_id = '%1$s';
                update version set passages = %2$d, lexemes = 30 * %2$d
                 where collection_id = '%1$s' and state = 'indexed'
                """.formatted(id, each));
    }

    /** The model under whose name the crowd's passages have their embeddings, which are noise. */
    public static EmbeddingModel model(EmbeddingModel questions) {
        return new EmbeddingModel() {
            @Override
            public String name() {
                return "crowd";
            }

            @Override
            public int dimensions() {
                return 384;
            }

            @Override
            public int maxTokens() {
                return questions.maxTokens();
            }

            @Override
            public int countTokens(String text) {
                return questions.countTokens(text);
            }

            @Override
            public List<Embedding> embedPassages(List<String> texts) {
                return questions.embedPassages(texts);
            }

            @Override
            public Embedding embedQuestion(String text) {
                return questions.embedQuestion(text);
            }
        };
    }

    /** Until the tables are as autovacuum leaves them: it may be at it, and then what is done meanwhile is not seen. */
    public static void settle(PreparedDatabase database) {
        Await.until("the tables are vacuumed", Duration.ofMinutes(1), () -> {
            database.execute("vacuum analyze");
            return database.count("""
                    select count(*) from pg_class
                     where relname in ('document', 'version') and relallvisible < relpages""") == 0;
        });
    }
}
