package org.docchat.query;

import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.docchat.domain.Answer;
import org.docchat.domain.AnswerId;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.ConversationId;
import org.docchat.domain.DocumentId;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Failure;
import org.docchat.domain.Passage;
import org.docchat.domain.PassageId;
import org.docchat.domain.Transactions;
import org.jspecify.annotations.Nullable;

/**
 * Finds passages and answers questions from them: the way in to querying. Every method acts with the rights of the
 * caller that it is given.
 */
public final class Librarian {
    /** How many passages a writer is given. */
    private static final int EVIDENCE_PASSAGES = 10;

    private final Transactions<EntityManager> transactions;
    private final Writer writer;
    private final Conversations conversations;
    private final Observer observer;
    private final Retrieval retrieval;

    public Librarian(
            Transactions<EntityManager> transactions,
            EmbeddingModels models,
            Writer writer,
            Conversations conversations,
            Observer observer) {
        this.transactions = transactions;
        this.writer = writer;
        this.conversations = conversations;
        this.observer = observer;
        this.retrieval = new Retrieval(transactions, models);
    }

    /** Hears of every search and every answer; called by the thread that did it. */
    public interface Observer {
        Observer NONE = new Observer() {};

        default void searched(Duration took, Timings timings) {}

        default void answered(Duration took, GivenAnswer answer) {}

        default void searchFailed(Duration took, RuntimeException failure) {}

        /** @param failure a {@link CancellationException} where the listener has gone */
        default void answerFailed(Duration took, RuntimeException failure) {}
    }

    /** Runs a search that finds nothing through everything that a search needs; throws where something is missing. */
    public void probe() {
        retrieval.probe();
    }

    /** Finds the passages that fit a query best; the same list for the same data every time. */
    public Findings search(Caller caller, Search search) {
        long began = System.nanoTime();
        try {
            var findings = find(caller, search);
            observer.searched(since(began), findings.timings());
            return findings;
        } catch (RuntimeException e) {
            observer.searchFailed(since(began), e);
            throw e;
        }
    }

    private Findings find(Caller caller, Search search) {
        var retrieved = retrieval.retrieve(caller, search);
        var asOf = search.filter().asOf();
        return new Findings(
                retrieved.found(),
                retrieved.timings(),
                together(
                        retrieved.outage() == null ? null : BY_WORDS,
                        asOf == null
                                ? null
                                : transactions.as(caller, session -> removed(session, search.collections(), asOf))));
    }

    /**
     * Answers a question from the caller's documents, or says that they do not hold the answer; stores both.
     *
     * @throws CancellationException if the listener has gone; then nothing is stored
     */
    public GivenAnswer answer(Caller caller, Question question, Listener listener) {
        long began = System.nanoTime();
        try {
            var given = give(caller, question, listener);
            observer.answered(since(began), given);
            return given;
        } catch (RuntimeException e) {
            observer.answerFailed(since(began), e);
            throw e;
        }
    }

    private GivenAnswer give(Caller caller, Question question, Listener listener) {
        var earlier = earlier(caller, question);
        var standalone = question.standalone() != null
                ? question.standalone()
                : writer.standalone(question.text(), earlier, listener::isCancelled);
        var composed = compose(caller, asked(standalone, question.collections(), question.asOf()), listener);
        return conversations.store(caller, question, standalone, composed, inForce(composed.models()));
    }

    /** Where there is nothing to look up, the transaction that searches sees whether the collections are there. */
    private List<String> earlier(Caller caller, Question question) {
        if (question.earlier() != null) {
            return FollowUp.chain(question.earlier());
        }
        var conversation = question.conversation();
        if (conversation == null) {
            return List.of();
        }
        return transactions.as(caller, session -> {
            Retrieval.requireVisible(session, question.collections());
            return Conversations.askedBefore(session, conversation);
        });
    }

    /**
     * An answer that is not stored.
     *
     * @param ranking as many passages as were asked for, best first
     * @param models whose embeddings were compared
     * @param outage why only words decided on some; null where meaning did, too
     */
    record Composed(
            Answer answer,
            List<Found> ranking,
            Writer.Draft draft,
            Timings timings,
            List<String> models,
            Failure.@Nullable Unavailable outage) {

        /** What the writer saw. */
        List<Found> found() {
            return ranking.subList(0, Math.min(EVIDENCE_PASSAGES, ranking.size()));
        }
    }

    /**
     * Finds, weighs the evidence, writes and checks.
     *
     * @param search a question that stands on its own, and where to look
     */
    Composed compose(Caller caller, Search search, Listener listener) {
        var retrieved = retrieval.retrieve(caller, search);
        var found = retrieved
                .found()
                .subList(0, Math.min(EVIDENCE_PASSAGES, retrieved.found().size()));
        var collections = search.collections();
        var asOf = search.filter().asOf();
        listener.found(found);

        double evidence = retrieved.evidence();
        long began = System.nanoTime();
        var draft = new Writer.Draft("", List.of(), new Usage(0, 0), writer.name(), null);
        Answer answer = new Answer.NotFound(found.isEmpty() ? NOTHING : NOT_ENOUGH, evidence);
        if (evidence >= Evidence.THRESHOLD && !found.isEmpty()) {
            var passages = found.stream().map(Found::passage).toList();
            var written = writer.write(search.query(), passages, listener::token, listener::isCancelled);
            var pages = transactions.as(caller, session -> Pages.of(session, written.quotes()));
            var checked = CitationCheck.check(written, passages, evidence, quote -> pages.getOrDefault(quote, 0));
            draft = written;
            if (checked.isPresent()) {
                answer = checked.get();
            }
        }
        if (answer instanceof Answer.NotFound && draft.notice() == null && asOf == null) {
            draft = draft.noticing(transactions.as(caller, session -> unread(session, collections)));
        }
        if (asOf != null) {
            draft = draft.noticing(
                    together(draft.notice(), transactions.as(caller, session -> removed(session, collections, asOf))));
        }
        if (retrieved.outage() != null) {
            draft = draft.noticing(together(BY_WORDS, draft.notice()));
        }
        var timings = new Timings(
                retrieved.timings().embedMillis(), retrieved.timings().searchMillis(), millisSince(began));
        return new Composed(answer, retrieved.found(), draft, timings, retrieved.models(), retrieved.outage());
    }

    private static @Nullable String together(@Nullable String notice, @Nullable String other) {
        return notice == null ? other : other == null ? notice : notice + " " + other;
    }

    /** What is searched for to answer a question. */
    static Search asked(String standalone, List<CollectionId> collections, @Nullable Instant asOf) {
        var filter = new Filter(List.of(), null, asOf);
        return new Search(standalone, collections, EVIDENCE_PASSAGES, Mode.HYBRID, filter, null, true);
    }

    /** What answers depend on besides the documents. */
    record InForce(String writer, String embeddingModel, double threshold) {}

    InForce inForce(List<String> models) {
        return new InForce(writer.name(), String.join(", ", models), Evidence.THRESHOLD);
    }

    /** The names of the models whose embeddings answer in these collections. */
    List<String> models(EntityManager session, List<CollectionId> collections) {
        return retrieval.models(session, collections);
    }

    /** That something is not there is no more than half true while documents are on their way. */
    private static @Nullable String unread(EntityManager session, List<CollectionId> collections) {
        long unread = (Long) session.createNativeQuery(
                        "select count(*) from version where collection_id in (:collections)"
                                + " and state in ('received', 'parsing', 'embedding')",
                        Long.class)
                .setParameter(
                        "collections",
                        collections.stream().map(CollectionId::value).toList())
                .getSingleResult();
        if (unread == 0) {
            return null;
        }
        return (unread == 1 ? "One document is" : unread + " documents are")
                + " still being read and may hold the answer. Ask again when that is done.";
    }

    /** That what stood there then is not all there to be searched; null where it is. */
    private static @Nullable String removed(EntityManager session, List<CollectionId> collections, Instant asOf) {
        long removed = (Long) session.createNativeQuery(
                        "select count(*) from document where collection_id in (:collections) and kept_from > :asOf",
                        Long.class)
                .setParameter(
                        "collections",
                        collections.stream().map(CollectionId::value).toList())
                .setParameter("asOf", asOf)
                .getSingleResult();
        if (removed == 0) {
            return null;
        }
        return "What " + (removed == 1 ? "one document" : removed + " documents")
                + " said then may be missing: not all old versions are kept.";
    }

    /** A passage with the one before and the one after it, in reading order. */
    public List<Passage> around(Caller caller, PassageId id) {
        return retrieval.around(caller, id);
    }

    private static final String BY_WORDS =
            "The embedding model does not answer, so this was searched for by its words alone.";

    private static final String NOTHING = "Nothing in these documents fits the question.";
    private static final String NOT_ENOUGH = "These documents do not answer the question.";

    private static long millisSince(long began) {
        return since(began).toMillis();
    }

    private static Duration since(long began) {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /**
     * What to find, and where.
     *
     * @param collections at least one
     * @param limit 1 to 100 passages
     * @param model compare by this model's embeddings, whichever answer else; null: by those that do
     * @param distinct leave out what says nearly the same as something better: an answer needs it once
     */
    public record Search(
            String query,
            List<CollectionId> collections,
            int limit,
            Mode mode,
            Filter filter,
            @Nullable String model,
            boolean distinct) {
        public Search(String query, List<CollectionId> collections, int limit, Mode mode, Filter filter) {
            this(query, collections, limit, mode, filter, null, false);
        }
    }

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

    /**
     * What was found, best first.
     *
     * @param notice what the reader should know of what could not be searched; null where that is nothing
     */
    public record Findings(
            List<Found> passages, Timings timings, @Nullable String notice) {}

    /** Where the time went, in milliseconds. */
    public record Timings(long embedMillis, long searchMillis, long writeMillis) {}

    /**
     * A question as asked.
     *
     * @param conversation null begins a new one
     * @param asOf answer as the collections stood then; null for now
     * @param earlier the questions before it, oldest first, where the caller keeps the conversation; null: the
     *     conversation tells
     * @param standalone what to search for, where the asker knows; null: it is made of the question and what went before
     */
    public record Question(
            String text,
            List<CollectionId> collections,
            @Nullable ConversationId conversation,
            @Nullable Instant asOf,
            @Nullable List<String> earlier,
            @Nullable String standalone) {}

    /** Hears an answer come into being, or waits for the whole of it. */
    @FunctionalInterface
    public interface Listener {
        /** What was found; called once, before the first token. */
        default void found(List<Found> passages) {}

        /** A piece of the answer's text; the final text may differ where a citation did not survive its check. */
        default void token(String text) {}

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
     * @param notice what the reader should know of how the answer was written; null where that is nothing
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
            @Nullable String notice,
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
