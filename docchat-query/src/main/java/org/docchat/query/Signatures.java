package org.docchat.query;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import jakarta.persistence.Tuple;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Embedding;
import org.jspecify.annotations.Nullable;

/**
 * The passages whose embeddings are nearest to a question's by their signs alone: bits that differ grow with the angle
 * (Charikar, <i>Similarity Estimation Techniques from Rounding Algorithms</i>, 2002). Of those that differ least, the ones
 * are chosen that agree where the question's numbers are large (Gordo, Perronnin, Gong and Lazebnik, <i>Asymmetric Distances
 * for Binary Embeddings</i>, 2014). The database hands out blocks of signatures as they are, some at a time; PostgreSQL takes
 * a third of a microsecond for each, this a few nanoseconds.
 */
final class Signatures {
    /** Blocks that are in memory at once: two megabytes. */
    private static final int FETCHED = 8;
    /** Of a signature: the passage's id, and how many bits follow. */
    private static final int HEAD = Long.BYTES + Integer.BYTES;
    /** How many of those that differ least are looked at again, and all that differ no more. */
    private static final int CLOSE = 4_000;

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

    private final float[] question;
    private final long[] signs;
    private final int bytes;
    private final int close;
    private final Map<Long, Long> gone = new HashMap<>();

    // What differs no more than the threshold, and some that were added before it was as low.
    private long[] passages;
    private long[] bits;
    private int[] differing;
    private int size;
    /** How many there are of each number of bits that differ, up to the threshold. */
    private final int[] counts;

    private int within;
    private int threshold;

    /** @param close how many of those that differ least are looked at again */
    Signatures(Embedding question, int close) {
        this.question = question.vector();
        int dimensions = this.question.length;
        this.bytes = (dimensions + 7) / 8;
        this.signs = new long[(bytes + 7) / 8];
        for (int i = 0; i < dimensions; i++) {
            if (this.question[i] > 0) {
                signs[i / 64] |= Long.MIN_VALUE >>> i % 64;
            }
        }
        this.close = close;
        this.passages = new long[2 * close];
        this.bits = new long[2 * close * signs.length];
        this.differing = new int[2 * close];
        this.counts = new int[dimensions + 1];
        this.threshold = dimensions;
    }

    private record Near(long passage, float agreement) {
        static final Comparator<Near> BEST_FIRST =
                Comparator.comparingDouble(Near::agreement).reversed().thenComparingLong(Near::passage);
    }

    /** So many of the nearest, best first; of equally near ones that with the smaller id. */
    static List<Long> nearest(
            EntityManager session, Embedding question, List<CollectionId> collections, String model, int many) {
        var signatures = new Signatures(question, CLOSE);
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
        return signatures.best(many);
    }

    @SuppressWarnings("unchecked") // JPA types the stream of a native query raw, even where a result class is given
    private static Stream<Tuple> stream(Query query) {
        return query.getResultStream();
    }

    /** So many of the nearest of what was added, best first. */
    List<Long> best(int many) {
        var agreements = agreements();
        var nearest = new ArrayList<Near>();
        for (int i = 0; i < size; i++) {
            if (differing[i] <= threshold) {
                float agreement = 0;
                for (int at = 0; at < bytes; at++) {
                    agreement += agreements[at][(int) (bits[i * signs.length + at / 8] >>> 56 - 8 * (at % 8)) & 0xff];
                }
                nearest.add(new Near(passages[i], agreement));
            }
        }
        return nearest.stream()
                .sorted(Near.BEST_FIRST)
                .limit(many)
                .map(Near::passage)
                .toList();
    }

    /** For each byte of a signature and each value that it may have, the sum of the question's numbers where bits are set. */
    private float[][] agreements() {
        var sums = new float[bytes][256];
        for (int at = 0; at < bytes; at++) {
            for (int set = 1; set < 256; set++) {
                int i = at * 8 + 7 - Integer.numberOfTrailingZeros(set);
                sums[at][set] = sums[at][set & set - 1] + (i < question.length ? question[i] : 0);
            }
        }
        return sums;
    }

    /** Leaves passages out that blocks up to a certain one still hold: ids of both, in turn. */
    void leaveOut(ByteBuffer sent) {
        while (sent.hasRemaining()) {
            gone.put(sent.getLong(), sent.getLong());
        }
    }

    /** @param block null for what is in none yet */
    void add(@Nullable Long block, ByteBuffer sent) {
        int step = HEAD + bytes;
        for (int at = 0; at + step <= sent.limit(); at += step) {
            int differs = 0;
            for (int i = 0; i < signs.length; i++) {
                differs += Long.bitCount(signs[i] ^ word(sent, at + HEAD, i));
            }
            if (differs <= threshold) {
                long passage = sent.getLong(at);
                if (block == null || gone.isEmpty() || gone.getOrDefault(passage, 0L) < block) {
                    keep(passage, sent, at + HEAD, differs);
                }
            }
        }
    }

    private void keep(long passage, ByteBuffer sent, int from, int differs) {
        if (size == passages.length) {
            makeRoom();
        }
        passages[size] = passage;
        differing[size] = differs;
        for (int i = 0; i < signs.length; i++) {
            bits[size * signs.length + i] = word(sent, from, i);
        }
        size++;
        counts[differs]++;
        within++;
        while (within - counts[threshold] >= close) {
            within -= counts[threshold--];
        }
    }

    /** Drops what differs more than is asked for by now. Where all differ alike, all stay. */
    private void makeRoom() {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (differing[i] <= threshold) {
                passages[kept] = passages[i];
                differing[kept] = differing[i];
                System.arraycopy(bits, i * signs.length, bits, kept * signs.length, signs.length);
                kept++;
            }
        }
        size = kept;
        if (size > passages.length / 4 * 3) {
            passages = Arrays.copyOf(passages, 2 * passages.length);
            differing = Arrays.copyOf(differing, passages.length);
            bits = Arrays.copyOf(bits, passages.length * signs.length);
        }
    }

    /** Sixty-four bits of a signature; behind its end they are 0. */
    private long word(ByteBuffer sent, int from, int i) {
        if ((i + 1) * Long.BYTES <= bytes) {
            return sent.getLong(from + i * Long.BYTES);
        }
        long word = 0;
        for (int at = i * Long.BYTES; at < bytes; at++) {
            word |= (sent.get(from + at) & 0xffL) << 56 - 8 * (at % 8);
        }
        return word;
    }
}
