package org.docchat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.docchat.domain.Embedding;
import org.docchat.domain.EmbeddingModel;

/** A model that counts the passages it is given. */
public final class CountedEmbeddings extends ForwardingModel {
    private final AtomicInteger passages = new AtomicInteger();

    public CountedEmbeddings(EmbeddingModel model) {
        super(model);
    }

    /** Since it was asked last. */
    public int takeCount() {
        return passages.getAndSet(0);
    }

    @Override
    public List<Embedding> embedPassages(List<String> texts) {
        passages.addAndGet(texts.size());
        return model.embedPassages(texts);
    }
}
