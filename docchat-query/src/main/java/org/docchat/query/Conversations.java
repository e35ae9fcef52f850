package org.docchat.query;

import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.docchat.domain.Answer;
import org.docchat.domain.AnswerId;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.ConversationId;
import org.docchat.domain.DocumentId;
import org.docchat.domain.Failure;
import org.docchat.domain.Slice;
import org.docchat.domain.Transactions;
import org.docchat.query.Librarian.Conversation;
import org.docchat.query.Librarian.GivenAnswer;
import org.docchat.query.Librarian.Rating;
import org.jspecify.annotations.Nullable;

/** What was asked and answered before. Everybody has their own; an answer goes when the right to its sources goes. */
public final class Conversations {
    private final Transactions<EntityManager> transactions;

    public Conversations(Transactions<EntityManager> transactions) {
        this.transactions = transactions;
    }

    /** The caller's conversations, last used first. */
    public Slice<Conversation> list(Caller caller, Slice.Request request) {
        var after = request.after(keys -> new Key(Slice.time(keys.get(0)), UUID.fromString(keys.get(1))));
        return transactions.as(caller, session -> {
            var query = session.createQuery(
                    "select c from ConversationRow c"
                            + (after == null ? "" : " where c.updatedAt < :at or c.updatedAt = :at and c.id < :id")
                            + " order by c.updatedAt desc, c.id desc",
                    ConversationRow.class);
            if (after != null) {
                query.setParameter("at", after.updatedAt()).setParameter("id", after.id());
            }
            var rows = query.setMaxResults(request.limit() + 1).getResultList().stream()
                    .map(ConversationRow::toConversation)
                    .toList();
            return Slice.of(rows, request, last -> List.of(last.updatedAt(), last.id()));
        });
    }

    private record Key(Instant updatedAt, UUID id) {}

    /** The answers of one of the caller's conversations, oldest first. */
    public List<KeptAnswer> answers(Caller caller, ConversationId id) {
        return transactions.as(caller, session -> {
            find(session, id);
            return session
                    .createQuery(
                            "select distinct a from AnswerRow a left join fetch a.citations"
                                    + " where a.conversationId = :id order by a.createdAt, a.id",
                            AnswerRow.class)
                    .setParameter("id", id.value())
                    .getResultList()
                    .stream()
                    .map(AnswerRow::toKeptAnswer)
                    .toList();
        });
    }

    /** An answer as it is read back; {@code feedback} is null where its reader has given none. */
    public record KeptAnswer(GivenAnswer answer, @Nullable Feedback feedback) {}

    /** What a reader thinks of an answer. */
    public record Feedback(Rating rating, @Nullable String comment) {}

    private static String title(String opening) {
        return opening.length() <= 80 ? opening : opening.substring(0, 79) + "…";
    }

    public Conversation get(Caller caller, ConversationId id) {
        return transactions.as(caller, session -> find(session, id).toConversation());
    }

    public void rename(Caller caller, ConversationId id, String title) {
        var cleaned = title.strip();
        if (cleaned.isEmpty() || cleaned.length() > 200) {
            throw new Failure.Invalid("invalid_title", "A conversation needs a title of 1 to 200 characters.");
        }
        transactions.as(caller, session -> find(session, id).title = cleaned);
    }

    public void delete(Caller caller, ConversationId id) {
        transactions.as(caller, session -> {
            find(session, id);
            return session.createNativeQuery("delete from conversation where id = :id")
                    .setParameter("id", id.value())
                    .executeUpdate();
        });
    }

    public void rate(Caller caller, AnswerId id, Rating rating, @Nullable String comment) {
        transactions.as(caller, session -> {
            var row = session.find(AnswerRow.class, id.value());
            if (row == null) {
                throw new Failure.NotFound("answer");
            }
            row.rating = rating.name();
            row.comment = comment;
            return row;
        });
    }

    /** What was searched for last in a conversation, oldest first. */
    static List<String> askedBefore(EntityManager session, ConversationId conversation) {
        find(session, conversation);
        var latest = session.createQuery(
                        "select a.standalone from AnswerRow a where a.conversationId = :id order by a.createdAt desc",
                        String.class)
                .setParameter("id", conversation.value())
                .setMaxResults(FollowUp.REMEMBERED)
                .getResultList();
        var oldestFirst = new ArrayList<>(latest);
        java.util.Collections.reverse(oldestFirst);
        return oldestFirst;
    }

    private static ConversationRow find(EntityManager session, ConversationId id) {
        var row = session.find(ConversationRow.class, id.value());
        if (row == null) {
            throw new Failure.NotFound("conversation");
        }
        return row;
    }

    /** Begins a conversation under the id that its keeper chose; nothing happens where it has begun before. */
    private static void begin(EntityManager session, Caller caller, ConversationId id, String opening) {
        session.createNativeQuery("insert into conversation (id, user_id, title, created_at, updated_at)"
                        + " values (:id, :user, :title, now(), now()) on conflict do nothing")
                .setParameter("id", id.value())
                .setParameter("user", caller.id().value())
                .setParameter("title", title(opening))
                .executeUpdate();
    }

    /** Holds the documents that an answer quotes until it is stored: whoever deletes one then finds the quotes, too. */
    private static void requireThere(EntityManager session, Answer answer) {
        if (answer instanceof Answer.Cited cited) {
            var documents = cited.citations().stream()
                    .map(citation -> citation.passage().documentId())
                    .distinct()
                    .toList();
            long there =
                    (Long) session.createNativeQuery("select hold_documents(cast(:documents as uuid[]))", Long.class)
                            .setParameter("documents", Rows.array(documents, DocumentId::value))
                            .getSingleResult();
            if (there < documents.size()) {
                throw new Failure.Conflict(
                        "document_deleted",
                        "A document that the answer quotes was deleted while it was being written. Ask again.");
            }
        }
    }

    /**
     * Keeps an answer, in a new conversation where the question names none. One that the caller keeps begins with its
     * first answer, not with a question that is refused or given up.
     *
     * @throws Failure.Conflict if a document that it quotes is gone
     */
    GivenAnswer store(
            Caller caller,
            Librarian.Question question,
            String standalone,
            Librarian.Composed composed,
            Librarian.InForce inForce) {
        var answer = composed.answer();
        var draft = composed.draft();
        return transactions.as(caller, session -> {
            Retrieval.requireVisible(session, question.collections());
            requireThere(session, answer);
            ConversationRow conversation;
            if (question.conversation() == null) {
                conversation = new ConversationRow();
                conversation.userId = caller.id().value();
                conversation.title = title(question.text());
                session.persist(conversation);
                session.flush();
            } else {
                var earlier = question.earlier();
                if (earlier != null) {
                    begin(
                            session,
                            caller,
                            question.conversation(),
                            earlier.isEmpty() ? question.text() : earlier.get(0));
                }
                conversation = find(session, question.conversation());
                conversation.updatedAt = Instant.now();
            }
            var row = new AnswerRow();
            row.conversationId = conversation.id;
            row.userId = caller.id().value();
            row.collections =
                    question.collections().stream().map(CollectionId::value).toArray(UUID[]::new);
            row.question = question.text();
            row.standalone = standalone;
            row.cited = answer instanceof Answer.Cited;
            row.text = answer.text();
            row.evidence = answer.evidence();
            row.writer = draft.writer();
            row.notice = draft.notice();
            row.promptTokens = draft.usage().promptTokens();
            row.completionTokens = draft.usage().completionTokens();
            row.embedMillis = composed.timings().embedMillis();
            row.searchMillis = composed.timings().searchMillis();
            row.writeMillis = composed.timings().writeMillis();
            row.asOf = question.asOf();
            row.embeddingModel = inForce.embeddingModel();
            row.threshold = inForce.threshold();
            var prompted = draft.prompted();
            if (prompted != null) {
                row.chatModel = prompted.model();
                row.template = prompted.template();
                row.contextTokens = prompted.contextTokens();
                row.answerTokens = prompted.answerTokens();
            }
            session.persist(row);
            session.flush();
            if (answer instanceof Answer.Cited cited) {
                for (var citation : cited.citations()) {
                    var citationRow = new CitationRow(row.id, citation);
                    session.persist(citationRow);
                    row.citations.add(citationRow);
                }
            }
            int rank = 0;
            for (var found : composed.found()) {
                boolean inPrompt = prompted != null && prompted.passages().contains(found.passage());
                session.persist(new AnswerPassageRow(row.id, ++rank, found, inPrompt));
            }
            return row.toAnswer(composed.found());
        });
    }
}
