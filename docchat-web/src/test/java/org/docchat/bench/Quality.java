package org.docchat.bench;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * How good a ranking of documents is.
 *
 * @param ndcg of the first ten, gain = grade, discount log2 (Järvelin and Kekäläinen, <i>Cumulated gain-based
 *     evaluation of IR techniques</i>, 2002)
 * @param recall share of the relevant documents that are anywhere in the list
 * @param reciprocal 1 / the place of the first relevant document, 0 without one
 */
record Quality(double ndcg, double recall, double reciprocal) {

    static Quality of(List<String> ranking, Map<String, Integer> grades) {
        double gained = 0;
        double reciprocal = 0;
        int found = 0;
        for (int i = 0; i < ranking.size(); i++) {
            int grade = grades.getOrDefault(ranking.get(i), 0);
            if (grade > 0) {
                found++;
                reciprocal = reciprocal == 0 ? 1.0 / (i + 1) : reciprocal;
                gained += i < 10 ? grade / log2(i + 2) : 0;
            }
        }
        double ideal = 0;
        var best = grades.values().stream()
                .sorted(Comparator.reverseOrder())
                .limit(10)
                .toList();
        for (int i = 0; i < best.size(); i++) {
            ideal += best.get(i) / log2(i + 2);
        }
        return new Quality(gained / ideal, (double) found / grades.size(), reciprocal);
    }

    static Quality mean(List<Quality> all) {
        return new Quality(
                all.stream().mapToDouble(Quality::ndcg).average().orElse(0),
                all.stream().mapToDouble(Quality::recall).average().orElse(0),
                all.stream().mapToDouble(Quality::reciprocal).average().orElse(0));
    }

    private static double log2(double x) {
        return Math.log(x) / Math.log(2);
    }
}
