package org.docchat.query;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.DocumentId;
import org.docchat.domain.Embedding;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.Failure;
import org.docchat.domain.Location;
import org.docchat.domain.Passage;
import org.docchat.domain.PassageId;
import org.docchat.domain.Transactions;
import org.docchat.query.Fusion.Place;
import org.docchat.query.Librarian.Found;
import org.docchat.query.Librarian.Mode;
import org.docchat.query.Librarian.Search;
import org.docchat.query.Librarian.Timings;
import org.jspecify.annotations.Nullable;

/** Finds passages: the best by words and the nearest in meaning, fused into one list. */
final class Retrieval {
    /** How many each ranking contributes. */
    static final int CANDIDATES = 100;

    private static final String PASSAGE = """
            select p.id, p.collection_id, p.document_id, d.name, p.version, p.ordinal, p.page, p.section, p.start_at,
                   p.end_at, p.text
              from passage p join document d on d.id = p.document_id
            """;

    /** A version may have been replaced since the rankings were made: then this is the moment that counts. */
    private static final String PASSAGES = PASSAGE + """
              join version v on v.document_id = p.document_id and v.number = p.version
             where p.id = any (cast(:ids as bigint[])) and %s
            """;

    private static final String AROUND = PASSAGE + """
              join passage m on m.id = :id and m.document_id = p.document_id and m.version = p.version
             where p.ordinal between m.ordinal - 1 and m.ordinal + 1
             order by p.ordinal
            """;

    private static final int LONGEST_QUESTION = 10_000;

    private final Transactions<EntityManager> transactions;
    private final EmbeddingModel model;
    /** Asked of the database once: it comes and goes with the start only. */
    private volatile @Nullable Boolean indexed;

    Retrieval(Transactions<EntityManager> transactions, EmbeddingModel model) {
        this.transactions = transactions;
        this.model = model;
    }

    /**
     * What was found.
     *
     * @param found as many as were asked for, best first
     * @param evidence how likely it is that the answer is among them
     */
    record Retrieved(List<Found> found, double evidence, Timings timings) {}

    /**
     * A passage with what each ranking says of it.
     *
     * @param keyword its BM25 score; null if it has none of the words
     * @param cosine its closeness in meaning; null while it has no embedding
     * @param coverage the share of the question's words that it has, weighted by their rarity, in [0, 1]
     */
    record Candidate(
            PassageId passage,
            @Nullable Double keyword,
            @Nullable Double cosine,
            double coverage) {}

    /**
     * Finds the passages that fit a query best, of those that the caller may see.
     *
     * @throws Failure.Invalid if the query is empty or too long, or the limit out of range
     */
    Retrieved retrieve(Caller caller, Search search) {
        if (search.query().isBlank() || search.query().length() > LONGEST_QUESTION) {
            throw new Failure.Invalid(
                    "invalid_query", "The question must have 1 to " + LONGEST_QUESTION + " characters.");
        }
        if (search.limit() < 1 || search.limit() > CANDIDATES) {
            throw new Failure.Invalid("invalid_limit", "The limit must be a number from 1 to " + CANDIDATES + ".");
        }
        // PostgreSQL takes no zeros.
        var question = search.query().replace('\0', ' ');
        long began = System.nanoTime();
        var embedding = search.mode() == Mode.KEYWORD ? null : model.embedQuestion(question);
        long embedded = System.nanoTime();
        return transactions.as(caller, session -> {
            var eligible = Eligible.of(search.filter());
            var candidates = candidates(session, search, question, embedding, eligible);
            var places = Fusion.fuse(candidates, search.mode()).stream()
                    .limit(search.limit())
                    .toList();
            var found = found(session, places, eligible);
            var timings = new Timings(millis(began, embedded), millis(embedded, System.nanoTime()), 0);
            return new Retrieved(found, Evidence.of(candidates), timings);
        });
    }

    private static long millis(long from, long to) {
        return (to - from) / 1_000_000;
    }

    /** The best of both rankings, in no order. */
    private List<Candidate> candidates(
            EntityManager session, Search search, String question, @Nullable Embedding embedding, Eligible eligible) {
        var collections = search.collections();
        var near = embedding == null
                ? List.<SemanticRanking.Near>of()
                : SemanticRanking.nearest(session, embedding, collections, eligible, model.name(), isIndexed(session));
        var candidates = new HashMap<Long, Candidate>();
        for (var one : near) {
            candidates.put(one.passage(), new Candidate(new PassageId(one.passage()), null, one.cosine(), 0));
        }
        if (search.mode() != Mode.SEMANTIC) {
            var wanted = embedding == null ? null : model.name();
            for (var hit : KeywordRanking.hits(session, question, collections, eligible, near, wanted)) {
                var known = candidates.get(hit.passage());
                Double cosine = known == null ? cosine(embedding, hit.vector()) : known.cosine();
                var passage = new PassageId(hit.passage());
                candidates.put(hit.passage(), new Candidate(passage, hit.score(), cosine, hit.coverage()));
            }
        }
        return List.copyOf(candidates.values());
    }

    private static @Nullable Double cosine(@Nullable Embedding question, byte @Nullable [] vector) {
        return question == null || vector == null ? null : question.cosine(SemanticRanking.embedding(vector));
    }

    private boolean isIndexed(EntityManager session) {
        var known = indexed;
        if (known == null) {
            known = SemanticRanking.hasIndex(session);
            indexed = known;
        }
        return known;
    }

    /** Reads the passages, without those that are not current any more. */
    private static List<Found> found(EntityManager session, List<Place> places, Eligible eligible) {
        var query = session.createNativeQuery(PASSAGES.formatted(eligible.current()), Tuple.class)
                .setParameter("ids", Rows.array(places, place -> place.passage().value()));
        if (eligible.then()) {
            query.setParameter("asOf", eligible.parameters().get("asOf"));
        }
        var passages = Rows.of(query).stream()
                .map(Retrieval::toPassage)
                .collect(Collectors.toMap(Passage::id, Function.identity()));
        var found = new ArrayList<Found>();
        for (var place : places) {
            var passage = passages.get(place.passage());
            if (passage != null) {
                found.add(new Found(passage, place.score(), place.semanticRank(), place.keywordRank()));
            }
        }
        return found;
    }

    /** A passage with the one before and the one after it: neighbours have neighbouring ordinals in one version. */
    List<Passage> around(Caller caller, PassageId id) {
        var passages = transactions.as(
                caller,
                session ->
                        Rows.of(session.createNativeQuery(AROUND, Tuple.class).setParameter("id", id.value())).stream()
                                .map(Retrieval::toPassage)
                                .toList());
        if (passages.isEmpty()) {
            throw new Failure.NotFound("passage");
        }
        return passages;
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
