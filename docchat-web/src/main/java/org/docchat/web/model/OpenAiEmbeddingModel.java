package org.docchat.web.model;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.docchat.domain.Embedding;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.Failure;
import org.docchat.web.outbound.Outbound;
import org.jspecify.annotations.Nullable;

/**
 * An embedding model behind the API that OpenAI's servers, Azure's, Ollama, vLLM, llama.cpp and LM Studio share. An
 * answer counts only whole: as many vectors as texts, each once, each of the model's dimensions.
 */
public final class OpenAiEmbeddingModel implements EmbeddingModel {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    /** Somebody waits for an answer. */
    private static final Duration QUESTION = Duration.ofSeconds(10);

    private static final Duration PASSAGES = Duration.ofSeconds(60);
    private static final int ATTEMPTS = 3;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(300);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    /** A number in JSON, with all its digits, sign, exponent, comma and white space. */
    private static final int MOST_BYTES_PER_NUMBER = 40;

    private static final int MOST_OTHER_BYTES = 65_536;
    /** What a passage has at most; the server cuts what its model does not read. */
    private static final int MOST_TOKENS = 512;

    private static final int CHARACTERS_PER_TOKEN = 4;

    private final EmbeddingServer server;
    private final URI embeddings;
    private final Outbound http;

    public OpenAiEmbeddingModel(EmbeddingServer server) {
        this.server = server;
        this.embeddings = URI.create(server.address() + "/embeddings");
        this.http = new Outbound(Set.of(embeddings.getHost()), CONNECT, null);
    }

    @Override
    public String name() {
        return server.model();
    }

    @Override
    public int dimensions() {
        return server.dimensions();
    }

    @Override
    public int maxTokens() {
        return MOST_TOKENS;
    }

    /** An estimate: its tokenizer is the server's. */
    @Override
    public int countTokens(String text) {
        return (text.length() + CHARACTERS_PER_TOKEN - 1) / CHARACTERS_PER_TOKEN;
    }

    @Override
    public List<Embedding> embedPassages(List<String> texts) {
        return texts.isEmpty() ? List.of() : embed(texts, PASSAGES);
    }

    @Override
    public Embedding embedQuestion(String text) {
        return embed(List.of(text), QUESTION).get(0);
    }

    /** Something that may have passed when it is asked again. */
    private static final class Passing extends Exception {
        private final Failure.Unavailable failure;
        private final @Nullable Duration pause;

        Passing(Failure.Unavailable failure, @Nullable Duration pause) {
            super(failure);
            this.failure = failure;
            this.pause = pause;
        }
    }

    private List<Embedding> embed(List<String> texts, Duration limit) {
        var standard = FIRST_PAUSE;
        for (int attempt = 1; ; attempt++) {
            try {
                return attempt(texts, limit);
            } catch (Passing e) {
                var pause = e.pause != null
                        ? e.pause
                        : standard.plusMillis(ThreadLocalRandom.current().nextLong(standard.toMillis() / 2 + 1));
                if (attempt == ATTEMPTS || pause.compareTo(LONGEST_PAUSE) > 0) {
                    throw e.failure;
                }
                sleep(pause);
                standard = standard.multipliedBy(3);
            }
        }
    }

    private List<Embedding> attempt(List<String> texts, Duration limit) throws Passing {
        var input = Json.createArrayBuilder();
        // Servers refuse empty texts.
        texts.forEach(text -> input.add(text.isBlank() ? "." : text));
        var question = Json.createObjectBuilder()
                .add("model", server.model())
                .add("input", input)
                .add("encoding_format", "float")
                .build();
        var request = HttpRequest.newBuilder(embeddings)
                .timeout(limit)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(question.toString()));
        if (server.key() != null) {
            request.header("Authorization", "Bearer " + server.key());
        }
        var body = new Received(MOST_OTHER_BYTES + texts.size() * (server.dimensions() * MOST_BYTES_PER_NUMBER + 200));
        var sent = http.sendAsync(request.build(), BodyHandlers.ofByteArrayConsumer(body));
        try {
            // Head and body together: a body that comes drop by drop is no answer either.
            requireSuccess(sent.get(limit.toMillis(), TimeUnit.MILLISECONDS));
            return read(body, texts.size());
        } catch (TimeoutException | ExecutionException e) {
            throw new Passing(
                    failure("embedding_model_unreachable", "cannot be reached, or does not answer in time.", e), null);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            sent.cancel(true);
        }
    }

    /** What has come of an answer, up to what one can have. */
    private static final class Received implements Consumer<Optional<byte[]>> {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final int most;

        Received(int most) {
            this.most = most;
        }

        @Override
        public void accept(Optional<byte[]> piece) {
            if (piece.isPresent() && bytes.size() <= most) {
                bytes.writeBytes(piece.get());
            }
        }
    }

    private List<Embedding> read(Received body, int texts) throws Passing {
        if (body.bytes.size() > body.most) {
            throw broken(null);
        }
        try (var json = Json.createReader(new ByteArrayInputStream(body.bytes.toByteArray()))) {
            return vectors(json.readObject(), texts);
        } catch (JsonException | ClassCastException | IllegalArgumentException e) {
            throw broken(e);
        }
    }

    /** By their index, each of which must be there once: an order that is only believed puts words on the wrong passage. */
    private List<Embedding> vectors(JsonObject answer, int texts) throws Passing {
        var data = answer.getJsonArray("data");
        var vectors = new Embedding[texts];
        if (data == null || data.size() != texts) {
            throw broken(null);
        }
        for (var each : data.getValuesAs(JsonObject.class)) {
            int index = each.getInt("index", -1);
            var numbers = each.getJsonArray("embedding");
            if (index < 0
                    || index >= texts
                    || vectors[index] != null
                    || numbers == null
                    || numbers.size() != server.dimensions()) {
                throw broken(null);
            }
            var vector = new float[numbers.size()];
            IntStream.range(0, vector.length)
                    .forEach(i -> vector[i] = (float) ((JsonNumber) numbers.get(i)).doubleValue());
            vectors[index] = Embedding.normalized(vector);
        }
        return List.of(vectors);
    }

    private void requireSuccess(HttpResponse<?> response) throws Passing {
        int status = response.statusCode();
        if (status == 200) {
            return;
        }
        var said = " (status " + status + ").";
        if (status == 429) {
            throw new Passing(
                    failure("embedding_model_busy", "has too much to do" + said, null),
                    RetryAfter.of(response.headers()));
        }
        if (status >= 500) {
            throw new Passing(
                    failure("embedding_model_failed", "failed" + said, null), RetryAfter.of(response.headers()));
        }
        throw failure(
                "embedding_model_refused",
                "refused the request" + said + " Its key, DOCCHAT_EMBEDDING_MODEL or address may be wrong. Tell an"
                        + " administrator.",
                null);
    }

    private Passing broken(@Nullable Throwable cause) {
        return new Passing(
                failure(
                        "embedding_model_broken",
                        "answered with something else than one vector of " + server.dimensions()
                                + " numbers for each text.",
                        cause),
                null);
    }

    private Failure.Unavailable failure(String code, String what, @Nullable Throwable cause) {
        var message = "The server of the embedding model " + server.model() + " " + what;
        return new Failure.Unavailable(code, message, cause == null ? new IOException(message) : cause);
    }

    private static void sleep(Duration pause) {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while embedding", e);
    }
}
