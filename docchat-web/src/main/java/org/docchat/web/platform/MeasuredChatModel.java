package org.docchat.web.platform;

import io.opentelemetry.api.trace.StatusCode;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.docchat.query.ChatModel;

/** A chat model whose calls are counted and traced. */
record MeasuredChatModel(ChatModel model, Metrics metrics, Spans spans) implements ChatModel {

    @Override
    public String name() {
        return model.name();
    }

    @Override
    public int contextTokens() {
        return model.contextTokens();
    }

    @Override
    public int answerTokens() {
        return model.answerTokens();
    }

    @Override
    public Completion complete(Prompt prompt, Consumer<String> tokens, BooleanSupplier isCancelled) {
        long began = System.nanoTime();
        var silent = new AtomicBoolean(true);
        Completion completion = null;
        var span = spans.chat(model.name());
        try {
            completion = model.complete(
                    prompt,
                    token -> {
                        if (silent.getAndSet(false)) {
                            metrics.chatBegan(since(began));
                            span.addEvent("first token");
                        }
                        tokens.accept(token);
                    },
                    isCancelled);
            span.setAttribute("gen_ai.usage.input_tokens", completion.usage().promptTokens())
                    .setAttribute(
                            "gen_ai.usage.output_tokens", completion.usage().completionTokens())
                    .setAttribute(
                            "gen_ai.response.finish_reasons",
                            completion.end().name().toLowerCase(Locale.ROOT));
            return completion;
        } catch (RuntimeException e) {
            span.setStatus(StatusCode.ERROR, e.getClass().getSimpleName());
            throw e;
        } finally {
            span.end();
            metrics.chatEnded(since(began), completion);
        }
    }

    private static Duration since(long began) {
        return Duration.ofNanos(System.nanoTime() - began);
    }
}
