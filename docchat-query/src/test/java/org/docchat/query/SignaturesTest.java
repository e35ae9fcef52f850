package org.docchat.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
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

    private static SignatureBlock block(List<byte[]> signatures) {
        var block =
                ByteBuffer.allocate(signatures.stream().mapToInt(s -> s.length).sum());
        signatures.forEach(block::put);
        return SignatureBlock.of(block.array(), block.getInt(Long.BYTES));
    }

    private static long differing(Embedding question, Embedding passage) {
        var asked = question.signs();
        var signs = passage.signs();
        return IntStream.range(0, asked.length())
                .filter(i -> asked.charAt(i) != signs.charAt(i))
                .count();
    }

    private static double agreement(Embedding question, Embedding passage) {
        var signs = passage.signs();
        return IntStream.range(0, signs.length())
                .filter(i -> signs.charAt(i) == '1')
                .mapToDouble(i -> question.vector()[i])
                .sum();
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 64, 70, 384})
    void theBestOfThoseThatDifferLeastAgreeWhereItMatters(int dimensions) {
        var random = new Random(dimensions);
        var question = random(random, dimensions);
        var passages = new ArrayList<Embedding>();
        var sent = new ArrayList<byte[]>();
        for (int i = 0; i < 900; i++) {
            passages.add(random(random, dimensions));
            sent.add(signature(i + 1, passages.get(i)));
        }
        long threshold = passages.stream()
                .mapToLong(passage -> differing(question, passage))
                .sorted()
                .skip(99)
                .findFirst()
                .orElseThrow();
        var ids = LongStream.rangeClosed(1, 900)
                .boxed()
                .filter(id -> differing(question, passages.get((int) (id - 1))) <= threshold)
                .sorted(Comparator.comparingDouble(
                                (Long id) -> -Math.round(1e4 * agreement(question, passages.get((int) (id - 1)))))
                        .thenComparingLong(id -> id))
                .toList();

        var whole = new Signatures(question, 100);
        whole.add(7L, block(sent));
        var parts = new Signatures(question, 100);
        parts.add(null, block(sent.subList(600, 900)));
        parts.add(3L, block(sent.subList(200, 600)));
        parts.add(9L, block(sent.subList(0, 200)));

        assertThat(whole.best(50)).isEqualTo(parts.best(50));
        assertThat(whole.best(1000)).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(whole.best(50)).containsAll(ids.subList(0, 40));
    }

    @Test
    void allThatDifferAlikeAreKept() {
        var random = new Random(3);
        var question = random(random, 64);
        var signatures = new Signatures(question, 10);
        var same = new ArrayList<byte[]>();
        for (int id = 1; id <= 100; id++) {
            same.add(signature(id, question));
        }
        signatures.add(null, block(same));

        assertThat(signatures.best(30))
                .isEqualTo(LongStream.rangeClosed(1, 30).boxed().toList());
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

        assertThat(signatures.best(10)).containsExactlyInAnyOrder(12L, 13L);
        signatures.add(null, block(List.of(signature(11, question))));
        assertThat(signatures.best(10)).startsWith(11L).hasSize(3);
    }
}
