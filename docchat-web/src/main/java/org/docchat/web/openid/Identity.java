package org.docchat.web.openid;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Somebody for whom the provider vouches.
 *
 * @param subject never given to anybody else by this issuer; nothing else here identifies
 * @param username as they would like to be called; empty: they do not say
 * @param displayName their name; empty: they do not say
 * @param groups as the provider calls them
 * @param session the provider's, if it names it
 * @param token the id token, which signing out shows to the provider
 */
public record Identity(
        String issuer,
        String subject,
        String username,
        String displayName,
        Set<String> groups,
        @Nullable String session,
        String token) {
    public Identity {
        groups = Set.copyOf(groups);
    }

    /** Without the token. */
    @Override
    public String toString() {
        return subject + " of " + issuer;
    }
}
