package org.docchat.web.platform;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.docchat.query.ChatModel;

/** A chat model whose calls are counted. */
record MeasuredChatModel(ChatModel model, Metrics metrics) implements ChatModel {

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
        try {
            completion = model.complete(
                    prompt,
                    token -> {
                        if (silent.getAndSet(false)) {
                            metrics.chatBegan(since(began));
                        }
                        tokens.accept(token);
                    },
                    isCancelled);
            return completion;
        } finally {
            metrics.chatEnded(since(began), completion);
        }
    }

    private static Duration since(long began) {
        return Duration.ofNanos(System.nanoTime() - began);
    }
}
