package org.docchat.web.interop;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.docchat.domain.Failure;
import org.jspecify.annotations.Nullable;

/**
 * A request for a completion, as far as DocChat follows it: what the user said. What a program says as the system and
 * what it tells a model to sample has no meaning where answers are made of evidence.
 *
 * @param model the collection's id or name
 * @param said what the user said, oldest first, at least once; the last is the question
 * @param includeUsage whether a stream ends with the usage
 */
record ChatRequest(@Nullable String model, List<String> said, boolean includeUsage) {
    static ChatRequest of(@Nullable JsonValue body) {
        if (!(body instanceof JsonObject json)) {
            throw new Failure.Invalid("missing_body", "This call takes a JSON object as its body.");
        }
        if (json.get("n") != null && !"1".equals(String.valueOf(json.get("n")))) {
            throw new Failure.Invalid("unsupported_n", "There is one answer to a question: leave \"n\" out.");
        }
        var said = new ArrayList<String>();
        if (json.get("messages") instanceof JsonArray messages) {
            for (var message : messages) {
                if (message instanceof JsonObject object && "user".equals(text(object.get("role")))) {
                    said.add(Objects.requireNonNullElse(text(object.get("content")), ""));
                }
            }
        }
        if (said.isEmpty() || said.get(said.size() - 1).isBlank()) {
            throw new Failure.Invalid(
                    "missing_messages", "\"messages\" must hold a message of the role \"user\" with text.");
        }
        var options = json.get("stream_options");
        return new ChatRequest(
                text(json.get("model")),
                List.copyOf(said),
                options instanceof JsonObject object && object.get("include_usage") == JsonValue.TRUE);
    }

    String question() {
        return said.get(said.size() - 1);
    }

    /** What the user asked before, oldest first. */
    List<String> earlier() {
        return said.subList(0, said.size() - 1);
    }

    /** Text, or the text among the parts of a message. PostgreSQL's text refuses U+0000, and no word contains it. */
    private static @Nullable String text(@Nullable JsonValue value) {
        if (value instanceof JsonString string) {
            return string.getString().replace("\0", "");
        }
        if (value instanceof JsonArray parts) {
            return parts.stream()
                    .filter(part -> part instanceof JsonObject object && "text".equals(text(object.get("type"))))
                    .map(part ->
                            Objects.requireNonNullElse(text(part.asJsonObject().get("text")), ""))
                    .collect(Collectors.joining("\n"));
        }
        return null;
    }
}
