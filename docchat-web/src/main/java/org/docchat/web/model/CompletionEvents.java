package org.docchat.web.model;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.docchat.query.Librarian.Usage;
import org.jspecify.annotations.Nullable;

/**
 * Reads the events of a streamed chat completion from bytes cut anywhere, or the one object that servers send which
 * do not stream.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent events</a>
 */
final class CompletionEvents {
    private final boolean streamed;
    private final int mostCharacters;
    private final Consumer<String> tokens;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final StringBuilder text = new StringBuilder();
    private @Nullable Usage usage;
    private @Nullable String finish;
    private boolean done;
    private int events;

    /**
     * @param streamed whether events are to come; otherwise one object
     * @param mostCharacters of text; what goes beyond is not heard
     */
    CompletionEvents(boolean streamed, int mostCharacters, Consumer<String> tokens) {
        this.streamed = streamed;
        this.mostCharacters = mostCharacters;
        this.tokens = tokens;
    }

    /** @throws IOException if they are not what a chat completion is made of */
    void read(byte[] bytes) throws IOException {
        for (byte one : bytes) {
            if (one == '\n' && streamed) {
                endLine();
            } else {
                line.write(one);
            }
        }
    }

    /** @throws IOException if the response was not at its end */
    void end() throws IOException {
        if (!streamed) {
            event(decoded());
        } else if (!done) {
            endLine();
        }
        if (!done && finish == null) {
            throw new IOException("the response broke off");
        }
        if (text.isEmpty()) {
            throw new IOException("the response holds no text");
        }
    }

    /** Whether the server said that nothing more will come. */
    boolean isDone() {
        return done;
    }

    boolean isFull() {
        return text.length() >= mostCharacters;
    }

    /** How many events said something of the answer, be it thoughts. */
    int events() {
        return events;
    }

    String text() {
        return text.toString();
    }

    boolean isCut() {
        return "length".equals(finish) || "content_filter".equals(finish);
    }

    @Nullable
    Usage usage() {
        return usage;
    }

    private void endLine() throws IOException {
        var whole = decoded().strip();
        if (whole.startsWith("data:") && !done) {
            var data = whole.substring(5).strip();
            if (data.equals("[DONE]")) {
                done = true;
            } else if (!data.isEmpty()) {
                event(data);
            }
        } else if (!done && !whole.isEmpty() && !whole.matches("(?s)(:|event:|id:|retry:|data:).*")) {
            throw new IOException("the response is no stream of events");
        }
    }

    private String decoded() throws IOException {
        var decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line.toByteArray()));
        line.reset();
        return decoded.toString();
    }

    private void event(String data) throws IOException {
        try (var reader = Json.createReader(new StringReader(data))) {
            event(reader.readObject());
        } catch (JsonException | ClassCastException | IllegalStateException e) {
            throw new IOException("an event is not the JSON that it should be", e);
        }
    }

    private void event(JsonObject event) throws IOException {
        if (isObject(event, "error")) {
            throw new IOException("the server reports an error while it answers");
        }
        if (isObject(event, "usage")) {
            var used = event.getJsonObject("usage");
            usage = new Usage(used.getInt("prompt_tokens", 0), used.getInt("completion_tokens", 0));
        }
        if (!event.containsKey("choices")
                || event.isNull("choices")
                || event.getJsonArray("choices").isEmpty()) {
            return;
        }
        var choice = event.getJsonArray("choices").getJsonObject(0);
        if (choice.containsKey("finish_reason") && !choice.isNull("finish_reason")) {
            finish = choice.getString("finish_reason");
        }
        var part = streamed ? "delta" : "message";
        if (!isObject(choice, part)) {
            return;
        }
        var delta = choice.getJsonObject(part);
        if (isText(delta, "reasoning_content") || isText(delta, "reasoning")) {
            events++;
        }
        if (isText(delta, "content") && !isFull()) {
            // PostgreSQL's text refuses U+0000, and no word contains it.
            var written = delta.getString("content").replace("\0", "");
            if (!written.isEmpty()) {
                events++;
                text.append(written);
                tokens.accept(written);
            }
        }
    }

    private static boolean isObject(JsonObject in, String name) {
        return in.containsKey(name) && in.get(name).getValueType() == JsonValue.ValueType.OBJECT;
    }

    private static boolean isText(JsonObject in, String name) {
        return in.containsKey(name) && in.get(name).getValueType() == JsonValue.ValueType.STRING;
    }
}
