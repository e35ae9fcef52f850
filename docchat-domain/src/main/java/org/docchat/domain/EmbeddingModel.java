package org.docchat.domain;

import java.util.List;

/** Turns texts into embeddings. Implementations are safe for use by several threads. */
public interface EmbeddingModel {

    /** Stored beside each embedding: embeddings of different models are never compared. */
    String name();

    int dimensions();

    /** The most tokens of one text that the model reads; what is beyond is ignored by it. */
    int maxTokens();

    /** How many of those tokens a text takes, without the two that frame every text. */
    int countTokens(String text);

    /** Embeds passages, in order: as many embeddings as texts. */
    List<Embedding> embedPassages(List<String> texts);

    /** Embeds a question; some models want it prefixed with an instruction. */
    Embedding embedQuestion(String text);
}
