package org.docchat.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.docchat.domain.Embedding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignaturesTest {
    private static Embedding random(Random random, int dimensions) {
        var vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        double norm = 0;
        for (float x : vector) {
            norm += x * x;
        }
        for (int i = 0; i < dimensions; i++) {
            vector[i] /= (float) Math.sqrt(norm);
        }
        return new Embedding(vector);
    }

    /** As {@code int8send(id) || varbit_send(bits)}. */
    private static byte[] signature(long passage, Embedding embedding) {
        var signs = embedding.signs();
        var bytes = new byte[(signs.length() + 7) / 8];
        for (int i = 0; i < signs.length(); i++) {
            if (signs.charAt(i) == '1') {
                bytes[i / 8] |= (byte) (0x80 >>> i % 8);
            }
        }
        return ByteBuffer.allocate(12 + bytes.length)
                .putLong(passage)
                .putInt(signs.length())
                .put(bytes)
                .array();
    }

    private static ByteBuffer block(List<byte[]> signatures) {
        var block =
                ByteBuffer.allocate(signatures.stream().mapToInt(s -> s.length).sum());
        signatures.forEach(block::put);
        return block.flip();
    }

    private static long differing(Embedding question, Embedding passage) {
        var asked = question.signs();
        var signs = passage.signs();
        return IntStream.range(0, asked.length())
                .filter(i -> asked.charAt(i) != signs.charAt(i))
                .count();
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 64, 70, 384})
    void theBestDifferLeast(int dimensions) {
        var random = new Random(dimensions);
        var question = random(random, dimensions);
        var passages = new ArrayList<Embedding>();
        var sent = new ArrayList<byte[]>();
        for (int i = 0; i < 900; i++) {
            passages.add(random(random, dimensions));
            sent.add(signature(i + 1, passages.get(i)));
        }
        var ids = new ArrayList<Long>();
        for (long id = 1; id <= passages.size(); id++) {
            ids.add(id);
        }
        ids.sort(Comparator.comparingLong((Long id) -> differing(question, passages.get((int) (id - 1))))
                .thenComparingLong(id -> id));

        var whole = new Signatures(question, 50);
        whole.add(7L, block(sent));
        var parts = new Signatures(question, 50);
        parts.add(null, block(sent.subList(600, 900)));
        parts.add(3L, block(sent.subList(200, 600)));
        parts.add(9L, block(sent.subList(0, 200)));

        assertThat(whole.best()).isEqualTo(ids.subList(0, 50));
        assertThat(parts.best()).isEqualTo(ids.subList(0, 50));
    }

    @Test
    void whatIsGoneIsLeftOutOfOlderBlocksOnly() {
        var random = new Random(9);
        var question = random(random, 64);
        var signatures = new Signatures(question, 10);
        signatures.leaveOut(ByteBuffer.allocate(32)
                .putLong(11)
                .putLong(5)
                .putLong(12)
                .putLong(5)
                .flip());
        signatures.add(5L, block(List.of(signature(11, question), signature(13, random(random, 64)))));
        signatures.add(6L, block(List.of(signature(12, random(random, 64)))));

        assertThat(signatures.best()).containsExactlyInAnyOrder(12L, 13L);
        signatures.add(null, block(List.of(signature(11, question))));
        assertThat(signatures.best()).startsWith(11L).hasSize(3);
    }
}
