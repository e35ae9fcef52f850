package org.docchat.query;

import jakarta.persistence.Tuple;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The figures of many questions. Means are over those that name a place and have a ranking, rates over those that they
 * are about; null where there are none.
 *
 * @param done how many are done, failed ones included
 * @param ranked how many of them the means are over
 * @param unanswerable how many the documents do not answer; failed ones do not count
 * @param falseAnswers how many of these were answered
 * @param answerable how many they do answer; failed ones do not count
 * @param falseRefusals how many of these were not answered
 * @param toCite how many answers there are to questions that name a place
 * @param citing how many of these cite one
 * @param doubtful how many questions have a problem
 */
public record EvaluationMetrics(
        int done,
        int ranked,
        @Nullable Double recallAt1,
        @Nullable Double recallAt3,
        @Nullable Double recallAt5,
        @Nullable Double recallAt10,
        @Nullable Double mrr,
        @Nullable Double ndcgAt10,
        int unanswerable,
        int falseAnswers,
        int answerable,
        int falseRefusals,
        int toCite,
        int citing,
        int doubtful) {

    public @Nullable Double falseAnswerRate() {
        return rate(falseAnswers, unanswerable);
    }

    public @Nullable Double falseRefusalRate() {
        return rate(falseRefusals, answerable);
    }

    public @Nullable Double citingRate() {
        return rate(citing, toCite);
    }

    private static @Nullable Double rate(int part, int whole) {
        return whole == 0 ? null : (Double) ((double) part / whole);
    }

    static EvaluationMetrics of(List<Alike> all) {
        return new EvaluationMetrics(
                count(all, each -> true),
                count(all, each -> each.quality != null),
                mean(all, quality -> quality.recallAt(1)),
                mean(all, quality -> quality.recallAt(3)),
                mean(all, quality -> quality.recallAt(5)),
                mean(all, quality -> quality.recallAt(10)),
                mean(all, Quality::reciprocal),
                mean(all, Quality::ndcgAt10),
                count(all, each -> !each.answerable && each.answered != null),
                count(all, each -> !each.answerable && Boolean.TRUE.equals(each.answered)),
                count(all, each -> each.answerable && each.answered != null),
                count(all, each -> each.answerable && Boolean.FALSE.equals(each.answered)),
                count(all, each -> each.expectedCited != null),
                count(all, each -> Boolean.TRUE.equals(each.expectedCited)),
                count(all, each -> each.doubtful));
    }

    private static int count(List<Alike> all, Predicate<Alike> which) {
        return all.stream().filter(which).mapToInt(Alike::questions).sum();
    }

    private static @Nullable Double mean(List<Alike> all, ToDoubleFunction<Quality> figure) {
        int questions = 0;
        double sum = 0;
        for (var each : all) {
            if (each.quality != null) {
                questions += each.questions;
                sum += each.questions * figure.applyAsDouble(each.quality);
            }
        }
        return questions == 0 ? null : (Double) (sum / questions);
    }

    /**
     * Questions that went alike.
     *
     * @param answered null where they failed
     * @param expectedCited null where there is nothing that could or should cite
     * @param quality null where they name no place, or failed
     */
    record Alike(
            int questions,
            boolean answerable,
            @Nullable Boolean answered,
            @Nullable Boolean expectedCited,
            @Nullable Quality quality,
            boolean doubtful) {

        static Alike of(Tuple row) {
            var ranks = row.get("ranks", String.class);
            return new Alike(
                    row.get("questions", Number.class).intValue(),
                    row.get("answerable", Boolean.class),
                    row.get("answered", Boolean.class),
                    row.get("expected_cited", Boolean.class),
                    ranks == null || ranks.isEmpty()
                            ? null
                            : Quality.of(Arrays.stream(ranks.split(","))
                                    .mapToInt(Integer::parseInt)
                                    .toArray()),
                    row.get("doubtful", Boolean.class));
        }
    }
}
