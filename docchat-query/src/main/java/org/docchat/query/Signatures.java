package org.docchat.query;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import jakarta.persistence.Tuple;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.Stream;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Embedding;
import org.jspecify.annotations.Nullable;

/**
 * The passages whose embeddings' signs differ least from a question's: bits that differ grow with the angle (Charikar,
 * <i>Similarity Estimation Techniques from Rounding Algorithms</i>, 2002). The database hands out blocks of signatures as
 * they are, some at a time; PostgreSQL takes a third of a microsecond for each, this a few nanoseconds.
 */
final class Signatures {
    /** Blocks that are in memory at once: two megabytes. */
    private static final int FETCHED = 8;
    /** Of a signature: the passage's id, and how many bits follow. */
    private static final int HEAD = Long.BYTES + Integer.BYTES;

    /** What is packed, and then what has come since, in a snapshot with what is gone. */
    private static final String SQL = """
            select cast(0 as bigint) as id,
                   (select string_agg(int8send(passage_id) || int8send(last_block), cast('' as bytea)) from signature_gone
                     where collection_id = any (cast((select cast(:collections as uuid[])) as uuid[])) and model = :model)
                       as signatures
            union all
            select id, signatures from signature_block
             where collection_id = any (cast((select cast(:collections as uuid[])) as uuid[])) and model = :model
            union all
            select cast(null as bigint), string_agg(int8send(passage_id) || varbit_send(bits), cast('' as bytea))
              from signature
             where collection_id = any (cast((select cast(:collections as uuid[])) as uuid[])) and model = :model
             order by id nulls last
            """;

    private final long[] signs;
    private final int bytes;
    private final int many;
    private final Map<Long, Long> gone = new HashMap<>();
    private final PriorityQueue<Near> nearest = new PriorityQueue<>(Near.BEST_FIRST.reversed());

    Signatures(Embedding question, int many) {
        var vector = question.vector();
        this.bytes = (vector.length + 7) / 8;
        this.signs = new long[(bytes + 7) / 8];
        for (int i = 0; i < vector.length; i++) {
            if (vector[i] > 0) {
                signs[i / 64] |= Long.MIN_VALUE >>> i % 64;
            }
        }
        this.many = many;
    }

    private record Near(long passage, int differing) {
        static final Comparator<Near> BEST_FIRST =
                Comparator.comparingInt(Near::differing).thenComparingLong(Near::passage);
    }

    /** The nearest, best first; of equally near ones that with the smaller id. */
    static List<Long> nearest(
            EntityManager session, Embedding question, List<CollectionId> collections, String model, int many) {
        var signatures = new Signatures(question, many);
        var query = session.createNativeQuery(SQL, Tuple.class)
                .setParameter("collections", Rows.array(collections, CollectionId::value))
                .setParameter("model", model)
                .setHint("org.hibernate.fetchSize", FETCHED);
        try (var rows = stream(query)) {
            rows.forEach(row -> {
                var sent = row.get("signatures", byte[].class);
                var block = row.get("id", Long.class);
                if (sent != null && block != null && block == 0) {
                    signatures.leaveOut(ByteBuffer.wrap(sent));
                } else if (sent != null) {
                    signatures.add(block, ByteBuffer.wrap(sent));
                }
            });
        }
        return signatures.best();
    }

    @SuppressWarnings("unchecked") // JPA types the stream of a native query raw, even where a result class is given
    private static Stream<Tuple> stream(Query query) {
        return query.getResultStream();
    }

    /** The nearest of what was added, best first. */
    List<Long> best() {
        return nearest.stream().sorted(Near.BEST_FIRST).map(Near::passage).toList();
    }

    /** Leaves passages out that blocks up to a certain one still hold: ids of both, in turn. */
    void leaveOut(ByteBuffer sent) {
        while (sent.hasRemaining()) {
            gone.put(sent.getLong(), sent.getLong());
        }
    }

    /** @param block null for what is in none yet */
    void add(@Nullable Long block, ByteBuffer sent) {
        int size = HEAD + bytes;
        for (int at = 0; at + size <= sent.limit(); at += size) {
            int differing = differing(sent, at + HEAD);
            long passage = sent.getLong(at);
            if ((nearest.size() < many || differing <= nearest.element().differing())
                    && (block == null || gone.isEmpty() || gone.getOrDefault(passage, 0L) < block)) {
                nearest.add(new Near(passage, differing));
                if (nearest.size() > many) {
                    nearest.remove();
                }
            }
        }
    }

    private int differing(ByteBuffer sent, int from) {
        int differing = 0;
        int whole = bytes / Long.BYTES;
        for (int i = 0; i < whole; i++) {
            differing += Long.bitCount(signs[i] ^ sent.getLong(from + i * Long.BYTES));
        }
        for (int i = whole * Long.BYTES; i < bytes; i++) {
            int asked = (int) (signs[whole] >>> 56 - 8 * (i % Long.BYTES)) & 0xff;
            differing += Integer.bitCount((sent.get(from + i) & 0xff) ^ asked);
        }
        return differing;
    }
}
