package org.docchat.web.openid;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;

/**
 * A sign-in that has begun: what the browser's session keeps while its user is at the provider.
 *
 * @param state comes back with the answer, which proves that this browser asked
 * @param nonce comes back inside the id token, which proves that it was made for this attempt
 * @param verifier proves to the token endpoint that we, who asked for the code, redeem it (RFC 7636)
 * @param address where the browser goes now
 * @param next where it wants to be in the end
 */
public record Attempt(String state, String nonce, String verifier, String address, String next, Instant since)
        implements Serializable {
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    /** Whether the provider's answer would come too late. */
    public boolean isOver() {
        return since.plus(PATIENCE).isBefore(Instant.now());
    }
}
