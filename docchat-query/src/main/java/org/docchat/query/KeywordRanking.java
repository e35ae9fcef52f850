package org.docchat.query;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.util.List;
import java.util.regex.Pattern;
import org.docchat.domain.CollectionId;
import org.jspecify.annotations.Nullable;

/**
 * The ranking by words, over an inverted index in tables.
 *
 * <p>BM25 after Robertson and Zaragoza, <i>The Probabilistic Relevance Framework</i> (2009), with k1 = 0.9 and
 * b = 0.4; a word that is asked twice counts twice, and neighbours of the question count more where they are
 * neighbours in the passage, too (Metzler and Croft, <i>A Markov Random Field Model for Term Dependencies</i>, 2005),
 * and what it puts in quotation marks where it stands word for word.
 *
 * <p>Frequent words cost most and tell least. Where the words of a question have more than thirty thousand places
 * together, only the rarest find passages; the others count for the best of those. So the time that a question takes
 * does not grow with the collection.
 */
final class KeywordRanking {
    /** What two words of the question are worth that stand together as they do there, of the rarer one's weight. */
    private static final double CLOSENESS = 0.1;
    /** The rarest words of the question find passages as long as they are in no more than so many together. */
    private static final int HITS = 30_000;
    /** For how many of what they find the other words are looked up. */
    private static final int COMPLETED = 400;

    private static final String BM25 =
            "w.idf * p.frequency / (p.frequency + 0.9 * (0.6 + p.length * (0.4 / s.length)))";

    /** To be completed by what of passages is eligible, which versions are current, and what a hit must be. */
    private static final String SQL = """
            with scope as materialized (
                select id, language from collection where id = any (cast(:collections as uuid[]))),
            asked as materialized (
                select s.language, l.lexeme, l.positions
                  from (select distinct language from scope) s cross join lateral unnest(lexemes(s.language, :query)) l),
            term as materialized (
                select s.id as collection_id, a.lexeme, coalesce(array_length(a.positions, 1), 1) as times
                  from scope s join asked a using (language)),
            %1$s
            size as materialized (
                select greatest(sum(v.passages), 1)::float8 as passages,
                       greatest(sum(v.lexemes), 1)::float8 / greatest(sum(v.passages), 1) as length
                  from version v
                 where v.collection_id in (select id from scope) and %2$s),
            -- Terms that no passage has count, too: they say that something asked for is not there.
            weighed as materialized (
                select t.lexeme, coalesce(d.n, 0) as n,
                       t.times * ln(1 + greatest(s.passages - coalesce(d.n, 0) + 0.5, 0.5) / (coalesce(d.n, 0) + 0.5))
                           as idf
                  from (select lexeme, max(times) as times from term group by lexeme) t
                 cross join size s
                  left join (select c.lexeme, sum(c.passages) as n
                               from term t join %3$s c on c.collection_id = t.collection_id and c.lexeme = t.lexeme
                              group by c.lexeme) d using (lexeme)),
            weight as materialized (
                select lexeme, idf, row_number() over rarest = 1 or sum(n) over rarest <= :hits as rare
                  from weighed
                window rarest as (order by n, lexeme)),
            sought as materialized (
                select t.collection_id, w.lexeme, w.idf, w.rare from weight w join term t using (lexeme)),
            hit as (
                select p.passage_id, sum(%5$s) as score, sum(w.idf) as matched
                  from sought w
                  join %4$s p on p.collection_id = w.collection_id and p.lexeme = w.lexeme
                 cross join size s
                 where w.rare %6$s
                 group by p.passage_id),
            near as materialized (
                select * from unnest(cast(:near as bigint[]), cast(:nearIn as uuid[])) n (passage_id, collection_id)),
            known as materialized (
                select h.passage_id, p.collection_id, h.score, h.matched
                  from (select * from hit
                         order by passage_id in (select passage_id from near) desc, score desc, passage_id
                         limit :completed) h
                  join lateral (select collection_id from passage where id = h.passage_id) p on true
                 union all
                select passage_id, collection_id, 0, 0 from near),
            keyword as materialized (
                select passage_id, sum(score) as score, sum(matched) as matched
                  from (select passage_id, score, matched from known
                        union all
                        -- One look into the index for each: the planner takes the few for many.
                        select k.passage_id, %5$s, w.idf
                          from sought w
                          join (select distinct passage_id, collection_id from known) k using (collection_id)
                         cross join lateral (
                               select frequency, length from %4$s p
                                where p.collection_id = w.collection_id and p.lexeme = w.lexeme
                                  and p.passage_id = k.passage_id
                               offset 0) p
                         cross join size s
                         where not w.rare) part
                 group by passage_id
                having sum(matched) > 0),
            word as materialized (
                select lexeme, idf, cast(quote_literal(lexeme) as tsquery) as word
                  from weight where strpos(lexeme, chr(92)) = 0),
            -- Words that the question has side by side, a stop word between them at most.
            pair as materialized (
                select distinct tsquery_phrase(f.word, n.word) || tsquery_phrase(f.word, n.word, 2) as phrase,
                       least(f.idf, n.idf) as idf
                  from (select a.lexeme, lead(a.lexeme) over w as next, lead(at) over w - at as gap
                          from asked a cross join lateral unnest(a.positions) at
                        window w as (partition by a.language order by at)) p
                  join word f on f.lexeme = p.lexeme
                  join word n on n.lexeme = p.next
                 where p.gap <= 2 and p.lexeme <> p.next
                union all
                -- What stands in quotation marks counts as much again where it stands like that.
                select q.phrase, (select sum(w.idf) from word w where w.lexeme = any (tsvector_to_array(q.words))) / :closeness
                  from (select phraseto_tsquery(cast(s.language as regconfig), spelled(t.text)) as phrase,
                               lexemes(s.language, t.text) as words
                          from (select distinct language from scope) s
                         cross join unnest(string_to_array(cast(:quoted as text), chr(10))) t (text)) q
                 where numnode(q.phrase) > 1),
            best as materialized (
                select passage_id from keyword order by score desc, passage_id limit :candidates)
            select k.passage_id, k.score + :closeness * coalesce(g.idf, 0) as score,
                   k.matched / (select sum(idf) from weight) as coverage, array_send(e.vector) as vector
              from (select passage_id from best
                     union select passage_id from near) c
              join keyword k using (passage_id)
              left join lateral (
                   select sum(r.idf) as idf from passage p join pair r on p.lexemes @@ r.phrase
                    where p.id = k.passage_id and exists (select from pair)) g on true
              left join embedding e on e.passage_id = k.passage_id and e.model = :model
                                   and e.passage_id not in (select passage_id from near)
            """;

    /** Of a time that has passed there is no inverted index: it is made of the passages. */
    private static final String POSTED_THEN = """
            posted as materialized (
                select p.collection_id, l.lexeme, p.id as passage_id,
                       coalesce(array_length(l.positions, 1), 1) as frequency, length_of(p.lexemes) as length
                  from eligible e join passage p on p.id = e.id
                 cross join lateral unnest(p.lexemes) l
                  join term t on t.collection_id = p.collection_id and t.lexeme = l.lexeme),
            counted as materialized (
                select collection_id, lexeme, count(*) as passages from posted group by collection_id, lexeme),
            """;

    private static final Pattern QUOTED =
            Pattern.compile("\"[^\"]{1,300}+\"|“[^”“]{1,300}+[”“]|„[^”“]{1,300}+[”“]|«[^»]{1,300}+»");

    private KeywordRanking() {}

    /**
     * A passage that has words of the question.
     *
     * @param coverage the share of the question's words that it has, weighted by their rarity, in [0, 1]
     * @param vector its embedding as PostgreSQL sends it, unless it was among the near ones or has none
     */
    record Hit(long passage, double score, double coverage, byte @Nullable [] vector) {}

    /** What stands in quotation marks. */
    static List<String> quoted(String question) {
        return QUOTED.matcher(question)
                .results()
                .map(result ->
                        result.group().substring(1, result.group().length() - 1).replace('\n', ' '))
                .toList();
    }

    /**
     * The best by words, and what the near ones have of them.
     *
     * @param near the nearest in meaning
     * @param model whose vectors are wanted, too; null for none
     */
    static List<Hit> hits(
            EntityManager session,
            String question,
            List<CollectionId> collections,
            Eligible eligible,
            List<SemanticRanking.Near> near,
            @Nullable String model) {
        boolean then = eligible.then();
        var statement = SQL.formatted(
                eligible.cte() + (then ? POSTED_THEN : ""),
                eligible.current(),
                then ? "counted" : "word_count",
                then ? "posted" : "posting",
                BM25,
                eligible.isAll() || then ? "" : "and p.passage_id in (select id from eligible)");
        var query = session.createNativeQuery(statement, Tuple.class)
                .setParameter("collections", Rows.array(collections, CollectionId::value))
                .setParameter("query", question)
                .setParameter("candidates", Fusion.CANDIDATES)
                // How many are eligible is not known beforehand; there all words find.
                .setParameter("hits", eligible.isAll() ? HITS : Integer.MAX_VALUE)
                .setParameter("completed", COMPLETED)
                .setParameter("near", Rows.array(near, SemanticRanking.Near::passage))
                .setParameter("nearIn", Rows.array(near, SemanticRanking.Near::collection))
                .setParameter("closeness", CLOSENESS)
                .setParameter("quoted", String.join("\n", quoted(question)))
                .setParameter("model", model == null ? "" : model);
        eligible.parameters().forEach(query::setParameter);
        return Rows.of(query).stream()
                .map(row -> new Hit(
                        row.get("passage_id", Number.class).longValue(),
                        row.get("score", Number.class).doubleValue(),
                        Math.min(1, row.get("coverage", Number.class).doubleValue()),
                        row.get("vector", byte[].class)))
                .toList();
    }
}
