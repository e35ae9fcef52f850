package org.docchat.web.openid;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.jose4j.http.SimpleGet;
import org.jspecify.annotations.Nullable;

/** What the provider says of itself, below its issuer's address (OpenID Connect Discovery 1.0). */
final class Discovery {
    private static final long GOOD_NANOS = Duration.ofMinutes(10).toNanos();

    private final OpenIdProvider provider;
    private final ProviderHttp http;
    private final PatientGet patient;
    private volatile @Nullable Found found;

    Discovery(OpenIdProvider provider, ProviderHttp http, Duration pause) {
        this.provider = provider;
        this.http = http;
        patient = new PatientGet(http, pause);
    }

    private record Found(Metadata metadata, long since) {}

    /**
     * Where the provider's parts are.
     *
     * @param endSession null: people cannot be signed out there
     * @param basic whether the token endpoint takes our secret as HTTP's basic authentication
     * @param namesIssuer whether each answer to the browser names the issuer (RFC 9207)
     */
    record Metadata(
            URI authorization,
            URI token,
            URI keys,
            @Nullable URI endSession,
            boolean basic,
            boolean namesIssuer) {}

    /**
     * The description as of some minutes ago; an older one where the provider does not answer.
     *
     * @throws IOException if it has never answered, or not what it must
     */
    Metadata metadata() throws IOException {
        return metadata(http);
    }

    /**
     * The same, for whoever sends a token: they do not make us ask again and again.
     *
     * @throws IOException if it has never answered, or not a moment ago
     */
    Metadata metadataForTokens() throws IOException {
        return metadata(patient);
    }

    private Metadata metadata(SimpleGet way) throws IOException {
        var known = found;
        long now = System.nanoTime();
        if (known != null && now - known.since() < GOOD_NANOS) {
            return known.metadata();
        }
        try {
            var metadata = read(way);
            found = new Found(metadata, now);
            return metadata;
        } catch (IOException e) {
            if (known == null) {
                throw e;
            }
            return known.metadata();
        }
    }

    private Metadata read(SimpleGet way) throws IOException {
        var issuer = provider.issuer().toString();
        var reply = way.get(issuer.replaceAll("/$", "") + "/.well-known/openid-configuration");
        if (reply.getStatusCode() != 200) {
            throw new IOException("the provider's description is answered with status " + reply.getStatusCode());
        }
        var json = ProviderHttp.json(reply.getBody());
        // Who describes another issuer could have its tokens taken for that one's.
        if (!issuer.equals(json.getString("issuer", ""))) {
            throw new IOException("the provider describes another issuer than OIDC_ISSUER");
        }
        var methods = json.get("token_endpoint_auth_methods_supported") instanceof JsonArray array ? array : null;
        return new Metadata(
                address(json, "authorization_endpoint"),
                address(json, "token_endpoint"),
                address(json, "jwks_uri"),
                json.containsKey("end_session_endpoint") ? address(json, "end_session_endpoint") : null,
                methods == null
                        || methods.stream()
                                .anyMatch(method -> method instanceof JsonString name
                                        && name.getString().equals("client_secret_basic")),
                json.getBoolean("authorization_response_iss_parameter_supported", false));
    }

    private URI address(JsonObject json, String name) throws IOException {
        return http.allowed(json.getString(name, ""));
    }
}
