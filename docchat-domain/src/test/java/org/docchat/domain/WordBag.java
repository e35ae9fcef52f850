package org.docchat.domain;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** An embedding model for tests: texts that share words are close. */
public final class WordBag implements EmbeddingModel {
    @Override
    public String name() {
        return "word-bag";
    }

    @Override
    public int dimensions() {
        return 384;
    }

    @Override
    public int maxTokens() {
        return 100;
    }

    @Override
    public int countTokens(String text) {
        return text.isBlank() ? 0 : text.strip().split("\\s+").length;
    }

    @Override
    public List<Embedding> embedPassages(List<String> texts) {
        return texts.stream().map(this::embedQuestion).toList();
    }

    @Override
    public Embedding embedQuestion(String text) {
        var vector = new float[dimensions()];
        Arrays.stream(text.toLowerCase(Locale.ROOT).split("\\W+"))
                .filter(word -> word.length() > 2)
                .forEach(word -> vector[Math.floorMod(word.hashCode(), dimensions())] += 1);
        vector[0] += 0.01f;
        return Embedding.normalized(vector);
    }
}
