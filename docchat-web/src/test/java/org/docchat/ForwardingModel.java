package org.docchat;

import java.util.List;
import org.docchat.domain.Embedding;
import org.docchat.domain.EmbeddingModel;

/** Another model, for those who change something of it. */
public abstract class ForwardingModel implements EmbeddingModel {
    protected final EmbeddingModel model;

    protected ForwardingModel(EmbeddingModel model) {
        this.model = model;
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
        return model.embedPassages(texts);
    }

    @Override
    public Embedding embedQuestion(String text) {
        return model.embedQuestion(text);
    }
}
