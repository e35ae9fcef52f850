package org.docchat.web.model;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.io.StringReader;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.docchat.query.ChatModel.Prompt;

/**
 * What a server takes of the API's parameters: about some of them servers differ, which their refusals teach.
 *
 * @param leftOut of the parameters, because the server does not know them
 */
record Dialect(String model, int answerTokens, Set<String> leftOut) {
    private static final List<String> OPTIONAL = List.of("stream_options", "temperature", "max_tokens");

    /**
     * That a parameter as such is not taken. What is too long for a model is often told with the name of a parameter,
     * too, and leaving that out would not make it shorter.
     */
    private static final Pattern NOT_TAKEN = Pattern.compile(
            "(?i)unsupported|(?:not|n't) support|un(?:known|recogni[sz]ed|expected)|extra.(?:input|field"
                    + "|forbidden)");

    Dialect {
        leftOut = Set.copyOf(leftOut);
    }

    Dialect(String model, int answerTokens) {
        this(model, answerTokens, Set.of());
    }

    /** The body of a request for a streamed completion. */
    JsonObject request(Prompt prompt) {
        var body = Json.createObjectBuilder()
                .add("model", model)
                .add(
                        "messages",
                        Json.createArrayBuilder()
                                .add(Json.createObjectBuilder()
                                        .add("role", "system")
                                        .add("content", prompt.system()))
                                .add(Json.createObjectBuilder()
                                        .add("role", "user")
                                        .add("content", prompt.user())))
                .add("stream", true);
        if (!leftOut.contains("stream_options")) {
            body.add("stream_options", Json.createObjectBuilder().add("include_usage", true));
        }
        if (!leftOut.contains("temperature")) {
            body.add("temperature", 0);
        }
        // OpenAI's newer models know the longer name only, most other servers the shorter.
        body.add(leftOut.contains("max_tokens") ? "max_completion_tokens" : "max_tokens", answerTokens);
        return body.build();
    }

    /**
     * Hears why a request was refused.
     *
     * @param complaint the body of the refusal
     * @return how to ask again; empty where it names no parameter that could be left out
     */
    Optional<Dialect> after(String complaint) {
        // Only what is the API's own form of an error names parameters.
        var error = json(complaint);
        if (error.isEmpty() || !NOT_TAKEN.matcher(error.toString()).find()) {
            return Optional.empty();
        }
        return OPTIONAL.stream()
                .filter(name -> !leftOut.contains(name) && isAbout(name, error))
                .findFirst()
                .map(name -> {
                    var more = new HashSet<>(leftOut);
                    more.add(name);
                    return new Dialect(model, answerTokens, more);
                });
    }

    /** OpenAI says by itself which parameter is meant; others name it in a sentence. */
    private static boolean isAbout(String name, JsonObject error) {
        return error.get("error") instanceof JsonObject told && told.get("param") instanceof JsonString meant
                ? meant.getString().equals(name)
                : error.toString().contains(name);
    }

    private static JsonObject json(String complaint) {
        try (var reader = Json.createReader(new StringReader(complaint))) {
            return reader.readObject();
        } catch (JsonException e) {
            return JsonObject.EMPTY_JSON_OBJECT;
        }
    }
}
