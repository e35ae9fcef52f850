package org.docchat.query;

import java.time.Instant;
import java.util.List;
import org.docchat.domain.Answer;
import org.docchat.domain.AnswerId;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.ConversationId;
import org.docchat.domain.DocumentId;
import org.docchat.domain.Passage;
import org.docchat.domain.Slice;
import org.jspecify.annotations.Nullable;

/**
 * Finds passages and answers questions from them: the way in to querying. Every method acts with the rights of the
 * caller that it is given.
 */
public final class Librarian {

    /** Finds the passages that fit a query best; the same list for the same data every time. */
    public Findings search(Caller caller, Search search) {
        throw new UnsupportedOperationException();
    }

    /** Answers a question from the caller's documents, or says that they do not hold the answer; stores both. */
    public GivenAnswer answer(Caller caller, Question question, Listener listener) {
        throw new UnsupportedOperationException();
    }

    /** The caller's conversations, last used first. */
    public Slice<Conversation> conversations(Caller caller, Slice.Request request) {
        throw new UnsupportedOperationException();
    }

    /** The answers of one of the caller's conversations, oldest first. */
    public List<GivenAnswer> answers(Caller caller, ConversationId id) {
        throw new UnsupportedOperationException();
    }

    public Conversation conversation(Caller caller, ConversationId id) {
        throw new UnsupportedOperationException();
    }

    public void rename(Caller caller, ConversationId id, String title) {
        throw new UnsupportedOperationException();
    }

    public void delete(Caller caller, ConversationId id) {
        throw new UnsupportedOperationException();
    }

    public void rate(Caller caller, AnswerId id, Rating rating, @Nullable String comment) {
        throw new UnsupportedOperationException();
    }

    /**
     * What to find, and where.
     *
     * @param collections at least one
     * @param limit 1 to 100 passages
     */
    public record Search(String query, List<CollectionId> collections, int limit, Mode mode, Filter filter) {}

    /** Which rankings take part. */
    public enum Mode {
        HYBRID,
        SEMANTIC,
        KEYWORD
    }

    /**
     * Narrows a search.
     *
     * @param documents only these; empty for all
     * @param names only documents whose name fits this glob ({@code *}, {@code ?}); null for all
     * @param asOf as the collection stood then; null for now
     */
    public record Filter(
            List<DocumentId> documents,
            @Nullable String names,
            @Nullable Instant asOf) {
        public static final Filter NONE = new Filter(List.of(), null, null);
    }

    /**
     * A passage with the reasons for its place.
     *
     * @param score the fused score, higher is better; comparable within one list only
     * @param semanticRank its place in the ranking by meaning, from 1; null if it is not there
     * @param keywordRank its place in the ranking by keywords, from 1; null if it is not there
     */
    public record Found(
            Passage passage,
            double score,
            @Nullable Integer semanticRank,
            @Nullable Integer keywordRank) {}

    /** What was found, best first. */
    public record Findings(List<Found> passages, Timings timings) {}

    /** Where the time went, in milliseconds. */
    public record Timings(long embedMillis, long searchMillis, long writeMillis) {}

    /**
     * A question as asked.
     *
     * @param conversation null begins a new one
     * @param asOf answer as the collections stood then; null for now
     */
    public record Question(
            String text,
            List<CollectionId> collections,
            @Nullable ConversationId conversation,
            @Nullable Instant asOf) {}

    /** Hears an answer come into being. */
    public interface Listener {
        /** What was found; called once, before the first token. */
        void found(List<Found> passages);

        /** A piece of the answer's text; the final text may differ where a citation did not survive its check. */
        void token(String text);

        /** Whether the reader has gone: then the writer stops. */
        boolean isCancelled();
    }

    /**
     * An answer with everything around it.
     *
     * @param standaloneQuestion what was searched for
     * @param documentsDeleted whether documents that it cited are gone; then their words are gone from it, too
     * @param found what the writer saw, best first; empty for answers read back from a conversation
     * @param writer "extractive" or the chat model's name
     */
    public record GivenAnswer(
            AnswerId id,
            ConversationId conversationId,
            String question,
            String standaloneQuestion,
            Answer answer,
            boolean documentsDeleted,
            List<Found> found,
            String writer,
            Usage usage,
            Timings timings,
            Instant createdAt) {}

    /** What the chat model consumed; zeros where none was called. */
    public record Usage(int promptTokens, int completionTokens) {}

    /** A series of questions and answers on one matter. */
    public record Conversation(ConversationId id, String title, Instant createdAt, Instant updatedAt) {}

    /** A reader's verdict on an answer. */
    public enum Rating {
        UP,
        DOWN
    }
}
