package org.docchat.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.docchat.domain.PassageId;
import org.docchat.query.Fusion.Candidate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Fusion")
class FusionTest {
    private static final Candidate BOTH = new Candidate(new PassageId(1), 8.0, 0.9, 1);
    private static final Candidate WORDS = new Candidate(new PassageId(2), 9.0, 0.4, 1);
    private static final Candidate MEANING = new Candidate(new PassageId(3), null, 0.95, 0);
    private static final Candidate UNEMBEDDED = new Candidate(new PassageId(4), 3.0, null, 1);

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
        var twins = new java.util.ArrayList<>(List.of(
                new Candidate(new PassageId(7), 1.0, 0.5, 1),
                new Candidate(new PassageId(5), 1.0, 0.5, 1),
                new Candidate(new PassageId(6), 1.0, 0.5, 1)));
        var once = ids(twins, Librarian.Mode.HYBRID);
        Collections.reverse(twins);
        assertThat(ids(twins, Librarian.Mode.HYBRID)).isEqualTo(once).containsExactly(5L, 6L, 7L);
    }

    @Test
    void explainsEachPlace() {
        var best = Fusion.fuse(List.of(BOTH, WORDS, MEANING), Librarian.Mode.HYBRID)
                .get(0);
        assertThat(best.keywordRank()).isEqualTo(2);
        assertThat(best.semanticRank()).isEqualTo(2);
    }
}
