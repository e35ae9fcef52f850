package org.docchat.query;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Embedding;
import org.jspecify.annotations.Nullable;

/**
 * The ranking by meaning: the cosine of embeddings. The nearest are looked for among sign bits first ({@link Signatures})
 * or by pgvector's index, and the best of those are compared exactly, here: PostgreSQL takes a tenth of a millisecond for
 * what is one microsecond of Java.
 */
final class SemanticRanking {
    /** How many are compared exactly of those that {@link Signatures} chooses. */
    private static final int OVERSAMPLED = 500;
    /** And of those whose bits differ least. */
    private static final int OVERSAMPLED_BY_BITS = 1_000;
    /** How many the index yields: it is exact enough not to need many. */
    private static final int OVERSAMPLED_BY_INDEX = 200;

    /** In one value: as rows they would take longer to read than to compare. */
    private static final String SQL = """
            with %s nearest as materialized (%s)
            select string_agg(int8send(e.passage_id) || e.fixed, cast('' as bytea)) as found
              from nearest n join embedding e on e.passage_id = n.passage_id and e.model = :model
            """;

    /** Parameters are selected, or a plan for any of them would read them anew for each row. */
    private static final String NEAREST = """
            select e.passage_id from embedding e
             where e.collection_id = any (cast((select cast(:collections as uuid[])) as uuid[])) and e.model = :model
               and e.passage_id in (select id from eligible) %s
             order by bit_count(e.bits # (select cast(:signs as bit varying))), e.passage_id limit :oversampled
            """;

    /** What {@link Signatures} has found. */
    private static final String NEAREST_OF_ALL = "select unnest(cast(:nearest as bigint[])) as passage_id";

    /** The same by pgvector's index, whose expression and condition this repeats to the letter. */
    private static final String NEAREST_BY_INDEX = """
            select e.passage_id from embedding e
             where e.collection_id = any (cast((select cast(:collections as uuid[])) as uuid[]))
               and e.model = '%1$s' and e.live
             order by (cast(cast(e.vector as vector(%2$d)) as halfvec(%2$d))) <=> cast(:question as halfvec(%2$d))
             limit :oversampled
            """;

    private SemanticRanking() {}

    /** A passage with its embedding and the cosine of that with the question's. */
    record Near(long passage, double cosine, Embedding embedding) {
        static final Comparator<Near> BEST_FIRST =
                Comparator.comparingDouble(Near::cosine).reversed().thenComparingLong(Near::passage);
    }

    /** Whether the database has pgvector and its index for the model. */
    static boolean hasIndex(EntityManager session, String model) {
        return (Boolean) session.createNativeQuery("""
                        select exists (select from pg_indexes
                                        where indexname like 'embedding_hnsw%' and strpos(indexdef, quote_literal(:model)) > 0)
                        """, Boolean.class)
                .setParameter("model", model)
                .getSingleResult();
    }

    /** The exact cosines of passages that have an embedding of the model. */
    static Map<Long, Double> cosines(
            EntityManager session,
            Embedding question,
            List<CollectionId> collections,
            List<Long> passages,
            String model) {
        var query = session.createNativeQuery("""
                        select e.passage_id, e.fixed as vector from embedding e
                         where e.passage_id = any (cast(:passages as bigint[])) and e.model = :model
                           and e.collection_id = any (cast(:collections as uuid[]))
                        """, Tuple.class)
                .setParameter("passages", Rows.array(passages, passage -> passage))
                .setParameter("model", model)
                .setParameter("collections", Rows.array(collections, CollectionId::value));
        return Rows.of(query).stream()
                .collect(Collectors.toMap(
                        row -> row.get("passage_id", Number.class).longValue(),
                        row -> question.cosine(embedding(row.get("vector", byte[].class)))));
    }

    /**
     * The nearest, best first.
     *
     * @param blocks what is known of them
     * @param indexed what {@link #hasIndex} said
     */
    static List<Near> nearest(
            EntityManager session,
            SignatureBlocks blocks,
            Embedding question,
            List<CollectionId> collections,
            Eligible eligible,
            String model,
            boolean indexed) {
        boolean byIndex = indexed && eligible.isAll() && isIndexCheaper(session, collections);
        String nearest;
        if (byIndex) {
            // Goes on until there are enough of the caller's own: rights and collections filter what the index yields.
            // Not in strict order: that drops what is found late and should have come early.
            session.createNativeQuery("select set_config('hnsw.iterative_scan', 'relaxed_order', true),"
                            + " set_config('hnsw.ef_search', '" + OVERSAMPLED_BY_INDEX + "', true)")
                    .getSingleResult();
            nearest = NEAREST_BY_INDEX.formatted(model, question.vector().length);
        } else if (eligible.isAll()) {
            nearest = NEAREST_OF_ALL;
        } else {
            nearest = NEAREST.formatted(eligible.then() ? "" : "and e.live");
        }
        var query = session.createNativeQuery(SQL.formatted(eligible.cte(), nearest), byte[].class)
                .setParameter("model", model);
        if (byIndex || !eligible.isAll()) {
            query.setParameter("collections", Rows.array(collections, CollectionId::value))
                    .setParameter("oversampled", byIndex ? OVERSAMPLED_BY_INDEX : OVERSAMPLED_BY_BITS);
        }
        if (byIndex) {
            query.setParameter("question", Arrays.toString(question.vector()));
        } else if (eligible.isAll()) {
            var ids = Signatures.nearest(session, blocks, question, collections, model, OVERSAMPLED);
            query.setParameter("nearest", Rows.array(ids, id -> id));
        } else {
            query.setParameter("signs", question.signs());
        }
        eligible.parameters().forEach(query::setParameter);
        return near(question, (byte @Nullable []) query.getSingleResult());
    }

    /** @param sent for each passage its id and its embedding; null where there is none */
    private static List<Near> near(Embedding question, byte @Nullable [] sent) {
        var near = new ArrayList<Near>();
        int step = Long.BYTES + Short.BYTES * question.vector().length;
        for (int at = 0; sent != null && at + step <= sent.length; at += step) {
            var embedding = embedding(sent, at + Long.BYTES, question.vector().length);
            near.add(new Near(ByteBuffer.wrap(sent, at, Long.BYTES).getLong(), question.cosine(embedding), embedding));
        }
        near.sort(Near.BEST_FIRST);
        return List.copyOf(near.subList(0, Math.min(Fusion.CANDIDATES, near.size())));
    }

    /**
     * The index knows no collections: for n of one's own it yields n / (share of all that is in scope). Where that costs
     * more than to compare the signatures of all that is in scope, these are less work, and find more. Among 100,000 a
     * yield took 9 microseconds and a signature 0.04 ({@code -Dbench=Growth}), so 200 signatures are as much as a yield;
     * a database on which that is otherwise says so: {@code alter database … set docchat.signatures_a_yield = …}.
     */
    private static boolean isIndexCheaper(EntityManager session, List<CollectionId> collections) {
        return (Boolean) session.createNativeQuery("""
                        select coalesce(sum(passages), 0)::float8 ^ 2
                                   > :yield * coalesce(cast(nullif(current_setting('docchat.signatures_a_yield', true), '')
                                                            as float8), 200)
                                     * (select reltuples from pg_class where oid = 'embedding'::regclass)
                          from extent where collection_id = any (cast(:collections as uuid[]))
                        """, Boolean.class)
                .setParameter("yield", OVERSAMPLED_BY_INDEX)
                .setParameter("collections", Rows.array(collections, CollectionId::value))
                .getSingleResult();
    }

    /** Reads coordinates as the database keeps them for that, in 16 bits each (030-fixed-point.sql). */
    static Embedding embedding(byte[] fixed) {
        return embedding(fixed, 0, fixed.length / Short.BYTES);
    }

    private static Embedding embedding(byte[] fixed, int from, int dimensions) {
        var vector = new float[dimensions];
        for (int i = 0, at = from; i < dimensions; i++, at += Short.BYTES) {
            vector[i] = (short) (fixed[at] << 8 | fixed[at + 1] & 0xff) / (float) Short.MAX_VALUE;
        }
        return new Embedding(vector);
    }
}
