package org.docchat.web.interop;

import jakarta.json.bind.annotation.JsonbProperty;
import java.util.List;
import org.docchat.domain.Answer;
import org.docchat.query.ChatWriter;
import org.docchat.query.Librarian.GivenAnswer;
import org.docchat.web.api.Views;
import org.jspecify.annotations.Nullable;

/**
 * An answer as OpenAI's API writes it, with what DocChat adds: outcome, evidence, citations, writer and notice.
 *
 * @param created in seconds since 1970
 * @param citations what the numbers in the text stand for; absent in parts of a stream but the last
 * @param writer "extractive", or the name of the chat model
 * @param notice what the reader should know of how the answer was written; absent where that is nothing
 */
public record Completion(
        String id,
        String object,
        long created,
        String model,
        List<Choice> choices,
        @Nullable Usage usage,
        @Nullable String outcome,
        @Nullable Double evidence,
        @Nullable List<Views.Citation> citations,
        @Nullable String writer,
        @Nullable String notice) {

    /** @param message the whole message, or null where there is a part of it */
    public record Choice(
            int index,
            @Nullable Message message,
            @Nullable Message delta,
            @Nullable Object logprobs,
            @Nullable @JsonbProperty("finish_reason") String finishReason) {}

    public record Message(@Nullable String role, @Nullable String content) {}

    public record Usage(
            @JsonbProperty("prompt_tokens") int promptTokens,
            @JsonbProperty("completion_tokens") int completionTokens,
            @JsonbProperty("total_tokens") int totalTokens) {}

    /** The whole answer. */
    static Completion of(GivenAnswer given, String model) {
        var whole = new Message("assistant", given.answer().text());
        return of(
                given, model, "chat.completion", List.of(new Choice(0, whole, null, null, reason(given))), true, true);
    }

    /** A part of the answer's text; the first also says whose it is. */
    static Completion part(GivenAnswer given, String model, @Nullable String role, String text) {
        return of(given, model, CHUNK, List.of(new Choice(0, null, new Message(role, text), null, null)), false, false);
    }

    /** The end of a stream. */
    static Completion end(GivenAnswer given, String model) {
        var end = new Choice(0, null, new Message(null, null), null, reason(given));
        return of(given, model, CHUNK, List.of(end), true, false);
    }

    /** What a stream adds for who asks for it. */
    static Completion usage(GivenAnswer given, String model) {
        return of(given, model, CHUNK, List.of(), false, true);
    }

    private static String reason(GivenAnswer given) {
        return ChatWriter.isCut(given.notice()) ? "length" : "stop";
    }

    private static final String CHUNK = "chat.completion.chunk";

    private static Completion of(
            GivenAnswer given, String model, String object, List<Choice> choices, boolean evidence, boolean usage) {
        int asked = given.usage().promptTokens();
        int written = given.usage().completionTokens();
        return new Completion(
                "chatcmpl-" + given.id(),
                object,
                given.createdAt().getEpochSecond(),
                model,
                choices,
                usage ? new Usage(asked, written, asked + written) : null,
                evidence ? given.answer() instanceof Answer.Cited ? "answered" : "not_found" : null,
                evidence ? given.answer().evidence() : null,
                evidence
                        ? given.answer() instanceof Answer.Cited cited
                                ? cited.citations().stream()
                                        .map(Views.Citation::of)
                                        .toList()
                                : List.of()
                        : null,
                evidence ? given.writer() : null,
                evidence ? given.notice() : null);
    }
}
