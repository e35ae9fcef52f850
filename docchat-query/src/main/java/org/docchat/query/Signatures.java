package org.docchat.query;

import static java.util.Objects.requireNonNull;

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
import org.docchat.query.SignatureBlocks.Version;
import org.jspecify.annotations.Nullable;

/**
 * The passages whose embeddings are nearest to a question's by their signs alone: bits that differ grow with the angle
 * (Charikar, <i>Similarity Estimation Techniques from Rounding Algorithms</i>, 2002). Of those that differ least, the ones
 * are chosen that agree where the question's numbers are large (Gordo, Perronnin, Gong and Lazebnik, <i>Asymmetric Distances
 * for Binary Embeddings</i>, 2014). The database hands out blocks of signatures as they are, and only those that are not
 * known yet ({@link SignatureBlocks}); PostgreSQL would take a third of a microsecond for each signature, this a few
 * nanoseconds.
 */
final class Signatures {
    /** Blocks that are read at a time: two megabytes. */
    private static final int FETCHED = 8;
    /** How many of those that differ least are looked at again, and all that differ no more. */
    private static final int CLOSE = 4_000;

    /** What is packed, and then what has come since, in a snapshot with what is gone. */
    private static final String SQL = """
            select cast(0 as bigint) as id, cast(0 as bigint) as transaction,
                   (select string_agg(int8send(passage_id) || int8send(last_block), cast('' as bytea)) from signature_gone
                     where collection_id = any (cast((select cast(:collections as uuid[])) as uuid[])) and model = :model)
                       as signatures
            union all
            select b.id, b.transaction, case when k.id is null then b.signatures end
              from (select id, cast(cast(xmin as text) as bigint) as transaction, signatures from signature_block
                     where collection_id = any (cast((select cast(:collections as uuid[])) as uuid[])) and model = :model) b
              left join unnest(cast(:ids as bigint[]), cast(:transactions as bigint[])) k (id, transaction)
                     on k.id = b.id and k.transaction = b.transaction
            union all
            select null, 0, string_agg(int8send(passage_id) || varbit_send(bits), cast('' as bytea))
              from signature
             where collection_id = any (cast((select cast(:collections as uuid[])) as uuid[])) and model = :model
             order by id nulls last
            """;

    private final float[] question;
    private final long[] signs;
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
        this.signs = new long[SignatureBlock.words(dimensions)];
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
            EntityManager session,
            SignatureBlocks blocks,
            Embedding question,
            List<CollectionId> collections,
            String model,
            int many) {
        var signatures = new Signatures(question, CLOSE);
        int dimensions = question.vector().length;
        var known = blocks.known();
        var versions = List.copyOf(known.keySet());
        var query = session.createNativeQuery(SQL, Tuple.class)
                .setParameter("collections", Rows.array(collections, CollectionId::value))
                .setParameter("model", model)
                .setParameter("ids", Rows.array(versions, Version::id))
                .setParameter("transactions", Rows.array(versions, Version::transaction))
                .setHint("org.hibernate.fetchSize", FETCHED);
        try (var rows = stream(query)) {
            rows.forEach(row -> {
                var id = row.get("id", Long.class);
                var sent = row.get("signatures", byte[].class);
                if (id != null && id > 0) {
                    var version = new Version(id, row.get("transaction", Long.class));
                    // Only what was said to be known is not sent.
                    var block = sent == null ? requireNonNull(known.get(version)) : SignatureBlock.of(sent, dimensions);
                    blocks.keep(version, block);
                    signatures.add(id, block);
                } else if (sent != null && id == null) {
                    signatures.add(null, SignatureBlock.of(sent, dimensions));
                } else if (sent != null) {
                    signatures.leaveOut(ByteBuffer.wrap(sent));
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
        makeRoom();
        var agreements = agreements();
        var agreement = new float[size];
        for (int i = 0; i < size; i++) {
            float sum = 0;
            for (int at = 0; at < agreements.length; at++) {
                sum += agreements[at][(int) (bits[i * signs.length + at / 8] >>> 56 - 8 * (at % 8)) & 0xff];
            }
            agreement[i] = sum;
        }
        var sorted = agreement.clone();
        Arrays.sort(sorted);
        float least = size > many ? sorted[size - many] : Float.NEGATIVE_INFINITY;
        var nearest = new ArrayList<Near>();
        for (int i = 0; i < size; i++) {
            if (agreement[i] >= least) {
                nearest.add(new Near(passages[i], agreement[i]));
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
        var sums = new float[(question.length + 7) / 8][256];
        for (int at = 0; at < sums.length; at++) {
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

    /** @param id the block's; null for what is in none yet */
    void add(@Nullable Long id, SignatureBlock block) {
        int words = signs.length;
        var others = block.signs();
        for (int i = 0, at = 0; i < block.passages().length; i++) {
            int differs = 0;
            for (int word = 0; word < words; word++) {
                differs += Long.bitCount(signs[word] ^ others[at++]);
            }
            if (differs <= threshold) {
                long passage = block.passages()[i];
                if (id == null || gone.isEmpty() || gone.getOrDefault(passage, 0L) < id) {
                    keep(passage, others, at - words, differs);
                }
            }
        }
    }

    private void keep(long passage, long[] others, int from, int differs) {
        if (size == passages.length) {
            makeRoom();
        }
        passages[size] = passage;
        differing[size] = differs;
        System.arraycopy(others, from, bits, size * signs.length, signs.length);
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
}
