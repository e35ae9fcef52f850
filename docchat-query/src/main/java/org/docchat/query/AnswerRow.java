package org.docchat.query;

import jakarta.persistence.CascadeType;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderBy;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.docchat.domain.Answer;
import org.docchat.domain.AnswerId;
import org.docchat.domain.ConversationId;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "answer")
class AnswerRow {
    private static final String DELETED = "This answer quoted a document that has been deleted since.";

    @Id
    UUID id = UUID.randomUUID();

    UUID conversationId = new UUID(0, 0);
    UUID userId = new UUID(0, 0);
    UUID[] collections = {};
    String question = "";
    String standalone = "";
    boolean cited;
    String text = "";
    double evidence;
    String writer = "";

    @Nullable
    String notice;

    int promptTokens;
    int completionTokens;
    long embedMillis;
    long searchMillis;
    long writeMillis;
    boolean documentsDeleted;

    @Nullable
    String rating;

    @Nullable
    String comment;

    Instant createdAt = Instant.now();

    @Nullable
    Instant asOf;

    /** Null in answers from before traces were kept. */
    @Nullable
    String embeddingModel;

    @Nullable
    Double threshold;

    @Nullable
    String chatModel;

    @Nullable
    String template;

    @Nullable
    Integer contextTokens;

    @Nullable
    Integer answerTokens;

    @OneToMany(fetch = FetchType.LAZY, cascade = CascadeType.PERSIST)
    @JoinColumn(name = "answerId", insertable = false, updatable = false)
    @OrderBy("number")
    List<CitationRow> citations = new ArrayList<>();

    AnswerRow() {}

    Conversations.KeptAnswer toKeptAnswer() {
        var feedback = rating == null ? null : new Conversations.Feedback(Librarian.Rating.valueOf(rating), comment);
        return new Conversations.KeptAnswer(toAnswer(List.of()), feedback);
    }

    Librarian.GivenAnswer toAnswer(List<Librarian.Found> found) {
        return new Librarian.GivenAnswer(
                new AnswerId(id),
                new ConversationId(conversationId),
                question,
                standalone,
                cited && !documentsDeleted
                        ? new Answer.Cited(
                                text,
                                citations.stream().map(CitationRow::toCitation).toList(),
                                evidence)
                        : new Answer.NotFound(documentsDeleted ? DELETED : text, evidence),
                documentsDeleted,
                found,
                writer,
                notice,
                new Librarian.Usage(promptTokens, completionTokens),
                new Librarian.Timings(embedMillis, searchMillis, writeMillis),
                createdAt);
    }
}
