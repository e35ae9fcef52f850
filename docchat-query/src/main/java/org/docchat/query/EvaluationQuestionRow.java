package org.docchat.query;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;
import org.docchat.query.Evaluations.Expected;
import org.docchat.query.Evaluations.Question;
import org.docchat.query.Evaluations.Result;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "evaluation_question")
@IdClass(EvaluationQuestionRow.Key.class)
class EvaluationQuestionRow {
    /** The key, as JPA wants it. */
    static class Key implements Serializable {
        private static final long serialVersionUID = 1;
        UUID evaluationId = new UUID(0, 0);
        int ordinal;

        Key() {}

        Key(UUID evaluation, int ordinal) {
            this.evaluationId = evaluation;
            this.ordinal = ordinal;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key that && evaluationId.equals(that.evaluationId) && ordinal == that.ordinal;
        }

        @Override
        public int hashCode() {
            return Objects.hash(evaluationId, ordinal);
        }
    }

    @Id
    UUID evaluationId = new UUID(0, 0);

    @Id
    int ordinal;

    String question = "";
    String[] expectedDocuments = {};
    /** Beside the documents; 0 where any page will do. */
    int[] expectedPages = {};

    boolean answerable;

    @Nullable
    UUID leasedBy;

    @Nullable
    Instant leasedUntil;

    int attempts;

    @Nullable
    Instant doneAt;

    @Nullable
    Boolean answered;

    @Nullable
    Double evidence;

    /** Beside what is expected, 0 where it is not in the ranking; null until done, and after a failure. */
    int @Nullable [] ranks;

    @Nullable
    Boolean expectedCited;

    @Nullable
    String problem;

    EvaluationQuestionRow() {}

    EvaluationQuestionRow(UUID evaluation, int ordinal, Question question) {
        evaluationId = evaluation;
        this.ordinal = ordinal;
        this.question = question.text();
        expectedDocuments = question.expected().stream().map(Expected::document).toArray(String[]::new);
        expectedPages = question.expected().stream()
                .mapToInt(e -> e.page() == null ? 0 : e.page())
                .toArray();
        answerable = question.answerable();
    }

    Question toQuestion() {
        var expected = new ArrayList<Expected>();
        for (int i = 0; i < expectedDocuments.length; i++) {
            expected.add(new Expected(expectedDocuments[i], expectedPages[i] == 0 ? null : expectedPages[i]));
        }
        return new Question(question, expected, answerable);
    }

    Result toResult() {
        var places = ranks;
        return new Result(
                toQuestion(),
                doneAt != null,
                answered,
                evidence,
                places == null ? null : Arrays.stream(places).boxed().toList(),
                places == null || places.length == 0 ? null : Quality.of(places),
                expectedCited,
                problem);
    }
}
