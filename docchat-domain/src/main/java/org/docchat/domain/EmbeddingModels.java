package org.docchat.domain;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The embedding models that this installation knows.
 *
 * @param standard the one that comes with it: every collection begins with it, and passages are measured in its tokens
 * @param others to which collections may change
 */
public record EmbeddingModels(EmbeddingModel standard, List<EmbeddingModel> others) {
    public EmbeddingModels {
        others = List.copyOf(others);
    }

    public static EmbeddingModels only(EmbeddingModel standard) {
        return new EmbeddingModels(standard, List.of());
    }

    public List<EmbeddingModel> all() {
        return Stream.concat(Stream.of(standard), others.stream()).toList();
    }

    /**
     * The model of that name.
     *
     * @param name null for the standard one
     * @throws Failure.Unavailable if it is not known here any more
     */
    public EmbeddingModel named(@Nullable String name) {
        return all().stream()
                .filter(model -> name == null || model.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new Failure.Unavailable(
                        "embedding_model_missing",
                        "The embedding model " + name + " is not configured here any more. An administrator can set"
                                + " DOCCHAT_EMBEDDING_MODEL back, or an owner change the collection to another model.",
                        new IllegalStateException(name)));
    }
}
