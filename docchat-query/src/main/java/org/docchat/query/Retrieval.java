package org.docchat.query;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.DocumentId;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Failure;
import org.docchat.domain.Location;
import org.docchat.domain.Passage;
import org.docchat.domain.PassageId;
import org.docchat.domain.Transactions;
import org.docchat.domain.UserId;
import org.docchat.query.Fusion.Candidate;
import org.docchat.query.Fusion.Place;
import org.docchat.query.Librarian.Found;
import org.docchat.query.Librarian.Mode;
import org.docchat.query.Librarian.Search;
import org.docchat.query.Librarian.Timings;
import org.docchat.query.Meanings.Meaning;
import org.jspecify.annotations.Nullable;

/** Finds passages: the best by words and the nearest in meaning, fused into one list. */
final class Retrieval {

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

    private static final Caller NOBODY = new Caller(new UserId(new UUID(0, 0)), "nobody", false);

    private static final int LONGEST_QUESTION = 10_000;
    /** Changing a collection's model takes somebody's hand. */
    private static final int MOST_ATTEMPTS = 5;

    private final Transactions<EntityManager> transactions;
    private final Meanings meanings;
    /** By model; asked of the database once: they come and go with the start only. */
    private final Map<String, Boolean> indexed = new ConcurrentHashMap<>();

    private final SignatureBlocks blocks = new SignatureBlocks();

    Retrieval(Transactions<EntityManager> transactions, EmbeddingModels models) {
        this.transactions = transactions;
        this.meanings = new Meanings(models);
    }

    /**
     * What was found.
     *
     * @param found as many as were asked for, best first
     * @param evidence how likely it is that the answer is among them
     * @param models whose embeddings were compared, by name
     * @param outage why only words decided on some; null where meaning did, too
     */
    record Retrieved(
            List<Found> found,
            double evidence,
            Timings timings,
            List<String> models,
            Failure.@Nullable Unavailable outage) {}

    /** Runs a search that finds nothing through everything that a search needs; throws where something is missing. */
    void probe() {
        var nowhere = List.of(new CollectionId(new UUID(0, 0)));
        retrieve(NOBODY, new Search("ready", nowhere, 1, Mode.HYBRID, Librarian.Filter.NONE), false);
    }

    /**
     * Finds the passages that fit a query best, of those that the caller may see.
     *
     * @throws Failure.NotFound if a collection does not exist for the caller
     * @throws Failure.Invalid if there is none, the query is empty or too long, or the limit out of range
     * @throws Failure.Unavailable if only meaning was asked for, and a model that tells it does not answer
     */
    Retrieved retrieve(Caller caller, Search search) {
        return retrieve(caller, search, true);
    }

    private Retrieved retrieve(Caller caller, Search search, boolean somewhere) {
        if (search.query().isBlank() || search.query().length() > LONGEST_QUESTION) {
            throw new Failure.Invalid(
                    "invalid_query", "The question must have 1 to " + LONGEST_QUESTION + " characters.");
        }
        if (search.limit() < 1 || search.limit() > Fusion.CANDIDATES) {
            throw new Failure.Invalid(
                    "invalid_limit", "The limit must be a number from 1 to " + Fusion.CANDIDATES + ".");
        }
        // PostgreSQL takes no zeros.
        var question = search.query().replace('\0', ' ');
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            long began = System.nanoTime();
            var inUse = search.mode() == Mode.KEYWORD ? Map.<UUID, String>of() : meanings.guess(search);
            var meant = meanings.of(question, inUse);
            var asked = meant.meanings();
            if (meant.outage() != null && search.mode() == Mode.SEMANTIC) {
                throw meant.outage();
            }
            long embedded = System.nanoTime();
            var retrieved = transactions.as(caller, session -> {
                if (somewhere) {
                    requireVisible(session, search.collections());
                }
                var eligible = Eligible.of(search.filter());
                var candidates = transactions.onReplica(
                        session, caller, copy -> candidates(copy, search, question, asked, eligible));
                var found = found(session, Fusion.fuse(candidates, search.mode()), search, eligible);
                // Last: whatever else a collection may have changed to, these embeddings were all there until now.
                if (search.mode() != Mode.KEYWORD
                        && !inUse.entrySet()
                                .containsAll(meanings.lookUp(session, search).entrySet())) {
                    return null;
                }
                var timings = new Timings(millis(began, embedded), millis(embedded, System.nanoTime()), 0);
                var models =
                        asked.stream().map(each -> each.model().name()).sorted().toList();
                return new Retrieved(found, Evidence.of(candidates), timings, models, meant.outage());
            });
            if (retrieved != null) {
                return retrieved;
            }
        }
        throw new IllegalStateException("the collections change their models all the time");
    }

    /** What may not be seen does not exist; asking nowhere is a mistake. */
    static void requireVisible(EntityManager session, List<CollectionId> collections) {
        if (collections.isEmpty()) {
            throw new Failure.Invalid("no_collections", "Name at least one collection to look in.");
        }
        var asked = collections.stream().distinct().toList();
        long visible = (Long) session.createNativeQuery(
                        "select count(*) from collection where id = any (cast(:collections as uuid[]))", Long.class)
                .setParameter("collections", Rows.array(asked, CollectionId::value))
                .getSingleResult();
        if (visible < asked.size()) {
            throw new Failure.NotFound("collection");
        }
    }

    /** The names of the models whose embeddings answer in these collections. */
    List<String> models(EntityManager session, List<CollectionId> collections) {
        var search = new Search("models", collections, 1, Mode.SEMANTIC, Librarian.Filter.NONE);
        return meanings.lookUp(session, search).values().stream()
                .distinct()
                .sorted()
                .toList();
    }

    private static long millis(long from, long to) {
        return (to - from) / 1_000_000;
    }

    /** The best of both rankings, in no order. */
    private List<Candidate> candidates(
            EntityManager session, Search search, String question, List<Meaning> asked, Eligible eligible) {
        var collections = search.collections();
        var near = near(session, asked, eligible);
        // Vectors of several models are read by themselves, and no neighbours of each other.
        var only = asked.size() == 1 ? asked.get(0) : null;
        var candidates = new HashMap<Long, Candidate>();
        for (var one : near) {
            var embedding = only == null ? null : one.embedding();
            candidates.put(
                    one.passage(), new Candidate(new PassageId(one.passage()), null, one.cosine(), 0, embedding));
        }
        if (search.mode() != Mode.SEMANTIC) {
            var hits = KeywordRanking.hits(
                    session,
                    question,
                    collections,
                    eligible,
                    near,
                    only == null ? null : only.model().name());
            var cosines = only == null ? cosines(session, asked, hits) : Map.<Long, Double>of();
            for (var hit : hits) {
                var known = candidates.get(hit.passage());
                var cosine = known != null ? known.cosine() : cosines.get(hit.passage());
                var embedding = known != null ? known.embedding() : null;
                if (known == null && only != null && hit.vector() != null) {
                    embedding = SemanticRanking.embedding(hit.vector());
                    cosine = only.cosine(embedding);
                }
                var passage = new PassageId(hit.passage());
                candidates.put(hit.passage(), new Candidate(passage, hit.score(), cosine, hit.coverage(), embedding));
            }
        }
        return List.copyOf(candidates.values());
    }

    /** The nearest, by whichever model, best first. */
    private List<SemanticRanking.Near> near(EntityManager session, List<Meaning> asked, Eligible eligible) {
        var near = new ArrayList<SemanticRanking.Near>();
        for (var meaning : asked) {
            var name = meaning.model().name();
            for (var one : SemanticRanking.nearest(
                    session,
                    blocks,
                    meaning.question(),
                    meaning.collections(),
                    eligible,
                    name,
                    isIndexed(session, name))) {
                near.add(new SemanticRanking.Near(
                        one.passage(), meaning.calibration().of(one.cosine()), one.embedding()));
            }
        }
        near.sort(SemanticRanking.Near.BEST_FIRST);
        return near.subList(0, Math.min(Fusion.CANDIDATES, near.size()));
    }

    private static Map<Long, Double> cosines(
            EntityManager session, List<Meaning> asked, List<KeywordRanking.Hit> hits) {
        var cosines = new HashMap<Long, Double>();
        for (var meaning : asked) {
            SemanticRanking.cosines(
                            session,
                            meaning.question(),
                            meaning.collections(),
                            hits.stream().map(KeywordRanking.Hit::passage).toList(),
                            meaning.model().name())
                    .forEach((passage, cosine) ->
                            cosines.put(passage, meaning.calibration().of(cosine)));
        }
        return cosines;
    }

    private boolean isIndexed(EntityManager session, String model) {
        return indexed.computeIfAbsent(model, name -> SemanticRanking.hasIndex(session, name));
    }

    /** As many as are asked for. */
    private static List<Found> found(EntityManager session, List<Place> places, Search search, Eligible eligible) {
        if (!search.distinct()) {
            return read(session, places.subList(0, Math.min(search.limit(), places.size())), eligible);
        }
        var distinct = new Distinct();
        var found = new ArrayList<Found>();
        // Few say the same in most lists, so not all are read at once.
        int step = 2 * search.limit();
        for (int from = 0; from < places.size() && found.size() < search.limit(); from += step) {
            for (var one : read(session, places.subList(from, Math.min(from + step, places.size())), eligible)) {
                if (found.size() < search.limit()
                        && distinct.isNew(one.passage().text())) {
                    found.add(one);
                }
            }
        }
        return found;
    }

    /** Reads the passages, without those that are not current any more. */
    private static List<Found> read(EntityManager session, List<Place> places, Eligible eligible) {
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
