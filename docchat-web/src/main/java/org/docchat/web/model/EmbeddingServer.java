package org.docchat.web.model;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A server with OpenAI's API that embeds texts. The passages of collections whose owners ask for it are sent there.
 *
 * @param address up to and without {@code /embeddings}
 * @param key sent to this address and nowhere else; null where the server wants none
 * @param model as that server calls it; stored beside each embedding
 * @param dimensions of its vectors: others are refused
 */
public record EmbeddingServer(URI address, @Nullable String key, String model, int dimensions) {

    /** Without the key. */
    @Override
    public String toString() {
        return model + " at " + address;
    }
}
