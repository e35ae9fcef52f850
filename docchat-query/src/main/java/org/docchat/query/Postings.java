package org.docchat.query;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The places of a question's words, added up to a score for each passage that has any. PostgreSQL takes up to a
 * microsecond for each place, this some ten nanoseconds: so the database hands out lists of places as they are.
 *
 * <p>BM25 after Robertson and Zaragoza, <i>The Probabilistic Relevance Framework</i> (2009), with k1 = 0.9 and
 * b = 0.4; a word that is asked twice counts twice.
 */
final class Postings {
    /** Of a place: the passage's id (8), how often it has the word (2), how many words it has (2). */
    static final int BYTES = 12;

    private static final double K1 = 0.9;
    private static final double B = 0.4;

    private final double passages;
    private final double length;
    private final Set<Long> gone;

    // A hash table with open addressing. What is used together lies together: the passage's id, which is never 0, and
    // the word that was added last; the score, and the weight of the words that match.
    private final long[] ids;
    private final double[] scores;

    private int word;
    private double asked;

    /**
     * @param passages how many are searched
     * @param length how many words one of them has on average
     * @param gone what lists still hold though it is not there any more
     * @param places how many will be added at most
     */
    Postings(double passages, double length, Set<Long> gone, int places) {
        this.passages = passages;
        this.length = length;
        this.gone = gone;
        int slots = Integer.highestOneBit(Math.max(places, 8)) * 4;
        this.ids = new long[2 * slots];
        this.scores = new double[2 * slots];
    }

    /** A passage's score, and the weight of the question's words that it has. */
    record Score(long passage, double score, double matched) {
        static final Comparator<Score> BEST_FIRST =
                Comparator.comparingDouble(Score::score).reversed().thenComparingLong(Score::passage);
    }

    /** Ids as the database sends them, eight bytes each. */
    static Set<Long> ids(byte[] sent) {
        var ids = new HashSet<Long>();
        for (var bytes = ByteBuffer.wrap(sent); bytes.hasRemaining(); ) {
            ids.add(bytes.getLong());
        }
        return ids;
    }

    /**
     * Adds what a word is worth to the passages that have it. Words that are added in the same order make the same sums to
     * the last bit, however the database has packed their places.
     *
     * @param times how often the question has it
     * @return its weight; a word that no passage has weighs, too: it says that something asked for is not there
     */
    double add(int times, List<byte[]> lists) {
        word++;
        int places = lists.stream().mapToInt(list -> list.length / BYTES).sum();
        var slots = new int[places];
        var worth = new double[places];
        int found = 0;
        for (var list : lists) {
            for (int at = 0; at + BYTES <= list.length; at += BYTES) {
                long passage = (long) number(list, at) << 32 | number(list, at + 4) & 0xffffffffL;
                int slot = slot(passage);
                // A node of the version before may have added again what was packed.
                if (ids[slot + 1] != word && (gone.isEmpty() || !gone.contains(passage))) {
                    ids[slot + 1] = word;
                    slots[found] = slot;
                    int counts = number(list, at + 8);
                    worth[found++] = share(counts >> 16, (short) counts);
                }
            }
        }
        double weight = weigh(times, found);
        for (int i = 0; i < found; i++) {
            scores[slots[i]] += weight * worth[i];
            scores[slots[i] + 1] += weight;
        }
        return weight;
    }

    /** Four bytes, the highest first. */
    private static int number(byte[] bytes, int at) {
        return bytes[at] << 24 | (bytes[at + 1] & 0xff) << 16 | (bytes[at + 2] & 0xff) << 8 | bytes[at + 3] & 0xff;
    }

    /** The weight of a word that so many passages have. */
    double weigh(int times, long found) {
        double weight = times * Math.log(1 + Math.max(passages - found + 0.5, 0.5) / (found + 0.5));
        asked += weight;
        return weight;
    }

    /** How much of a word's weight a passage is given that has it so often and has so many words. */
    double share(int frequency, int words) {
        return frequency / (frequency + K1 * (1 - B + B * words / length));
    }

    /** The weight of all words of the question together. */
    double asked() {
        return asked;
    }

    /** The best, in no order. */
    List<Score> best(int many, Predicate<Long> eligible) {
        var best = new PriorityQueue<Score>(Collections.reverseOrder(Score.BEST_FIRST));
        for (int slot = 0; slot < ids.length; slot += 2) {
            if (scores[slot] > 0
                    && (best.size() < many || scores[slot] >= best.element().score())
                    && eligible.test(ids[slot])) {
                best.add(new Score(ids[slot], scores[slot], scores[slot + 1]));
                if (best.size() > many) {
                    best.remove();
                }
            }
        }
        return new ArrayList<>(best);
    }

    /** The scores of these, of nothing where they have none of the words. */
    List<Score> of(List<Long> passages) {
        return passages.stream()
                .map(passage -> {
                    int slot = slot(passage);
                    return new Score(passage, scores[slot], scores[slot + 1]);
                })
                .toList();
    }

    /** Where the passage is or comes to be: there are at least twice as many slots as passages. */
    private int slot(long passage) {
        int mask = ids.length - 2;
        // Multiplied by the golden ratio: ids that follow each other are spread (Knuth, volume 3, 6.4).
        int slot = (int) (passage * 0x9E3779B97F4A7C15L >>> 32) & mask;
        while (ids[slot] != 0 && ids[slot] != passage) {
            slot = slot + 2 & mask;
        }
        ids[slot] = passage;
        return slot;
    }
}
