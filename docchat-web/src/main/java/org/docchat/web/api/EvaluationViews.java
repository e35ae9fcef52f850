package org.docchat.web.api;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.docchat.query.EvaluationMetrics;
import org.docchat.query.Evaluations;
import org.jspecify.annotations.Nullable;

/** What the API answers about evaluations. */
public final class EvaluationViews {
    private EvaluationViews() {}

    public record EvaluationProgress(int done, int total) {}

    /** Rates and means are null where there is nothing to take them of. */
    public record Metrics(
            int ranked,
            @Nullable Double recallAt1,
            @Nullable Double recallAt3,
            @Nullable Double recallAt5,
            @Nullable Double recallAt10,
            @Nullable Double mrr,
            @Nullable Double ndcgAt10,
            int unanswerable,
            int falseAnswers,
            @Nullable Double falseAnswerRate,
            int answerable,
            int falseRefusals,
            @Nullable Double falseRefusalRate,
            int answersToCite,
            int answersCitingExpected,
            @Nullable Double answersCitingExpectedRate,
            int problems) {
        static Metrics of(EvaluationMetrics metrics) {
            return new Metrics(
                    metrics.ranked(),
                    metrics.recallAt1(),
                    metrics.recallAt3(),
                    metrics.recallAt5(),
                    metrics.recallAt10(),
                    metrics.mrr(),
                    metrics.ndcgAt10(),
                    metrics.unanswerable(),
                    metrics.falseAnswers(),
                    metrics.falseAnswerRate(),
                    metrics.answerable(),
                    metrics.falseRefusals(),
                    metrics.falseRefusalRate(),
                    metrics.toCite(),
                    metrics.citing(),
                    metrics.citingRate(),
                    metrics.doubtful());
        }
    }

    /** @param rank from 1; null where it is not among what was found, or not known yet */
    public record Expected(
            String document,
            @Nullable Integer page,
            @Nullable Integer rank) {}

    /**
     * A question with what came of it.
     *
     * @param outcome "answered" or "not_found"; null while it waits, and where it failed
     * @param falseAnswer whether it was answered though it cannot be; so the refusal
     */
    public record AskedQuestion(
            String question,
            List<Expected> expected,
            boolean answerable,
            boolean done,
            @Nullable String outcome,
            boolean falseAnswer,
            boolean falseRefusal,
            @Nullable Double evidence,
            @Nullable Double recallAt10,
            @Nullable Double reciprocalRank,
            @Nullable Double ndcgAt10,
            @Nullable Boolean citesExpected,
            @Nullable String problem) {
        static AskedQuestion of(Evaluations.Result result) {
            var question = result.question();
            var ranks = result.ranks();
            var expected = new ArrayList<Expected>();
            for (int i = 0; i < question.expected().size(); i++) {
                var each = question.expected().get(i);
                int rank = ranks == null ? 0 : ranks.get(i);
                expected.add(new Expected(each.document(), each.page(), rank == 0 ? null : (Integer) rank));
            }
            var answered = result.answered();
            var quality = result.quality();
            return new AskedQuestion(
                    question.text(),
                    expected,
                    question.answerable(),
                    result.done(),
                    answered == null ? null : answered ? "answered" : "not_found",
                    !question.answerable() && Boolean.TRUE.equals(answered),
                    question.answerable() && Boolean.FALSE.equals(answered),
                    result.evidence(),
                    quality == null ? null : (Double) quality.recallAt(10),
                    quality == null ? null : (Double) quality.reciprocal(),
                    quality == null ? null : (Double) quality.ndcgAt10(),
                    result.expectedCited(),
                    result.problem());
        }
    }

    /**
     * @param state "running" or "done"
     * @param metrics of the questions that are done
     * @param questions in the order in which they were given; null in lists
     */
    public record Evaluation(
            String id,
            String collectionId,
            String name,
            String state,
            EvaluationProgress progress,
            String writer,
            String embeddingModel,
            double threshold,
            Metrics metrics,
            Instant createdAt,
            @Nullable Instant finishedAt,
            @Nullable List<AskedQuestion> questions) {
        static Evaluation of(Evaluations.Evaluation evaluation, @Nullable List<Evaluations.Result> results) {
            return new Evaluation(
                    evaluation.id().toString(),
                    evaluation.collectionId().toString(),
                    evaluation.name(),
                    evaluation.finishedAt() == null ? "running" : "done",
                    new EvaluationProgress(evaluation.metrics().done(), evaluation.questions()),
                    evaluation.writer(),
                    evaluation.embeddingModel(),
                    evaluation.threshold(),
                    Metrics.of(evaluation.metrics()),
                    evaluation.createdAt(),
                    evaluation.finishedAt(),
                    results == null
                            ? null
                            : results.stream().map(AskedQuestion::of).toList());
        }
    }
}
