package org.docchat.query;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.docchat.domain.Embedding;
import org.docchat.query.Fusion.Scored;

/**
 * Passages that are close to each other answer the same questions (van Rijsbergen's cluster hypothesis): a score is drawn
 * towards those of the nearest other candidates, so that a passage among good ones rises and a stray one falls.
 *
 * <p>Local regularization after Diaz, <i>Regularizing Ad Hoc Retrieval Scores</i> (2005). It helps where a subject is asked
 * for and hurts where one fact is. Then one passage stands out from all others, and the further it does, the less is
 * drawn. What it brings: docchat-query/README.md.
 */
final class Smoothing {
    /** How many of the best are drawn. */
    private static final int DRAWN = 30;
    /** Among how many of the best neighbours are looked for; where there are fewer, anything would be a neighbour. */
    private static final int POOL = 100;

    private static final int NEIGHBOURS = 10;
    /** The share of its neighbours in a score is this by the square of the best one's distance from the mean. */
    private static final double STRENGTH = 2;
    /** And no more than this. */
    private static final double MOST = 0.5;

    private Smoothing() {}

    /**
     * Draws the best towards their neighbours.
     *
     * @param scored best first; those with less than a hundred are left as they are
     * @param peak by how many standard deviations the best is above the mean
     */
    static void smooth(List<Scored> scored, double peak) {
        if (scored.size() < POOL) {
            return;
        }
        double share = Math.min(MOST, STRENGTH / (peak * peak));
        var pool = List.copyOf(scored.subList(0, POOL));
        for (int i = 0; i < DRAWN; i++) {
            var own = pool.get(i);
            var embedding = own.candidate().embedding();
            if (embedding != null) {
                double drawn = own.score() + share * (neighbourhood(own, embedding, pool) - own.score());
                scored.set(i, new Scored(own.candidate(), drawn));
            }
        }
    }

    /** The mean score of the nearest others, weighted by their cosines; its own where there are none. */
    private static double neighbourhood(Scored own, Embedding embedding, List<Scored> pool) {
        var neighbours = new ArrayList<Neighbour>();
        for (var other : pool) {
            var others = other.candidate().embedding();
            if (other != own && others != null) {
                neighbours.add(new Neighbour(Math.max(0, embedding.cosine(others)), other.score()));
            }
        }
        neighbours.sort(Comparator.comparingDouble(Neighbour::cosine).reversed());
        double sum = 0;
        double weight = 0;
        for (var neighbour : neighbours.subList(0, Math.min(NEIGHBOURS, neighbours.size()))) {
            sum += neighbour.cosine() * neighbour.score();
            weight += neighbour.cosine();
        }
        return weight == 0 ? own.score() : sum / weight;
    }

    private record Neighbour(double cosine, double score) {}
}
