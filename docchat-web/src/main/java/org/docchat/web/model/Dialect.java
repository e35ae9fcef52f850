package org.docchat.web.model;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.docchat.query.ChatModel.Prompt;

/** What a server takes of the API's parameters: about some of them servers differ, which their refusals teach. */
final class Dialect {
    private static final List<String> OPTIONAL = List.of("stream_options", "temperature", "max_tokens");

    private final String model;
    private final int answerTokens;
    private final Set<String> refused = ConcurrentHashMap.newKeySet();

    Dialect(String model, int answerTokens) {
        this.model = model;
        this.answerTokens = answerTokens;
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
        if (!refused.contains("stream_options")) {
            body.add("stream_options", Json.createObjectBuilder().add("include_usage", true));
        }
        if (!refused.contains("temperature")) {
            body.add("temperature", 0);
        }
        // OpenAI's newer models know the longer name only, most other servers the shorter.
        body.add(refused.contains("max_tokens") ? "max_completion_tokens" : "max_tokens", answerTokens);
        return body.build();
    }

    /**
     * Hears why a request was refused.
     *
     * @param complaint the body of the refusal
     * @return whether it names a parameter that the next request will leave out, so that asking again can help
     */
    boolean learn(String complaint) {
        var message = json(complaint);
        return OPTIONAL.stream()
                .filter(message::contains)
                .findFirst()
                .map(refused::add)
                .orElse(false);
    }

    /** Only what is the API's own form of an error names parameters. */
    private static String json(String complaint) {
        try (var reader = Json.createReader(new StringReader(complaint))) {
            return reader.readObject().toString();
        } catch (JsonException e) {
            return "";
        }
    }
}
