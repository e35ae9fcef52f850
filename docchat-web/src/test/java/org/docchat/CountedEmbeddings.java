package org.docchat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.docchat.domain.Embedding;
import org.docchat.domain.EmbeddingModel;

/** A model that counts the passages it is given. */
public final class CountedEmbeddings implements EmbeddingModel {
    private final EmbeddingModel model;
    private final AtomicInteger passages = new AtomicInteger();

    public CountedEmbeddings(EmbeddingModel model) {
        this.model = model;
    }

    /** Since it was asked last. */
    public int takeCount() {
        return passages.getAndSet(0);
    }

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
        passages.addAndGet(texts.size());
        return model.embedPassages(texts);
    }

    @Override
    public Embedding embedQuestion(String text) {
        return model.embedQuestion(text);
    }
}
