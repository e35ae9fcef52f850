package org.docchat.web.security;

import jakarta.security.enterprise.CallerPrincipal;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jspecify.annotations.Nullable;

/** The principal of a call with a token or an API key; a key has the claims that a token would have. */
final class Bearer extends CallerPrincipal implements JsonWebToken {
    private final transient Map<String, Object> claims;

    Bearer(Users.User user, Map<String, Object> claims) {
        super(user.username());
        this.claims = Map.copyOf(claims);
    }

    @Override
    public Set<String> getClaimNames() {
        return claims.keySet();
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals", "NullAway"}) // as the interface has it
    public <T> @Nullable T getClaim(String name) {
        var claim = claims.get(name);
        if (claim instanceof java.util.List<?> list && (name.equals("groups") || name.equals("aud"))) {
            return (T) Set.copyOf(list);
        }
        return (T) (name.equals("aud") && claim instanceof String one ? Set.of(one) : claim);
    }
}
