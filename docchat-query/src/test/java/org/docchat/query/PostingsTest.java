package org.docchat.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.docchat.query.Postings.Score;
import org.junit.jupiter.api.Test;

class PostingsTest {
    private static final int PASSAGES = 3_000;

    private record Place(long passage, int frequency, int words) {}

    private static byte[] list(List<Place> places) {
        var bytes = ByteBuffer.allocate(places.size() * Postings.BYTES);
        places.forEach(place -> bytes.putLong(place.passage())
                .putShort((short) place.frequency())
                .putShort((short) place.words()));
        return bytes.array();
    }

    /** Words with the places that each has. */
    private static Map<String, List<Place>> places(Random random) {
        var places = new TreeMap<String, List<Place>>();
        for (var word : List.of("anchor", "buoy", "the")) {
            var in = new ArrayList<Place>();
            for (long passage = 1; passage <= PASSAGES; passage++) {
                if (random.nextInt(word.equals("the") ? 2 : 40) == 0) {
                    in.add(new Place(passage * 7919, 1 + random.nextInt(4), 5 + (int) (passage % 90)));
                }
            }
            places.put(word, in);
        }
        return places;
    }

    @Test
    void scoresAreTheFormulas() {
        var places = places(new Random(1));
        var postings = new Postings(PASSAGES, 50, Set.of(), 10_000);
        var expected = new HashMap<Long, Double>();
        places.forEach((word, in) -> {
            double idf = Math.log(1 + (PASSAGES - in.size() + 0.5) / (in.size() + 0.5));
            assertThat(postings.add(1, List.of(list(in)))).isCloseTo(idf, within(1e-12));
            for (var place : in) {
                double share = place.frequency() / (place.frequency() + 0.9 * (0.6 + 0.4 * place.words() / 50));
                expected.merge(place.passage(), idf * share, Double::sum);
            }
        });

        var best =
                postings.best(20, id -> true).stream().sorted(Score.BEST_FIRST).toList();

        var bound = expected.values().stream()
                .sorted((a, b) -> Double.compare(b, a))
                .toList();
        assertThat(best).hasSize(20);
        for (int i = 0; i < 20; i++) {
            assertThat(best.get(i).score()).isCloseTo(bound.get(i), within(1e-12));
            assertThat(best.get(i).score()).isCloseTo(expected.get(best.get(i).passage()), within(1e-12));
        }
    }

    @Test
    void whatAWordIsWorthDoesNotDependOnHowItsPlacesArePacked() {
        var places = places(new Random(2));
        var whole = new Postings(PASSAGES, 50, Set.of(), 10_000);
        var parts = new Postings(PASSAGES, 50, Set.of(), 20_000);
        places.forEach((word, in) -> {
            var shuffled = new ArrayList<>(in);
            java.util.Collections.shuffle(shuffled, new Random(3));
            int cut = shuffled.size() / 3;
            assertThat(parts.add(
                            2,
                            List.of(
                                    list(shuffled.subList(0, cut)),
                                    list(shuffled.subList(cut, shuffled.size())),
                                    // Again, as after a node of the version before has added what was packed.
                                    list(shuffled.subList(0, 5)))))
                    .isEqualTo(whole.add(2, List.of(list(in))));
        });

        assertThat(parts.best(100, id -> true)).containsExactlyInAnyOrderElementsOf(whole.best(100, id -> true));
        assertThat(parts.asked()).isEqualTo(whole.asked());
    }

    @Test
    void whatIsGoneNeitherScoresNorCounts() {
        var places = places(new Random(4)).getOrDefault("buoy", List.of());
        var gone = Set.of(places.get(0).passage(), places.get(3).passage());
        var without =
                places.stream().filter(place -> !gone.contains(place.passage())).toList();
        var living = new Postings(PASSAGES, 50, gone, 10_000);
        var rest = new Postings(PASSAGES, 50, Set.of(), 10_000);

        assertThat(living.add(1, List.of(list(places)))).isEqualTo(rest.add(1, List.of(list(without))));
        assertThat(living.best(PASSAGES, id -> true))
                .containsExactlyInAnyOrderElementsOf(rest.best(PASSAGES, id -> true))
                .hasSize(without.size());
        assertThat(living.of(List.copyOf(gone))).allMatch(score -> score.matched() == 0);
    }

    @Test
    void onlyWhatIsEligibleIsAmongTheBest() {
        var postings = new Postings(10, 3, Set.of(), 10);
        postings.add(1, List.of(list(List.of(new Place(1, 9, 3), new Place(2, 1, 3), new Place(3, 2, 3)))));

        assertThat(postings.best(1, id -> id != 1)).extracting(Score::passage).containsExactly(3L);
    }

    @Test
    void aWordThatNothingHasWeighsMost() {
        var postings = new Postings(10, 3, Set.of(), 10);
        double rare = postings.add(1, List.of(list(List.of(new Place(1, 1, 3)))));

        assertThat(postings.add(1, List.of())).isGreaterThan(rare);
        assertThat(postings.asked()).isGreaterThan(2 * rare);
    }

    @Test
    void idsAreReadAsTheyAreSent() {
        assertThat(Postings.ids(new byte[] {0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 1, 0, 0, 0, 0}))
                .containsExactlyInAnyOrder(258L, 1L << 32);
    }
}
