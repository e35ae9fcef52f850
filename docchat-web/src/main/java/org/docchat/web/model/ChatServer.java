package org.docchat.web.model;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An OpenAI-compatible server and how much may be asked of it. The only place outside that DocChat speaks to.
 *
 * @param address up to and without {@code /chat/completions}
 * @param key sent to this address and nowhere else; null where the server wants none
 * @param contextTokens of prompt and answer together
 * @param answerTokens of the answer
 * @param firstToken how long the first token may take, over all attempts
 * @param whole how long an answer may take
 */
public record ChatServer(
        URI address,
        @Nullable String key,
        String model,
        int contextTokens,
        int answerTokens,
        Duration firstToken,
        Duration whole) {

    /** Without the key. */
    @Override
    public String toString() {
        return model + " at " + address;
    }
}
