package org.docchat.web.openid;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.docchat.web.openid.NotSignedIn.Reason;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jspecify.annotations.Nullable;

/**
 * Signing in at a provider, by authorization code with PKCE (OpenID Connect Core 1.0, RFC 7636): {@link #begin}, then
 * the browser's way there and back, then {@link #finish}.
 */
public final class OpenIdConnect {
    /** Where the provider sends browsers back to, and what it calls, below our own address. */
    public static final String CALLBACK = "/openid/callback";

    private static final SecureRandom RANDOM = new SecureRandom();

    private final OpenIdProvider provider;
    private final String publicUrl;
    private final ProviderHttp http;
    private final Discovery discovery;
    private final ProviderTokens tokens;

    /**
     * @param publicUrl how people reach DocChat, without a trailing slash: taken from no request, or whoever writes
     *     its Host header would be sent the codes
     */
    public OpenIdConnect(OpenIdProvider provider, String publicUrl) {
        this(provider, publicUrl, Duration.ofSeconds(10));
    }

    OpenIdConnect(OpenIdProvider provider, String publicUrl, Duration betweenRefreshes) {
        this.provider = provider;
        this.publicUrl = publicUrl;
        http = new ProviderHttp(provider);
        discovery = new Discovery(provider, http, betweenRefreshes);
        tokens = new ProviderTokens(provider, discovery, http, betweenRefreshes);
    }

    /** What the button calls the provider. */
    public String name() {
        return provider.name();
    }

    /**
     * Begins a sign-in.
     *
     * @param next where the browser wants to be in the end
     */
    public Attempt begin(String next) throws NotSignedIn {
        var metadata = metadata();
        var state = random();
        var nonce = random();
        var verifier = random();
        var query = new LinkedHashMap<String, String>();
        query.put("response_type", "code");
        query.put("client_id", provider.clientId());
        query.put("redirect_uri", publicUrl + CALLBACK);
        query.put("scope", String.join(" ", provider.scopes()));
        query.put("state", state);
        query.put("nonce", nonce);
        query.put("code_challenge", challenge(verifier));
        query.put("code_challenge_method", "S256");
        return new Attempt(state, nonce, verifier, with(metadata.authorization(), query), next, Instant.now());
    }

    /**
     * Ends a sign-in with the provider's answer; an attempt is good for one.
     *
     * @param answer the parameters that the browser brought
     */
    public Identity finish(Attempt attempt, Map<String, String> answer) throws NotSignedIn {
        if (attempt.isOver() || !attempt.state().equals(answer.get("state"))) {
            throw new NotSignedIn(Reason.EXPIRED, "the answer is none to this attempt");
        }
        var metadata = metadata();
        var issuer = answer.get("iss");
        if (issuer == null
                ? metadata.namesIssuer()
                : !issuer.equals(provider.issuer().toString())) {
            throw new NotSignedIn(Reason.REFUSED, "the answer is another issuer's");
        }
        var error = answer.get("error");
        if (error != null) {
            throw new NotSignedIn(
                    error.equals("access_denied") ? Reason.CANCELLED : Reason.REFUSED,
                    "the provider answered " + error.replaceAll("[^\\w.-]", "?"));
        }
        var code = answer.get("code");
        if (code == null) {
            throw new NotSignedIn(Reason.REFUSED, "the answer has neither code nor error");
        }
        var token = redeem(metadata, code, attempt.verifier());
        return identity(tokens.idToken(token, attempt.nonce()), token);
    }

    private String redeem(Discovery.Metadata metadata, String code, String verifier) throws NotSignedIn {
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "authorization_code");
        form.put("code", code);
        form.put("redirect_uri", publicUrl + CALLBACK);
        form.put("code_verifier", verifier);
        try {
            var reply = http.post(metadata.token(), form, authenticated(metadata, form));
            if (reply.status() >= 500) {
                throw new IOException("the token endpoint answered with status " + reply.status());
            }
            var json = reply.json();
            if (reply.status() != 200) {
                var error = json.getString("error", "");
                throw new NotSignedIn(
                        error.equals("invalid_grant") ? Reason.EXPIRED : Reason.REFUSED,
                        "the token endpoint answered " + error.replaceAll("[^\\w.-]", "?"));
            }
            return json.getString("id_token", "");
        } catch (IOException e) {
            throw new NotSignedIn(Reason.UNAVAILABLE, "the token endpoint does not answer", e);
        }
    }

    /** Adds who we are to the form, or answers it as a header. */
    private @Nullable String authenticated(Discovery.Metadata metadata, Map<String, String> form) {
        var secret = provider.clientSecret();
        if (secret != null && metadata.basic()) {
            var both = ProviderHttp.encoded(provider.clientId()) + ":" + ProviderHttp.encoded(secret);
            return "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
        }
        form.put("client_id", provider.clientId());
        if (secret != null) {
            form.put("client_secret", secret);
        }
        return null;
    }

    private Identity identity(JwtClaims claims, String token) throws NotSignedIn {
        try {
            var username = text(claims, "preferred_username");
            return new Identity(
                    provider.issuer().toString(),
                    claims.getSubject(),
                    username.isEmpty() ? text(claims, "email") : username,
                    text(claims, "name"),
                    groups(claims.getClaimValue(provider.groupsClaim())),
                    claims.getClaimValueAsString("sid"),
                    token);
        } catch (MalformedClaimException e) {
            throw new NotSignedIn(Reason.REFUSED, "the id token has no subject", e);
        }
    }

    private static String text(JwtClaims claims, String name) {
        return claims.getClaimValue(name) instanceof String text ? text : "";
    }

    private static Set<String> groups(@Nullable Object claim) {
        var groups = new LinkedHashSet<String>();
        if (claim instanceof Iterable<?> several) {
            several.forEach(one -> groups.add(String.valueOf(one)));
        } else if (claim instanceof String one) {
            groups.add(one);
        }
        return groups;
    }

    /**
     * Where a browser goes to be signed out at the provider as well.
     *
     * @param token the id token that it was signed in by
     * @param next where it wants to be in the end, below our own address
     * @return empty: the provider has no such place, or does not answer
     */
    public Optional<String> endSession(String token, String next) {
        try {
            var address = discovery.metadata().endSession();
            if (address == null) {
                return Optional.empty();
            }
            var query = new LinkedHashMap<String, String>();
            query.put("id_token_hint", token);
            query.put("client_id", provider.clientId());
            query.put("post_logout_redirect_uri", publicUrl + next);
            return Optional.of(with(address, query));
        } catch (IOException e) {
            // Signing out here must not wait for the provider to be back.
            return Optional.empty();
        }
    }

    /**
     * Whose sessions the provider has ended.
     *
     * @param session the provider's, as the id token named it; null: all of this subject
     * @param subject null: whoever has this session
     */
    public record Ended(
            String issuer,
            @Nullable String session,
            @Nullable String subject) {}

    /** Checks a token by which the provider says that somebody signed out. */
    public Ended ended(String logoutToken) throws NotSignedIn {
        var claims = tokens.logoutToken(logoutToken);
        return new Ended(
                provider.issuer().toString(), claims.getClaimValueAsString("sid"), claims.getClaimValueAsString("sub"));
    }

    /**
     * The subject of an access token for our API.
     *
     * @return empty: it is none, or the API accepts none of the provider's
     */
    public Optional<String> holder(String accessToken) throws NotSignedIn {
        return provider.apiAudience() == null
                ? Optional.empty()
                : Optional.ofNullable(
                        tokens.accessToken(accessToken, provider.apiAudience()).getClaimValueAsString("sub"));
    }

    private Discovery.Metadata metadata() throws NotSignedIn {
        try {
            return discovery.metadata();
        } catch (IOException e) {
            throw new NotSignedIn(Reason.UNAVAILABLE, "the provider's description cannot be read", e);
        }
    }

    private static String with(URI address, Map<String, String> query) {
        return address + (address.getQuery() == null ? "?" : "&") + ProviderHttp.encoded(query);
    }

    private static String random() {
        var bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** RFC 7636, method S256. */
    private static String challenge(String verifier) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
