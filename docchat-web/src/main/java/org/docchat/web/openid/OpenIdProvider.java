package org.docchat.web.openid;

import java.net.URI;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The identity provider that people may sign in at, and what it knows us as.
 *
 * @param issuer as its tokens name it; its description is found from there
 * @param clientSecret sent to its token endpoint and nowhere else; null: we are a public client
 * @param scopes what is asked for, "openid" among it
 * @param groupsClaim the claim of the id token that lists groups
 * @param name what the button calls it
 * @param hosts where else than at the issuer's host its endpoints may be
 * @param apiAudience the audience of the access tokens that the API accepts; null: it accepts none
 */
public record OpenIdProvider(
        URI issuer,
        String clientId,
        @Nullable String clientSecret,
        List<String> scopes,
        String groupsClaim,
        String name,
        Set<String> hosts,
        @Nullable String apiAudience) {
    public OpenIdProvider {
        scopes = List.copyOf(scopes);
        hosts = Set.copyOf(hosts);
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return clientId + " at " + issuer;
    }
}
