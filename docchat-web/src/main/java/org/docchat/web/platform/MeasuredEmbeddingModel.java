package org.docchat.web.platform;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.docchat.domain.Embedding;
import org.docchat.domain.EmbeddingModel;

/** An embedding model on a server, whose calls are counted. The one in this process is part of steps that are. */
record MeasuredEmbeddingModel(EmbeddingModel model, Metrics metrics) implements EmbeddingModel {

    @Override
    public String name() {
        return model.name();
    }

    @Override
    public int dimensions() {
        return model.dimensions();
    }

    @Override
    public int maxTokens() {
        return model.maxTokens();
    }

    @Override
    public int countTokens(String text) {
        return model.countTokens(text);
    }

    @Override
    public List<Embedding> embedPassages(List<String> texts) {
        return measured("passages", () -> model.embedPassages(texts));
    }

    @Override
    public Embedding embedQuestion(String text) {
        return measured("question", () -> model.embedQuestion(text));
    }

    private <T> T measured(String kind, Supplier<T> call) {
        long began = System.nanoTime();
        boolean done = false;
        try {
            var result = call.get();
            done = true;
            return result;
        } finally {
            metrics.embedded(kind, done, Duration.ofNanos(System.nanoTime() - began));
        }
    }
}
