package org.docchat.query;

import java.time.Instant;
import java.util.List;
import org.docchat.domain.AnswerId;
import org.docchat.domain.CollectionId;
import org.docchat.domain.DocumentId;
import org.docchat.domain.Location;
import org.docchat.domain.PassageId;
import org.jspecify.annotations.Nullable;

/**
 * What an answer was made of, as far as its reader may see it today.
 *
 * @param standaloneQuestion what was searched for
 * @param asOf the moment of the past that was asked about; null: as things stood when it was asked
 * @param passages what was found, best first
 */
public record Trace(
        AnswerId id,
        String question,
        String standaloneQuestion,
        List<CollectionId> collections,
        @Nullable Instant asOf,
        Instant createdAt,
        double evidence,
        String writer,
        Settings settings,
        List<Seen> passages) {
    /**
     * What shaped an answer besides the documents.
     *
     * @param embeddingModel by whose embeddings meaning was compared; empty where none answered
     * @param threshold the evidence below which nothing is answered
     * @param chatModel which model was asked to write; null, as all that follows, where none was
     * @param template the version of its prompt
     * @param contextTokens the most that prompt and answer might take together
     * @param answerTokens the most that the answer might take
     */
    public record Settings(
            String embeddingModel,
            double threshold,
            @Nullable String chatModel,
            @Nullable String template,
            @Nullable Integer contextTokens,
            @Nullable Integer answerTokens) {}

    /**
     * A passage that was found.
     *
     * @param prompted whether the chat model was given it
     * @param terms the words of the question that it has, as they were asked
     * @param source null once the document is deleted
     */
    public record Seen(
            int rank,
            PassageId id,
            CollectionId collection,
            DocumentId document,
            int version,
            double score,
            @Nullable Integer semanticRank,
            @Nullable Integer keywordRank,
            boolean cited,
            boolean prompted,
            State state,
            List<String> terms,
            @Nullable Source source) {}

    /**
     * Where a passage stands and what it says.
     *
     * @param words null where its document was read anew since
     */
    public record Source(String documentName, @Nullable Words words) {}

    public record Words(Location location, String text) {}

    /** What has become of a passage. */
    public enum State {
        CURRENT,
        /** A later version of its document is what answers now. */
        REPLACED,
        DELETED
    }
}
