package org.docchat.web.openid;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.StringReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.docchat.web.outbound.Outbound;
import org.jose4j.http.SimpleGet;
import org.jose4j.http.SimpleResponse;
import org.jspecify.annotations.Nullable;

/** Speaks to the provider's hosts and to no other, follows nobody elsewhere, and reads no more than it must. */
final class ProviderHttp implements SimpleGet {
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final int MOST_BYTES = 1 << 20;

    private final String scheme;
    private final Outbound http;

    ProviderHttp(OpenIdProvider provider) {
        scheme = provider.issuer().getScheme();
        var hosts = new HashSet<>(provider.hosts());
        hosts.add(provider.issuer().getHost());
        http = new Outbound(hosts, CONNECT, null);
    }

    record Reply(int status, String body, Map<String, List<String>> headers) implements SimpleResponse {
        /** @throws IOException if it is no JSON object */
        JsonObject json() throws IOException {
            return ProviderHttp.json(body);
        }

        @Override
        public int getStatusCode() {
            return status;
        }

        @Override
        public String getStatusMessage() {
            return "";
        }

        @Override
        public Collection<String> getHeaderNames() {
            return headers.keySet();
        }

        @Override
        public @Nullable List<String> getHeaderValues(String name) {
            return headers.get(name);
        }

        @Override
        public String getBody() {
            return body;
        }
    }

    /** @throws IOException if it is no JSON object */
    static JsonObject json(String body) throws IOException {
        try (var reader = Json.createReader(new StringReader(body))) {
            return reader.readObject();
        } catch (JsonException e) {
            throw new IOException("the answer is no JSON object", e);
        }
    }

    /**
     * An address that the provider's description names.
     *
     * @throws IOException if it is none that we may speak to
     */
    URI allowed(String address) throws IOException {
        try {
            var uri = URI.create(address);
            // Only an issuer on this computer is without encryption, and then its endpoints may be, too.
            if (uri.getUserInfo() == null
                    && uri.getFragment() == null
                    && ("https".equals(uri.getScheme()) || scheme.equals(uri.getScheme()))
                    && http.isAllowed(uri)) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new IOException("the provider names an address that is none", e);
        }
        throw new IOException("the provider names an address that is neither its own nor in OIDC_HOSTS: " + address);
    }

    @Override
    public Reply get(String address) throws IOException {
        return send(HttpRequest.newBuilder(allowed(address)).GET());
    }

    /** Sends a form. */
    Reply post(URI address, Map<String, String> form, @Nullable String authorization) throws IOException {
        var request = HttpRequest.newBuilder(allowed(address.toString()))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(encoded(form)));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return send(request);
    }

    static String encoded(Map<String, String> form) {
        return form.entrySet().stream()
                .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                .collect(Collectors.joining("&"));
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private Reply send(HttpRequest.Builder request) throws IOException {
        try {
            var response = http.send(
                    request.header("Accept", "application/json").timeout(ANSWER).build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                var bytes = body.readNBytes(MOST_BYTES + 1);
                if (bytes.length > MOST_BYTES) {
                    throw new IOException("the answer is too long");
                }
                return new Reply(
                        response.statusCode(),
                        new String(bytes, StandardCharsets.UTF_8),
                        response.headers().map());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the provider");
        }
    }
}
