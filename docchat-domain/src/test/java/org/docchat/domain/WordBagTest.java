package org.docchat.domain;

import org.junit.jupiter.api.DisplayName;

@DisplayName("The embedding model of the tests")
class WordBagTest implements EmbeddingModelContract {
    @Override
    public EmbeddingModel model() {
        return new WordBag();
    }
}
