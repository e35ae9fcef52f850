package org.docchat.query;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.docchat.domain.CollectionId;
import org.docchat.query.Postings.Score;
import org.jspecify.annotations.Nullable;

/**
 * The ranking by words: BM25 ({@link Postings}) over an inverted index in tables. Neighbours of the question count more
 * where they are neighbours in the passage, too (Metzler and Croft, <i>A Markov Random Field Model for Term
 * Dependencies</i>, 2005), and what it puts in quotation marks where it stands word for word.
 *
 * <p>Frequent words cost most and tell least. Where the words of a question have more than half a million places
 * together, only the rarest find passages; the others count for the best of those. So the time and the memory that a
 * question takes do not grow with the collection.
 */
final class KeywordRanking {
    private static final Pattern FISCAL_YEAR = Pattern.compile("(?i)\\bFY[ '’-]{0,2}(?:((?:19|20)\\d\\d)|(\\d\\d))\\b");

    /** What two words of the question are worth that stand together as they do there, of the rarer one's weight. */
    private static final double CLOSENESS = 0.1;
    /** The rarest words of the question find passages as long as they have no more places than so many together. */
    private static final int PLACES = 500_000;
    /** For how many of what they find the other words are looked up. */
    private static final int COMPLETED = 400;

    private static final String ASKED = """
            with scope as materialized (
                select id, language from collection where id = any (cast(:collections as uuid[]))),
            asked as materialized (
                select s.language, l.lexeme, l.positions
                  from (select distinct language from scope) s cross join lateral unnest(lexemes(s.language, :query)) l),
            """;

    /**
     * To be completed by what of passages is eligible, what tells how many are current, lists, passages to leave out, and
     * passages to leave in.
     */
    private static final String LISTS = ASKED + """
            term as materialized (
                select s.id as collection_id, a.lexeme, coalesce(array_length(a.positions, 1), 1) as times
                  from scope s join asked a using (language)),
            %1$s
            list as materialized (%3$s),
            word as materialized (
                select t.lexeme, t.times, coalesce(l.places, 0) as places,
                       row_number() over rarest = 1 or sum(coalesce(l.places, 0)) over rarest <= :most as rare
                  from (select lexeme, max(times) as times from term group by lexeme) t
                  left join (select lexeme, sum(octet_length(list) / 12) as places from list group by lexeme) l using (lexeme)
                window rarest as (order by coalesce(l.places, 0), t.lexeme)),
            size as (
                select greatest(sum(v.passages), 1)::float8 as passages,
                       greatest(sum(v.lexemes), 1)::float8 / greatest(sum(v.passages), 1) as length
                  from %2$s v
                 where v.collection_id in (select id from scope))
            select 'word' as kind, w.lexeme, w.times, w.places, w.rare, l.list, s.passages, s.length
              from size s cross join word w left join list l on l.lexeme = w.lexeme and w.rare
            union all
            select 'gone', null, 0, 0, false, (%4$s), 0, 0
            union all
            select 'eligible', null, 0, 0, false, (%5$s), 0, 0
            """;

    /** What is current: packed to lists, and what has come since. */
    private static final String POSTED = """
            select t.lexeme, l.places as list
              from term t
              join segment s on s.collection_id = t.collection_id
              join posting_list l on l.segment_id = s.id and l.lexeme = t.lexeme
            union all
            select t.lexeme,
                   string_agg(int8send(p.passage_id) || int2send(p.frequency)
                                  || int2send(cast(least(p.length, 32767) as int2)), cast('' as bytea))
              from term t join posting p on p.collection_id = t.collection_id and p.lexeme = t.lexeme
             group by t.lexeme""";

    /** Of a time that has passed there is no inverted index: it is made of the passages. */
    private static final String POSTED_THEN = """
            select l.lexeme,
                   string_agg(int8send(p.id)
                                  || int2send(cast(least(coalesce(array_length(l.positions, 1), 1), 32767) as int2))
                                  || int2send(cast(least(length_of(p.lexemes), 32767) as int2)),
                              cast('' as bytea)) as list
              from eligible e join passage p on p.id = e.id
             cross join lateral unnest(p.lexemes) l
              join term t on t.collection_id = p.collection_id and t.lexeme = l.lexeme
             group by l.lexeme""";

    private static final String EXTENT_THEN = "(select * from version v where %s)";

    private static final String GONE = """
            select string_agg(int8send(passage_id), cast('' as bytea)) from unposted
             where collection_id in (select id from scope)""";

    private static final String ELIGIBLE = "select string_agg(int8send(id), cast('' as bytea)) from eligible";

    private static final String FREQUENCIES = """
            select p.id, l.lexeme, coalesce(array_length(l.positions, 1), 1) as frequency, length_of(p.lexemes) as length
              from passage p cross join lateral unnest(p.lexemes) l
             where p.id = any (cast(:passages as bigint[])) and l.lexeme = any (string_to_array(cast(:words as text), chr(10)))
            """;

    private static final String DETAILS = ASKED + """
            word as materialized (
                select lexeme, weight, cast(quote_literal(lexeme) as tsquery) as word
                  from unnest(string_to_array(cast(:words as text), chr(10)), cast(:weights as float8[])) w (lexeme, weight)
                 where strpos(lexeme, chr(92)) = 0),
            -- Words that the question has side by side, a stop word between them at most.
            pair as materialized (
                select distinct tsquery_phrase(f.word, n.word) || tsquery_phrase(f.word, n.word, 2) as phrase,
                       least(f.weight, n.weight) as weight
                  from (select a.lexeme, lead(a.lexeme) over w as next, lead(at) over w - at as gap
                          from asked a cross join lateral unnest(a.positions) at
                        window w as (partition by a.language order by at)) p
                  join word f on f.lexeme = p.lexeme
                  join word n on n.lexeme = p.next
                 where p.gap <= 2 and p.lexeme <> p.next
                union all
                -- What stands in quotation marks counts as much again where it stands like that.
                select q.phrase,
                       (select sum(w.weight) from word w where w.lexeme = any (tsvector_to_array(q.words))) / :closeness
                  from (select phraseto_tsquery(cast(s.language as regconfig), spelled(t.text)) as phrase,
                               lexemes(s.language, t.text) as words
                          from (select distinct language from scope) s
                         cross join unnest(string_to_array(cast(:quoted as text), chr(10))) t (text)) q
                 where numnode(q.phrase) > 1),
            -- Asked first: each question of a tsvector unpacks it anew, and few have any of the pairs.
            any_pair as materialized (select cast(string_agg(cast(phrase as text), ' | ') as tsquery) as phrases from pair)
            select c.passage_id, coalesce(g.weight, 0) as weight, e.fixed as vector
              from unnest(cast(:passages as bigint[])) c (passage_id)
              left join lateral (
                   select sum(r.weight) as weight from passage p join pair r on p.lexemes @@ r.phrase
                    where p.id = c.passage_id and exists (select from pair)
                      and p.lexemes @@ (select phrases from any_pair)) g on true
              left join embedding e on e.passage_id = c.passage_id and e.model = :model
                                   and e.passage_id <> all (cast((select cast(:near as bigint[])) as bigint[]))
            """;

    private static final Pattern QUOTED =
            Pattern.compile("\"[^\"]{1,300}+\"|“[^”“]{1,300}+[”“]|„[^”“]{1,300}+[”“]|«[^»]{1,300}+»");

    private KeywordRanking() {}

    /**
     * A passage that has words of the question.
     *
     * @param coverage the share of the question's words that it has, weighted by their rarity, in [0, 1]
     * @param vector its embedding as {@link SemanticRanking#embedding} reads it, unless it was among the near ones or has none
     */
    record Hit(long passage, double score, double coverage, byte @Nullable [] vector) {}

    /** The question, and the year in figures of each fiscal year: texts write 2018 where people ask for FY18 or FY2018. */
    static String withYears(String question) {
        return Stream.concat(
                        Stream.of(question),
                        FISCAL_YEAR
                                .matcher(question)
                                .results()
                                .map(year -> year.group(1) == null ? "20" + year.group(2) : year.group(1)))
                .collect(Collectors.joining(" "));
    }

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
        var asked = withYears(question);
        var lists = session.createNativeQuery(
                        LISTS.formatted(
                                eligible.cte(),
                                eligible.then() ? EXTENT_THEN.formatted(eligible.current()) : "extent",
                                eligible.then() ? POSTED_THEN : POSTED,
                                eligible.then() ? "null" : GONE,
                                eligible.isAll() ? "null" : ELIGIBLE),
                        Tuple.class)
                .setParameter("collections", Rows.array(collections, CollectionId::value))
                .setParameter("query", asked)
                .setParameter("most", PLACES);
        eligible.parameters().forEach(lists::setParameter);
        var rows = Rows.of(lists).stream().collect(Collectors.groupingBy(row -> row.get("kind", String.class)));
        var words = Word.of(rows.getOrDefault("word", List.of()));
        if (words.isEmpty()) {
            return List.of();
        }
        var size = rows.getOrDefault("word", List.of()).get(0);
        var postings = new Postings(
                size.get("passages", Double.class),
                size.get("length", Double.class),
                ids(rows, "gone"),
                words.stream().mapToInt(Word::read).sum() + near.size());
        var weights = new LinkedHashMap<String, Double>();
        for (var word : words) {
            weights.put(
                    word.lexeme(),
                    word.isRare()
                            ? postings.add(word.times(), word.lists())
                            : postings.weigh(word.times(), word.places()));
        }
        var often =
                words.stream().filter(word -> !word.isRare()).map(Word::lexeme).toList();

        Predicate<Long> left = eligible.isAll() ? id -> true : ids(rows, "eligible")::contains;
        var scores = new HashMap<Long, Score>();
        for (var score : postings.best(often.isEmpty() ? Fusion.CANDIDATES : COMPLETED, left)) {
            scores.put(score.passage(), score);
        }
        var nearest = near.stream().map(SemanticRanking.Near::passage).toList();
        for (var score : postings.of(nearest)) {
            scores.put(score.passage(), score);
        }
        if (!often.isEmpty()) {
            complete(session, scores, often, weights, postings);
        }
        scores.values().removeIf(score -> score.matched() == 0);
        var chosen = new HashSet<>(nearest);
        scores.values().stream()
                .sorted(Score.BEST_FIRST)
                .limit(Fusion.CANDIDATES)
                .forEach(score -> chosen.add(score.passage()));
        scores.keySet().retainAll(chosen);

        var details = session.createNativeQuery(DETAILS, Tuple.class)
                .setParameter("collections", Rows.array(collections, CollectionId::value))
                .setParameter("query", asked)
                .setParameter("words", String.join("\n", weights.keySet()))
                .setParameter("weights", Rows.array(List.copyOf(weights.values()), weight -> weight))
                .setParameter("closeness", CLOSENESS)
                .setParameter("quoted", String.join("\n", quoted(question)))
                .setParameter("passages", Rows.array(List.copyOf(scores.keySet()), id -> id))
                .setParameter("near", Rows.array(nearest, id -> id))
                .setParameter("model", model == null ? "" : model);
        var hits = new ArrayList<Hit>();
        for (var row : Rows.of(details)) {
            var score = scores.get(row.get("passage_id", Long.class));
            if (score != null) {
                hits.add(new Hit(
                        score.passage(),
                        score.score()
                                + CLOSENESS * row.get("weight", Number.class).doubleValue(),
                        Math.min(1, score.matched() / postings.asked()),
                        row.get("vector", byte[].class)));
            }
        }
        return hits;
    }

    /** Adds what words are worth whose places were not read. */
    private static void complete(
            EntityManager session,
            Map<Long, Score> scores,
            List<String> words,
            Map<String, Double> weights,
            Postings postings) {
        var frequencies = session.createNativeQuery(FREQUENCIES, Tuple.class)
                .setParameter("passages", Rows.array(List.copyOf(scores.keySet()), id -> id))
                .setParameter("words", String.join("\n", words));
        for (var row : Rows.of(frequencies)) {
            double weight = weights.getOrDefault(row.get("lexeme", String.class), 0.0);
            int frequency = row.get("frequency", Integer.class);
            double worth = weight * postings.share(frequency, row.get("length", Integer.class));
            scores.computeIfPresent(
                    row.get("id", Long.class),
                    (id, score) -> new Score(id, score.score() + worth, score.matched() + weight));
        }
    }

    private static Set<Long> ids(Map<String, List<Tuple>> rows, String kind) {
        var sent = rows.getOrDefault(kind, List.of()).get(0).get("list", byte[].class);
        return sent == null ? Set.of() : Postings.ids(sent);
    }

    /**
     * A word of the question.
     *
     * @param places how many passages have it, or had it
     * @param isRare whether its places were read
     */
    private record Word(String lexeme, int times, long places, boolean isRare, List<byte[]> lists) {
        /** In the order of the words. */
        static List<Word> of(List<Tuple> rows) {
            var words = new TreeMap<String, Word>();
            for (var row : rows) {
                var word = words.computeIfAbsent(
                        row.get("lexeme", String.class),
                        lexeme -> new Word(
                                lexeme,
                                row.get("times", Integer.class),
                                row.get("places", Number.class).longValue(),
                                row.get("rare", Boolean.class),
                                new ArrayList<>()));
                var list = row.get("list", byte[].class);
                if (list != null) {
                    word.lists.add(list);
                }
            }
            return List.copyOf(words.values());
        }

        int read() {
            return isRare ? (int) places : 0;
        }
    }
}
