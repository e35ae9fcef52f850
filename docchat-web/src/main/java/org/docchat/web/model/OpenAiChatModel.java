package org.docchat.web.model;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.docchat.domain.Failure;
import org.docchat.query.ChatModel;
import org.docchat.query.Librarian.Usage;
import org.docchat.web.outbound.Outbound;
import org.jspecify.annotations.Nullable;

/**
 * A chat model behind the API that OpenAI's servers, Azure's, Ollama, vLLM, llama.cpp and LM Studio share. Waits no
 * longer than it is told to, asks again only before the first token and only where that can help, and closes the
 * connection when nobody waits any more, which is what makes such servers stop.
 */
public final class OpenAiChatModel implements ChatModel, AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    /** How long a model may fall silent once it writes. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private static final int ATTEMPTS = 3;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(300);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final int FAILURES_TO_OPEN = 5;
    private static final Duration OPEN = Duration.ofSeconds(30);
    /** How often it is looked whether somebody still waits. */
    private static final long LOOK_MILLIS = 500;

    private static final int MOST_CHARACTERS_PER_TOKEN = 8;
    /** Each token comes in an object of a few hundred bytes. */
    private static final int MOST_BYTES_PER_TOKEN = 4_000;

    private static final int ERROR_BYTES = 16_384;

    /** One request was refused; the server is well. */
    private static final String DECLINED = "chat_model_declined";

    private final ChatServer server;
    private final URI completions;
    private final Duration silence;
    private final CircuitBreaker breaker;
    private final ThreadPoolExecutor threads;
    private final Outbound http;
    /** As the last answer was asked for. */
    private volatile Dialect dialect;

    /** Why the server is left alone, if it is. */
    private volatile String trouble = "";

    public OpenAiChatModel(ChatServer server) {
        this(server, SILENCE, OPEN);
    }

    OpenAiChatModel(ChatServer server, Duration silence, Duration open) {
        this.server = server;
        this.completions = URI.create(server.address() + "/chat/completions");
        this.silence = silence;
        this.dialect = new Dialect(server.model(), server.answerTokens());
        this.breaker = new CircuitBreaker(FAILURES_TO_OPEN, open, System::nanoTime);
        this.threads = new ThreadPoolExecutor(4, 4, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
            var thread = new Thread(work, "docchat-chat");
            thread.setDaemon(true);
            return thread;
        });
        threads.allowCoreThreadTimeOut(true);
        this.http = new Outbound(Set.of(completions.getHost()), CONNECT, threads);
    }

    @Override
    public String name() {
        return server.model();
    }

    @Override
    public int contextTokens() {
        return server.contextTokens();
    }

    @Override
    public int answerTokens() {
        return server.answerTokens();
    }

    @Override
    public Completion complete(Prompt prompt, Consumer<String> tokens, BooleanSupplier isCancelled) {
        if (!breaker.letsThrough()) {
            throw failure("chat_model_resting", trouble + " It has failed repeatedly and is left alone for a while.");
        }
        boolean reported = false;
        try {
            var completion = attempts(prompt, tokens, new Waiting(server, silence, isCancelled));
            if (completion.end() != End.CANCELLED) {
                breaker.succeeded();
                reported = true;
            }
            return completion;
        } catch (Failure.Unavailable e) {
            // What one request was refused for says nothing of the next.
            if (!e.code().equals(DECLINED)) {
                trouble = String.valueOf(e.getMessage());
                breaker.failed();
                reported = true;
            }
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Completion("", End.CANCELLED, new Usage(0, 0));
        } finally {
            if (!reported) {
                breaker.gaveUp();
            }
        }
    }

    private Completion attempts(Prompt prompt, Consumer<String> tokens, Waiting waiting) throws InterruptedException {
        var standard = FIRST_PAUSE;
        int attempt = 1;
        while (true) {
            try {
                return attempt(dialect, prompt, tokens, waiting);
            } catch (Passing e) {
                // Up to half as long again, so that many who failed together do not return together.
                var pause = e.pause() != null
                        ? e.pause()
                        : standard.plusMillis(ThreadLocalRandom.current().nextLong(standard.toMillis() / 2 + 1));
                if (attempt == ATTEMPTS || pause.compareTo(LONGEST_PAUSE) > 0 || !waiting.sleep(pause)) {
                    if (waiting.isCancelled()) {
                        return new Completion("", End.CANCELLED, new Usage(0, 0));
                    }
                    throw e.failure();
                }
                standard = standard.multipliedBy(3);
                attempt++;
            }
        }
    }

    private Completion attempt(Dialect spoken, Prompt prompt, Consumer<String> tokens, Waiting waiting)
            throws Passing, InterruptedException {
        var response = send(spoken.request(prompt).toString(), waiting);
        if (response == null) {
            return new Completion("", End.CANCELLED, new Usage(0, 0));
        }
        var body = new ChunkQueue();
        response.body().subscribe(body);
        try (body) {
            if (response.statusCode() != 200) {
                return refusal(spoken, response, body, prompt, tokens, waiting);
            }
            dialect = spoken;
            var type = response.headers().firstValue("Content-Type").orElse("");
            if (!type.startsWith("text/event-stream") && !type.startsWith("application/json")) {
                throw failure("chat_model_broken", "The chat model's server answered with something else.");
            }
            return read(
                    prompt,
                    body,
                    new CompletionEvents(
                            type.startsWith("text/event-stream"),
                            MOST_CHARACTERS_PER_TOKEN * server.answerTokens(),
                            tokens),
                    waiting);
        }
    }

    /** Sends the request and waits for the head of the response; null if nobody waits any more. */
    private @Nullable HttpResponse<Flow.Publisher<List<ByteBuffer>>> send(String request, Waiting waiting)
            throws Passing, InterruptedException {
        var builder = HttpRequest.newBuilder(completions)
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString(request));
        if (server.key() != null) {
            builder.header("Authorization", "Bearer " + server.key());
        }
        var sent = http.sendAsync(builder.build(), BodyHandlers.ofPublisher());
        boolean answered = false;
        try {
            while (true) {
                if (waiting.isCancelled()) {
                    return null;
                }
                if (waiting.millisToFirstToken() <= 0) {
                    throw late(null);
                }
                try {
                    var response = sent.get(Math.min(LOOK_MILLIS, waiting.millisToFirstToken()), TimeUnit.MILLISECONDS);
                    answered = true;
                    return response;
                } catch (TimeoutException e) {
                    // Looks again whether somebody waits.
                }
            }
        } catch (ExecutionException e) {
            throw notSent(e.getCause());
        } finally {
            if (!answered) {
                sent.cancel(true);
            }
        }
    }

    private static Passing notSent(@Nullable Throwable cause) {
        if (cause instanceof SSLException) {
            throw failure(
                    "chat_model_unreachable", "The chat model's server cannot be trusted or speaks no TLS.", cause);
        }
        var message = cause instanceof HttpTimeoutException
                ? "The chat model's server does not take connections."
                : "The chat model's server cannot be reached.";
        return new Passing(failure("chat_model_unreachable", message, cause), null);
    }

    private Completion read(Prompt prompt, ChunkQueue body, CompletionEvents events, Waiting waiting)
            throws InterruptedException {
        long bytes = 0;
        int heard = 0;
        var end = End.COMPLETE;
        try {
            while (!events.isDone()) {
                if (waiting.isCancelled()) {
                    end = End.CANCELLED;
                    break;
                }
                if (waiting.isOver()
                        || bytes > (long) MOST_BYTES_PER_TOKEN * server.answerTokens()
                        || events.isFull()) {
                    end = End.CUT;
                    break;
                }
                long left = events.events() == 0 ? waiting.millisToFirstToken() : waiting.millisToSilence();
                if (left <= 0) {
                    throw late(null);
                }
                var arrival = body.next(Math.min(LOOK_MILLIS, left));
                if (arrival.ended()) {
                    break;
                }
                if (arrival.bytes() != null) {
                    bytes += arrival.bytes().length;
                    events.read(arrival.bytes());
                }
                if (events.events() > heard) {
                    heard = events.events();
                    waiting.heard();
                }
            }
            if (end == End.COMPLETE) {
                events.end();
            } else if (end == End.CUT && events.text().isEmpty()) {
                throw late(null);
            }
        } catch (IOException e) {
            throw failure("chat_model_broken", "The chat model's answer broke off or could not be read.", e);
        }
        var used = events.usage();
        return new Completion(
                events.text(),
                end == End.COMPLETE && events.isCut() ? End.CUT : end,
                used != null
                        ? used
                        : new Usage(
                                ChatModel.estimateTokens(prompt.system() + prompt.user()),
                                ChatModel.estimateTokens(events.text())));
    }

    /** Says what a status other than 200 means, or asks again without what the server does not know. */
    private Completion refusal(
            Dialect spoken,
            HttpResponse<?> response,
            ChunkQueue body,
            Prompt prompt,
            Consumer<String> tokens,
            Waiting waiting)
            throws Passing, InterruptedException {
        int status = response.statusCode();
        var said = " (status " + status + ")";
        if (status == 400 || status == 422) {
            var other = spoken.after(complaint(body, waiting));
            if (other.isPresent()) {
                return attempt(other.get(), prompt, tokens, waiting);
            }
        }
        if (status == 429) {
            throw new Passing(
                    failure("chat_model_busy", "The chat model's server has too much to do" + said + "."),
                    RetryAfter.of(response.headers()));
        }
        if (status >= 500) {
            throw new Passing(
                    failure("chat_model_failed", "The chat model's server failed" + said + "."),
                    RetryAfter.of(response.headers()));
        }
        throw switch (status) {
            case 401 ->
                failure(
                        "chat_model_refused",
                        "The chat model's server does not accept OPENAI_API_KEY" + said + ". Tell an administrator.");
            case 400, 403, 413, 422, 451 ->
                failure(
                        DECLINED,
                        "The chat model's server did not take this question and what was found for it" + said
                                + ": it may be too long for the model, or be filtered. If no question is taken, tell an"
                                + " administrator: "
                                + (status == 403 ? "OPENAI_API_KEY" : "DOCCHAT_CHAT_MODEL") + " may be wrong.");
            default ->
                failure(
                        "chat_model_refused",
                        "The chat model's server refused the request" + said
                                + ": OPENAI_BASE_URL or DOCCHAT_CHAT_MODEL may be wrong. Tell an administrator.");
        };
    }

    /** What the server says of a request that it refused, as far as it came. */
    private static String complaint(ChunkQueue body, Waiting waiting) throws InterruptedException {
        var said = new StringBuilder();
        try {
            while (said.length() < ERROR_BYTES && waiting.millisToFirstToken() > 0) {
                var arrival = body.next(Math.min(LOOK_MILLIS, waiting.millisToFirstToken()));
                if (arrival.ended()) {
                    break;
                }
                if (arrival.bytes() != null) {
                    said.append(new String(arrival.bytes(), StandardCharsets.UTF_8));
                }
            }
        } catch (IOException e) {
            // Broke off: what came may be enough.
        }
        return said.toString();
    }

    private static Failure.Unavailable late(@Nullable Throwable cause) {
        return failure("chat_model_late", "The chat model said nothing in time.", cause);
    }

    private static Failure.Unavailable failure(String code, String message) {
        return failure(code, message, null);
    }

    private static Failure.Unavailable failure(String code, String message, @Nullable Throwable cause) {
        return new Failure.Unavailable(code, message, cause == null ? new IOException(message) : cause);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
