package org.docchat.query;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.docchat.domain.CollectionId;
import org.docchat.domain.DocumentId;
import org.docchat.domain.Embedding;
import org.docchat.domain.Location;
import org.docchat.domain.Passage;
import org.docchat.domain.PassageId;
import org.jspecify.annotations.Nullable;

/**
 * Finds candidates for a question: the best by BM25 over the inverted index, the closest by meaning, and for each of
 * them both figures.
 *
 * <p>BM25 after Robertson and Zaragoza, <i>The Probabilistic Relevance Framework</i> (2009), with k1 = 0.9 and
 * b = 0.4; a word that is asked twice counts twice, and neighbours of the question count more where they are
 * neighbours in the passage, too (Metzler and Croft, <i>A Markov Random Field Model for Term Dependencies</i>, 2005).
 * Meaning is the cosine of embeddings; the nearest are looked for among sign bits first (bits that differ grow with
 * the angle: Charikar, <i>Similarity Estimation Techniques from Rounding Algorithms</i>, 2002) and the best of those
 * compared exactly, here: PostgreSQL takes a tenth of a millisecond for what is one microsecond of Java.
 */
final class Retrieval {
    /** How many each ranking contributes. */
    static final int CANDIDATES = 100;
    /** What two words of the question are worth that stand together as they do there, of the rarer one's weight. */
    private static final double CLOSENESS = 0.1;
    /** How many the bits keep for the exact comparison. */
    private static final int OVERSAMPLED = 500;

    private static final String SQL = """
            with scope as materialized (
                select id, language from collection where id = any (cast(:collections as uuid[]))),
            %s
            asked as materialized (
                select s.language, l.lexeme, l.positions
                  from (select distinct language from scope) s cross join lateral unnest(lexemes(s.language, :query)) l),
            term as materialized (
                select s.id as collection_id, a.lexeme, coalesce(array_length(a.positions, 1), 1) as times
                  from scope s join asked a using (language)),
            size as materialized (
                select greatest(sum(v.passages), 1)::float8 as passages,
                       greatest(sum(v.lexemes), 1)::float8 / greatest(sum(v.passages), 1) as length
                  from version v
                 where v.collection_id in (select id from scope)
                   and v.current_from is not null and v.current_to is null),
            hit as materialized (%s),
            -- Terms that no passage has count, too: they say that something asked for is not there.
            weight as materialized (
                select t.lexeme,
                       t.times * ln(1 + greatest(s.passages - coalesce(d.n, 0) + 0.5, 0.5) / (coalesce(d.n, 0) + 0.5))
                           as idf
                  from (select lexeme, max(times) as times from term group by lexeme) t
                 cross join size s
                  left join (select lexeme, count(*) as n from hit group by lexeme) d using (lexeme)),
            word as materialized (
                select lexeme, idf, cast(quote_literal(lexeme) as tsquery) as word
                  from weight where strpos(lexeme, chr(92)) = 0),
            keyword as materialized (
                select h.passage_id,
                       sum(w.idf * h.frequency / (h.frequency + 0.9 * (0.6 + 0.4 * h.length / s.length))) as score,
                       sum(w.idf) as matched
                  from hit h join weight w using (lexeme) cross join size s
                 group by h.passage_id),
            -- Words that the question has side by side, a stop word between them at most.
            pair as materialized (
                select distinct tsquery_phrase(f.word, n.word) || tsquery_phrase(f.word, n.word, 2) as phrase,
                       least(f.idf, n.idf) as idf
                  from (select a.lexeme, lead(a.lexeme) over w as next, lead(at) over w - at as gap
                          from asked a cross join lateral unnest(a.positions) at
                        window w as (partition by a.language order by at)) p
                  join word f on f.lexeme = p.lexeme
                  join word n on n.lexeme = p.next
                 where p.gap <= 2 and p.lexeme <> p.next),
            best as materialized (
                select passage_id from keyword order by score desc, passage_id limit :candidates),
            near as materialized (%s)
            select c.passage_id, k.score + :closeness * coalesce(g.idf, 0) as keyword,
                   coalesce(k.matched, 0) as matched, array_send(e.vector) as vector,
                   (select coalesce(sum(idf), 0) from weight) as asked
              from (select passage_id from best union select passage_id from near) c
              left join keyword k on k.passage_id = c.passage_id
              left join lateral (
                   select sum(r.idf) as idf from passage p join pair r on p.lexemes @@ r.phrase
                    where p.id = k.passage_id and exists (select from pair)) g on true
              left join embedding e on e.passage_id = c.passage_id and e.model = :model
            """;

    private static final String PASSAGE = """
            select p.id, p.collection_id, p.document_id, d.name, p.version, p.ordinal, p.page, p.section, p.start_at,
                   p.end_at, p.text
              from passage p join document d on d.id = p.document_id
            """;

    private static final String PASSAGES = PASSAGE + " where p.id = any (cast(:ids as bigint[]))";

    private static final String AROUND = PASSAGE + """
              join passage m on m.id = :id and m.document_id = p.document_id and m.version = p.version
             where p.ordinal between m.ordinal - 1 and m.ordinal + 1
             order by p.ordinal
            """;

    private static final String HIT_NOW = """
            select p.lexeme, p.passage_id, p.frequency, p.length
              from posting p join term t on t.collection_id = p.collection_id and t.lexeme = p.lexeme
            """;

    private static final String HIT_THEN = """
            select l.lexeme, p.id as passage_id, coalesce(array_length(l.positions, 1), 1) as frequency,
                   length_of(p.lexemes) as length
              from eligible e join passage p on p.id = e.id
             cross join lateral unnest(p.lexemes) l
              join term t on t.collection_id = p.collection_id and t.lexeme = l.lexeme
            """;

    private static final String NEAR = """
            select e.passage_id from embedding e
             where e.collection_id in (select id from scope) and e.model = :model %s
             order by bit_count(e.bits # cast(:signs as bit varying)), e.passage_id limit :oversampled
            """;

    /** The same by pgvector's index, whose expression and condition this repeats to the letter. */
    private static final String NEAR_BY_INDEX = """
            select e.passage_id from embedding e
             where e.collection_id = any (cast(:collections as uuid[])) and e.model = '%2$s' and e.live
             order by (cast(cast(e.vector as vector(%3$d)) as halfvec(%3$d))) <=> cast(:question as halfvec(%3$d))
             limit :oversampled
            """;

    /** How many the index yields: it is exact enough not to need many. */
    private static final int OVERSAMPLED_BY_INDEX = 200;

    private Retrieval() {}

    /** Whether the database has pgvector and its index. */
    static boolean hasVectorIndex(EntityManager session) {
        return (Boolean) session.createNativeQuery(
                        "select exists (select from pg_indexes where indexname = 'embedding_hnsw')", Boolean.class)
                .getSingleResult();
    }

    /**
     * A passage with what each ranking says of it.
     *
     * @param keyword its BM25 score; null if it has none of the words
     * @param cosine its closeness in meaning; null while it has no embedding
     * @param coverage the share of the question's words that it has, weighted by their rarity, in [0, 1]
     */
    record Candidate(
            Passage passage,
            @Nullable Double keyword,
            @Nullable Double cosine,
            double coverage) {}

    /** @param indexed what {@link #hasVectorIndex} said */
    static List<Candidate> candidates(
            EntityManager session,
            Librarian.Search search,
            String model,
            @Nullable Embedding question,
            boolean indexed) {
        var parameters = new HashMap<String, Object>();
        parameters.put(
                "collections",
                array(search.collections().stream().map(CollectionId::value).toList()));
        parameters.put("query", search.mode() == Librarian.Mode.SEMANTIC ? "" : search.query());
        parameters.put("candidates", CANDIDATES);
        parameters.put("closeness", CLOSENESS);
        parameters.put("oversampled", OVERSAMPLED);
        parameters.put("model", model);
        var filter = search.filter();
        var eligible = eligible(filter, parameters);
        boolean then = filter.asOf() != null;
        var hit = then
                ? HIT_THEN
                : HIT_NOW + (eligible.isEmpty() ? "" : " where p.passage_id in (select id from eligible)");
        var live = (then ? "" : "and e.live")
                + (eligible.isEmpty() ? "" : " and e.passage_id in (select id from eligible)");
        String near;
        if (question == null) {
            near = "select cast(null as bigint) as passage_id where false";
            parameters.remove("oversampled");
        } else if (indexed && eligible.isEmpty() && isIndexCheaper(session, search.collections())) {
            near = NEAR_BY_INDEX.formatted(live, model, question.vector().length);
            parameters.put("question", Arrays.toString(question.vector()));
            parameters.put("oversampled", OVERSAMPLED_BY_INDEX);
            // Goes on until there are enough of the caller's own: rights and collections filter what the index yields.
            // Not in strict order: that drops what is found late and should have come early.
            session.createNativeQuery("select set_config('hnsw.iterative_scan', 'relaxed_order', true),"
                            + " set_config('hnsw.ef_search', '" + OVERSAMPLED_BY_INDEX + "', true)")
                    .getSingleResult();
        } else {
            near = NEAR.formatted(live);
            parameters.put("signs", question.signs());
        }
        var query = session.createNativeQuery(SQL.formatted(eligible, hit, near), Tuple.class);
        parameters.forEach(query::setParameter);
        var figures = new ArrayList<Figures>();
        for (var row : Rows.of(query)) {
            double asked = row.get("asked", Number.class).doubleValue();
            double matched = row.get("matched", Number.class).doubleValue();
            var vector = row.get("vector", byte[].class);
            figures.add(new Figures(
                    row.get("passage_id", Number.class).longValue(),
                    number(row, "keyword"),
                    question == null || vector == null ? null : question.cosine(embedding(vector)),
                    asked == 0 ? 0 : Math.min(1, matched / asked)));
        }
        return withPassages(session, best(figures));
    }

    /**
     * The index knows no collections: for n of one's own it yields n / (share of all that is in scope). Where that is
     * more than there is in scope, scanning the scope is less work, and exact.
     */
    private static boolean isIndexCheaper(EntityManager session, List<CollectionId> collections) {
        return (Boolean) session.createNativeQuery("""
                        select coalesce(sum(v.passages), 0)::float8 ^ 2
                                   > :yield * (select reltuples from pg_class where oid = 'embedding'::regclass)
                          from version v
                         where v.collection_id = any (cast(:collections as uuid[]))
                           and v.current_from is not null and v.current_to is null
                        """, Boolean.class)
                .setParameter("yield", OVERSAMPLED_BY_INDEX)
                .setParameter(
                        "collections",
                        array(collections.stream().map(CollectionId::value).toList()))
                .getSingleResult();
    }

    /** What the rankings say of a passage before it is read. */
    private record Figures(
            long passage,
            @Nullable Double keyword,
            @Nullable Double cosine,
            double coverage) {}

    /** The first of each ranking. */
    private static Map<Long, Figures> best(List<Figures> figures) {
        var best = new HashMap<Long, Figures>();
        for (Function<Figures, @Nullable Double> figure :
                List.<Function<Figures, @Nullable Double>>of(Figures::keyword, Figures::cosine)) {
            figures.stream()
                    .filter(f -> figure.apply(f) != null)
                    .sorted(Comparator.comparing(figure, Comparator.nullsLast(Comparator.reverseOrder()))
                            .thenComparing(Figures::passage))
                    .limit(CANDIDATES)
                    .forEach(f -> best.put(f.passage(), f));
        }
        return best;
    }

    private static List<Candidate> withPassages(EntityManager session, Map<Long, Figures> figures) {
        var ids = figures.keySet().stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
        return Rows.of(session.createNativeQuery(PASSAGES, Tuple.class).setParameter("ids", ids)).stream()
                .map(Retrieval::toPassage)
                .map(passage -> {
                    var f = Objects.requireNonNull(figures.get(passage.id().value()));
                    return new Candidate(passage, f.keyword(), f.cosine(), f.coverage());
                })
                .toList();
    }

    /** Neighbours have neighbouring ordinals in the same version. */
    static List<Passage> around(EntityManager session, PassageId id) {
        return Rows.of(session.createNativeQuery(AROUND, Tuple.class).setParameter("id", id.value())).stream()
                .map(Retrieval::toPassage)
                .toList();
    }

    /** Reads what PostgreSQL sends of a {@code real[]}: twenty bytes of head, then each number after its length. */
    private static Embedding embedding(byte[] sent) {
        var vector = new float[(sent.length - 20) / 8];
        var numbers = ByteBuffer.wrap(sent);
        for (int i = 0; i < vector.length; i++) {
            vector[i] = numbers.getFloat(20 + 8 * i + 4);
        }
        return new Embedding(vector);
    }

    /** The passages that a filter leaves, as a part of the statement; empty where there is no filter. */
    private static String eligible(Librarian.Filter filter, Map<String, Object> parameters) {
        if (filter.equals(Librarian.Filter.NONE)) {
            return "";
        }
        var where = new StringBuilder();
        if (!filter.documents().isEmpty()) {
            where.append(" and d.id = any (cast(:documents as uuid[]))");
            parameters.put(
                    "documents",
                    array(filter.documents().stream().map(DocumentId::value).toList()));
        }
        if (filter.names() != null) {
            where.append(" and lower(d.name) like lower(:names) escape '\\'");
            parameters.put("names", like(filter.names()));
        }
        if (filter.asOf() != null) {
            where.append(" and v.current_from <= :asOf and (v.current_to is null or v.current_to > :asOf)");
            parameters.put("asOf", filter.asOf());
        } else {
            where.append(" and v.current_from is not null and v.current_to is null");
        }
        // Said of each table: the planner does not know that a document's rows are all of one collection.
        return """
                eligible as materialized (
                    select p.id
                      from passage p
                      join document d on d.id = p.document_id
                      join version v on v.document_id = p.document_id and v.number = p.version
                     where p.collection_id = any (cast(:collections as uuid[]))
                       and d.collection_id = any (cast(:collections as uuid[]))
                       and v.collection_id = any (cast(:collections as uuid[])) %s),
                """.formatted(where);
    }

    /** A glob as a LIKE pattern. */
    private static String like(String glob) {
        return glob.replace("\\", "\\\\")
                .replace("%", "\\%")
                .replace("_", "\\_")
                .replace('*', '%')
                .replace('?', '_');
    }

    private static String array(List<UUID> ids) {
        return ids.stream().map(UUID::toString).collect(Collectors.joining(",", "{", "}"));
    }

    private static @Nullable Double number(Tuple row, String column) {
        var value = (Number) row.get(column);
        return value == null ? null : value.doubleValue();
    }

    private static Passage toPassage(Tuple row) {
        return new Passage(
                new PassageId(row.get("id", Long.class)),
                new CollectionId(row.get("collection_id", UUID.class)),
                new DocumentId(row.get("document_id", UUID.class)),
                row.get("name", String.class),
                row.get("version", Integer.class),
                row.get("ordinal", Integer.class),
                new Location(
                        row.get("page", Integer.class),
                        row.get("section", String.class),
                        row.get("start_at", Integer.class),
                        row.get("end_at", Integer.class)),
                row.get("text", String.class));
    }
}
