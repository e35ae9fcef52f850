package org.docchat.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.docchat.domain.Embedding;
import org.docchat.domain.PassageId;
import org.docchat.query.Fusion.Candidate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Fusion")
class FusionTest {
    private static final Candidate BOTH = new Candidate(new PassageId(1), 8.0, 0.9, 1, null);
    private static final Candidate WORDS = new Candidate(new PassageId(2), 9.0, 0.4, 1, null);
    private static final Candidate MEANING = new Candidate(new PassageId(3), null, 0.95, 0, null);
    private static final Candidate UNEMBEDDED = new Candidate(new PassageId(4), 3.0, null, 1, null);

    private static List<Long> ids(List<Candidate> candidates, Librarian.Mode mode) {
        return Fusion.fuse(candidates, mode).stream()
                .map(place -> place.passage().value())
                .toList();
    }

    @Test
    void prefersWhatBothRankingsFind() {
        assertThat(ids(List.of(UNEMBEDDED, MEANING, WORDS, BOTH), Librarian.Mode.HYBRID))
                .startsWith(1L);
    }

    @Test
    void findsByWordsWhatHasNoEmbeddingYet() {
        assertThat(ids(List.of(UNEMBEDDED), Librarian.Mode.HYBRID)).containsExactly(4L);
    }

    @Test
    void followsOneRankingWhereOneIsAskedFor() {
        var all = List.of(BOTH, WORDS, MEANING, UNEMBEDDED);
        assertThat(ids(all, Librarian.Mode.KEYWORD)).containsExactly(2L, 1L, 4L);
        assertThat(ids(all, Librarian.Mode.SEMANTIC)).containsExactly(3L, 1L, 2L);
    }

    @Test
    void ordersEqualScoresTheSameWayWhateverTheOrderOfTheRows() {
        var twins = new ArrayList<>(List.of(
                new Candidate(new PassageId(7), 1.0, 0.5, 1, null),
                new Candidate(new PassageId(5), 1.0, 0.5, 1, null),
                new Candidate(new PassageId(6), 1.0, 0.5, 1, null)));
        var once = ids(twins, Librarian.Mode.HYBRID);
        Collections.reverse(twins);
        assertThat(ids(twins, Librarian.Mode.HYBRID)).isEqualTo(once).containsExactly(5L, 6L, 7L);
    }

    @Test
    void givesTheSameScoresToTheLastBitWhateverTheOrderOfTheRows() {
        var random = new Random(1);
        var candidates = new ArrayList<>(LongStream.range(0, 60)
                .mapToObj(
                        id -> new Candidate(new PassageId(id), 10 * random.nextDouble(), random.nextDouble(), 1, null))
                .toList());
        var once = Fusion.fuse(candidates, Librarian.Mode.HYBRID);
        for (int i = 0; i < 50; i++) {
            Collections.shuffle(candidates, random);
            assertThat(Fusion.fuse(candidates, Librarian.Mode.HYBRID)).isEqualTo(once);
        }
    }

    @Test
    void explainsEachPlace() {
        var best = Fusion.fuse(List.of(BOTH, WORDS, MEANING), Librarian.Mode.HYBRID)
                .get(0);
        assertThat(best.keywordRank()).isEqualTo(2);
        assertThat(best.semanticRank()).isEqualTo(2);
    }

    /** A hundred and twenty of which the best two are equal; the first is alone in its direction, the second among good ones. */
    private static List<Candidate> subject(double best) {
        var candidates = new java.util.ArrayList<Candidate>();
        candidates.add(new Candidate(new PassageId(1), best, 0.8, 1, direction(200)));
        candidates.add(new Candidate(new PassageId(2), 9.0, 0.8, 1, direction(0)));
        for (int i = 3; i <= 120; i++) {
            boolean good = i <= 14;
            candidates.add(new Candidate(
                    new PassageId(i), good ? 8.0 : i / 60.0, good ? 0.75 : 0.5, 1, direction(good ? i : 90 + i)));
        }
        return candidates;
    }

    private static Embedding direction(double degrees) {
        double angle = Math.toRadians(degrees);
        return Embedding.normalized(new float[] {(float) Math.cos(angle), (float) Math.sin(angle)});
    }

    @Test
    void prefersOfEqualOnesThatWhoseNeighboursAreGood() {
        assertThat(ids(subject(9.0), Librarian.Mode.HYBRID)).startsWith(2L).doesNotContainNull();
        assertThat(ids(subject(9.0).subList(0, 90), Librarian.Mode.HYBRID)).startsWith(1L, 2L);
    }

    @Test
    void leavesWhatStandsOutWhereItIs() {
        assertThat(ids(subject(60.0), Librarian.Mode.HYBRID)).startsWith(1L, 2L);
    }
}
