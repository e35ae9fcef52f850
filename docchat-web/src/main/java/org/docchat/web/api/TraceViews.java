package org.docchat.web.api;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.docchat.domain.CollectionId;
import org.docchat.query.Traces;
import org.jspecify.annotations.Nullable;

/** What the API answers about how an answer came about. */
public final class TraceViews {
    private TraceViews() {}

    public record Trace(
            String answerId,
            String question,
            String standaloneQuestion,
            List<String> collections,
            @Nullable Instant asOf,
            Instant createdAt,
            double evidence,
            String writer,
            Settings settings,
            List<Seen> passages) {
        static Trace of(org.docchat.query.Trace trace) {
            return new Trace(
                    trace.id().toString(),
                    trace.question(),
                    trace.standaloneQuestion(),
                    trace.collections().stream().map(CollectionId::toString).toList(),
                    trace.asOf(),
                    trace.createdAt(),
                    trace.evidence(),
                    trace.writer(),
                    Settings.of(trace.settings()),
                    trace.passages().stream().map(Seen::of).toList());
        }
    }

    /** The last four are null where no chat model was asked. */
    public record Settings(
            String embeddingModel,
            double evidenceThreshold,
            @Nullable String chatModel,
            @Nullable String promptTemplate,
            @Nullable Integer contextTokens,
            @Nullable Integer answerTokens) {
        static Settings of(org.docchat.query.Trace.Settings settings) {
            return new Settings(
                    settings.embeddingModel(),
                    settings.threshold(),
                    settings.chatModel(),
                    settings.template(),
                    settings.contextTokens(),
                    settings.answerTokens());
        }
    }

    /**
     * @param terms the words of the question that the passage has
     * @param prompted whether the chat model was given it
     * @param state current, replaced (a later version answers now) or deleted; then what follows is null, as it is but
     *     for the name where the document was read anew
     */
    public record Seen(
            int rank,
            String id,
            String documentId,
            String collectionId,
            int version,
            double score,
            Views.Ranks ranks,
            List<String> terms,
            boolean cited,
            boolean prompted,
            String state,
            @Nullable String documentName,
            @Nullable Integer page,
            @Nullable String section,
            @Nullable Integer start,
            @Nullable Integer end,
            @Nullable String text) {
        static Seen of(org.docchat.query.Trace.Seen seen) {
            var source = seen.source();
            var words = source == null ? null : source.words();
            var location = words == null ? null : words.location();
            return new Seen(
                    seen.rank(),
                    seen.id().toString(),
                    seen.document().toString(),
                    seen.collection().toString(),
                    seen.version(),
                    seen.score(),
                    new Views.Ranks(seen.semanticRank(), seen.keywordRank()),
                    seen.terms(),
                    seen.cited(),
                    seen.prompted(),
                    seen.state().name().toLowerCase(Locale.ROOT),
                    source == null ? null : source.documentName(),
                    location == null ? null : location.page(),
                    location == null ? null : location.section(),
                    location == null ? null : location.start(),
                    location == null ? null : location.end(),
                    words == null ? null : words.text());
        }
    }

    /** @param identical whether passages, order, ranks and scores are those of the answer */
    public record Replay(boolean identical, List<Change> changes, List<FoundAgain> passages) {
        static Replay of(Traces.Replay replay) {
            return new Replay(
                    replay.identical(),
                    replay.changes().stream()
                            .map(change -> new Change(change.kind().name().toLowerCase(Locale.ROOT), change.detail()))
                            .toList(),
                    replay.passages().stream()
                            .map(again -> new FoundAgain(again.formerRank(), Views.Found.of(again.found())))
                            .toList());
        }
    }

    public record Change(String kind, String detail) {}

    /** @param formerRank null where the answer's list did not have it */
    public record FoundAgain(@Nullable Integer formerRank, Views.Found passage) {}
}
