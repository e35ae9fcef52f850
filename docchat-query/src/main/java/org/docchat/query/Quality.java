package org.docchat.query;

import java.util.Arrays;

/**
 * How good a ranking is for one question, from the places at which what is relevant stands in it.
 *
 * <p>Discounted gain after Järvelin and Kekäläinen, <i>Cumulated gain-based evaluation of IR techniques</i> (2002),
 * with the discount log2(place + 1) for every place; the mean of the reciprocal over questions is Voorhees' MRR,
 * <i>The TREC-8 Question Answering Track Report</i> (1999).
 */
public final class Quality {
    private static final int DEPTH = 10;

    private final int[] places;
    private final int[] gains;

    private Quality(int[] places, int[] gains) {
        this.places = places;
        this.gains = gains;
    }

    /**
     * Where everything relevant is worth the same.
     *
     * @param places from 1, of each relevant item, no two the same; 0 where it is not in the ranking
     */
    public static Quality of(int... places) {
        var ones = new int[places.length];
        Arrays.fill(ones, 1);
        return of(places, ones);
    }

    /** @param gains what each item is worth, at least 1 */
    public static Quality of(int[] places, int[] gains) {
        if (places.length == 0 || places.length != gains.length) {
            throw new IllegalArgumentException("every relevant item needs a place and a gain, and one there must be");
        }
        return new Quality(places.clone(), gains.clone());
    }

    /** The share of the relevant items that are among the first so many. */
    public double recallAt(int depth) {
        return (double) Arrays.stream(places).filter(p -> p > 0 && p <= depth).count() / places.length;
    }

    /** 1 / the place of the first relevant item; 0 without one. */
    public double reciprocal() {
        var first = Arrays.stream(places).filter(p -> p > 0).min();
        return first.isPresent() ? 1.0 / first.getAsInt() : 0;
    }

    /** The discounted gain of the first ten, as a share of what the best order would gain. */
    public double ndcgAt10() {
        double gained = 0;
        for (int i = 0; i < places.length; i++) {
            gained += places[i] > 0 && places[i] <= DEPTH ? discounted(gains[i], places[i]) : 0;
        }
        var best = Arrays.stream(gains).sorted().toArray();
        double ideal = 0;
        for (int place = 1; place <= Math.min(DEPTH, best.length); place++) {
            ideal += discounted(best[best.length - place], place);
        }
        return gained / ideal;
    }

    private static double discounted(int gain, int place) {
        return gain * Math.log(2) / Math.log(place + 1);
    }
}
