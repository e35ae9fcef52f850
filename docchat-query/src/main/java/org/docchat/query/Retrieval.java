package org.docchat.query;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.util.HashMap;
import java.util.List;
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

/** Finds candidates for a question, the best by words and the nearest in meaning, and reads passages. */
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

    private Retrieval() {}

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
     * The best of both rankings, in no order.
     *
     * @param question null where meaning is not asked for
     * @param indexed what {@link SemanticRanking#hasIndex} said
     */
    static List<Candidate> candidates(
            EntityManager session,
            Librarian.Search search,
            Eligible eligible,
            String model,
            @Nullable Embedding question,
            boolean indexed) {
        var near = question == null
                ? List.<SemanticRanking.Near>of()
                : SemanticRanking.nearest(session, question, search.collections(), eligible, model, indexed);
        var candidates = new HashMap<Long, Candidate>();
        for (var one : near) {
            candidates.put(one.passage(), new Candidate(new PassageId(one.passage()), null, one.cosine(), 0));
        }
        if (search.mode() != Librarian.Mode.SEMANTIC) {
            var wanted = question == null ? null : model;
            for (var hit : KeywordRanking.hits(session, search.query(), search.collections(), eligible, near, wanted)) {
                var known = candidates.get(hit.passage());
                var cosine = known != null
                        ? known.cosine()
                        : question == null || hit.vector() == null
                                ? null
                                : (Double) question.cosine(SemanticRanking.embedding(hit.vector()));
                candidates.put(
                        hit.passage(),
                        new Candidate(new PassageId(hit.passage()), hit.score(), cosine, hit.coverage()));
            }
        }
        return List.copyOf(candidates.values());
    }

    /** The passages of these ids, in their order; without those that are not current any more. */
    static List<Passage> passages(EntityManager session, List<PassageId> ids, Eligible eligible) {
        var query = session.createNativeQuery(PASSAGES.formatted(eligible.current()), Tuple.class)
                .setParameter("ids", Rows.array(ids, PassageId::value));
        if (eligible.then()) {
            query.setParameter("asOf", eligible.parameters().get("asOf"));
        }
        var passages = Rows.of(query).stream()
                .map(Retrieval::toPassage)
                .collect(Collectors.toMap(Passage::id, Function.identity()));
        return ids.stream().filter(passages::containsKey).map(passages::get).toList();
    }

    /** Neighbours have neighbouring ordinals in the same version. */
    static List<Passage> around(EntityManager session, PassageId id) {
        return Rows.of(session.createNativeQuery(AROUND, Tuple.class).setParameter("id", id.value())).stream()
                .map(Retrieval::toPassage)
                .toList();
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
