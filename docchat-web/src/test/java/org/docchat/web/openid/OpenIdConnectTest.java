package org.docchat.web.openid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.docchat.Await;
import org.docchat.OpenIdServer;
import org.docchat.Visitor;
import org.docchat.web.openid.NotSignedIn.Reason;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;

@DisplayName("Whom the provider vouches for is believed, and nobody else")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenIdConnectTest {
    private static final String HERE = "http://localhost:1";

    private int port;
    private OpenIdServer server;
    private OpenIdConnect client;

    @BeforeAll
    void start() throws IOException {
        port = freePort();
        client = client(OpenIdServer.issuer(port), Set.of());
        assertThatThrownBy(() -> client.begin("/"))
                .asInstanceOf(type(NotSignedIn.class))
                .extracting(NotSignedIn::reason)
                .isEqualTo(Reason.UNAVAILABLE);
        server = new OpenIdServer(port, HERE);
    }

    @AfterEach
    void restore() {
        server.restore();
    }

    @AfterAll
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static OpenIdConnect client(String issuer, Set<String> hosts) {
        return new OpenIdConnect(provider(issuer, hosts), HERE, Duration.ZERO);
    }

    private static OpenIdProvider provider(String issuer, Set<String> hosts) {
        return new OpenIdProvider(
                URI.create(issuer),
                OpenIdServer.CLIENT,
                OpenIdServer.SECRET,
                List.of("openid", "profile", "email"),
                "groups",
                "the tests",
                hosts,
                OpenIdServer.API_AUDIENCE);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Where a provider was: takes connections, and hangs up. */
    private static final class Away implements AutoCloseable {
        private final ServerSocket socket;
        private final AtomicInteger asked = new AtomicInteger();

        Away(int port) throws IOException {
            socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress("127.0.0.1", port));
            var thread = new Thread(this::hangUp, "away");
            thread.setDaemon(true);
            thread.start();
        }

        private void hangUp() {
            while (!socket.isClosed()) {
                try (var caller = socket.accept()) {
                    asked.incrementAndGet();
                } catch (IOException e) {
                    // Closed, or the caller went first.
                }
            }
        }

        int asked() {
            return asked.get();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void theProviderSaysWhoSomebodyIs() throws NotSignedIn {
        server.describe(
                "ann",
                Map.of("preferred_username", "Ann", "name", "Ann Ångström", "groups", List.of("/team/a", "staff")));

        var identity = signIn("ann");

        assertThat(identity.issuer()).isEqualTo(server.issuer());
        assertThat(identity.subject()).isEqualTo("ann");
        assertThat(identity.username()).isEqualTo("Ann");
        assertThat(identity.displayName()).isEqualTo("Ann Ångström");
        assertThat(identity.groups()).containsExactlyInAnyOrder("/team/a", "staff");
        assertThat(identity.session()).isNotEmpty();
        assertThat(identity.toString()).doesNotContain(identity.token());
    }

    @Test
    void aSignatureOverAnEllipticCurveIsAsGood() throws NotSignedIn {
        server.change(context -> {
            if (isIdToken(context)) {
                context.getJwsHeader().algorithm(SignatureAlgorithm.ES256);
            }
        });

        assertThat(signIn("ann").subject()).isEqualTo("ann");
    }

    @Test
    @Tag("J6")
    void aKeyThatIsNewIsAskedFor() throws NotSignedIn {
        signIn("ann");
        server.rotateKeys();

        assertThat(signIn("ann").subject()).isEqualTo("ann");
    }

    @Test
    @Tag("J6")
    void whatWasSignedStaysGoodWhileTheProviderIsAway() throws Exception {
        int elsewhere = freePort();
        var there = client(OpenIdServer.issuer(elsewhere), Set.of());
        String good;
        String unknown;
        try (var other = new OpenIdServer(elsewhere, HERE)) {
            good = signed(access(other), other);
            unknown = signed(access(other), server);
            assertThat(there.holder(good)).contains("ann");
        }

        assertThat(there.holder(good)).contains("ann");
        assertThatThrownBy(() -> there.holder(unknown)).isInstanceOf(NotSignedIn.class);
        var attempt = there.begin("/");
        assertRefused(
                Reason.UNAVAILABLE,
                () -> there.finish(
                        attempt,
                        Map.of("state", attempt.state(), "code", "any", "iss", OpenIdServer.issuer(elsewhere))));
    }

    @Test
    @Tag("J6")
    void aKeyThatTheProviderNoLongerHasIsRefusedOnceItMayNotBeKept() throws Exception {
        int elsewhere = freePort();
        try (var other = new OpenIdServer(elsewhere, HERE)) {
            other.keysLast(Duration.ofSeconds(2));
            var there = client(other.issuer(), Set.of());
            var old = signed(access(other), other);
            assertThat(there.holder(old)).contains("ann");

            other.rotateKeys();

            Await.until("the old key is gone", Duration.ofSeconds(15), () -> {
                try {
                    there.holder(old);
                    return false;
                } catch (NotSignedIn e) {
                    return e.reason() == Reason.REFUSED;
                }
            });
            assertThat(there.holder(signed(access(other), other))).contains("ann");
        }
    }

    /** Each waits for the one before, and for the provider, if somebody can make us ask with each token. */
    @Test
    @Tag("J6")
    void unknownKeysMakeNobodyAskTheProviderAgainAndAgain() throws Exception {
        int elsewhere = freePort();
        var between = Duration.ofSeconds(3);
        OpenIdConnect there;
        String good;
        String unknown;
        try (var other = new OpenIdServer(elsewhere, HERE)) {
            there = new OpenIdConnect(provider(other.issuer(), Set.of()), HERE, between);
            good = signed(access(other), other);
            unknown = signed(access(other), server);
            assertThat(there.holder(good)).contains("ann");
            int before = other.askedForKeys();
            for (int i = 0; i < 20; i++) {
                assertRefused(Reason.REFUSED, () -> there.holder(unknown));
            }
            assertThat(other.askedForKeys() - before).as("while it is there").isLessThanOrEqualTo(1);
        }
        Thread.sleep(between.toMillis());
        try (var away = new Away(elsewhere)) {
            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(() -> there.holder(unknown)).isInstanceOf(NotSignedIn.class);
                assertThat(there.holder(good)).contains("ann");
            }
            assertThat(away.asked()).as("while it answers nothing").isBetween(1, 3);
        }
        int nowhere = freePort();
        try (var away = new Away(nowhere)) {
            var never = new OpenIdConnect(provider(OpenIdServer.issuer(nowhere), Set.of()), HERE, between);
            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(() -> never.holder(unknown)).isInstanceOf(NotSignedIn.class);
            }
            assertThat(away.asked()).as("while it has never been there").isBetween(1, 3);
        }
    }

    @Test
    void theAuthorizationIsAskedForWithStateNonceAndChallenge() throws NotSignedIn {
        var one = client.begin("/");
        var other = client.begin("/");

        var query = query(URI.create(one.address()));
        assertThat(query)
                .containsEntry("response_type", "code")
                .containsEntry("redirect_uri", HERE + "/openid/callback")
                .containsEntry("code_challenge_method", "S256")
                .containsEntry("state", one.state())
                .containsEntry("nonce", one.nonce());
        assertThat(one.address()).doesNotContain(one.verifier());
        assertThat(Set.of(one.state(), one.nonce(), one.verifier(), other.state(), other.nonce(), other.verifier()))
                .hasSize(6);
    }

    @Test
    @Tag("C1")
    void anAnswerToAnotherAttemptIsRefused() throws NotSignedIn {
        var mine = client.begin("/");
        var theirs = client.begin("/");
        var answer = answer(theirs, "mallory");

        assertRefused(Reason.EXPIRED, () -> client.finish(mine, answer));
        // With my state their code is still bound to their verifier.
        answer.put("state", mine.state());
        assertRefused(Reason.EXPIRED, () -> client.finish(mine, answer));
    }

    @Test
    void anAnswerIsGoodOnce() throws NotSignedIn {
        var attempt = client.begin("/");
        var answer = answer(attempt, "ann");
        client.finish(attempt, answer);

        assertRefused(Reason.EXPIRED, () -> client.finish(attempt, answer));
    }

    @Test
    void anAnswerThatComesTooLateIsRefused() throws NotSignedIn {
        var begun = client.begin("/");
        var late = new Attempt(
                begun.state(),
                begun.nonce(),
                begun.verifier(),
                begun.address(),
                begun.next(),
                Instant.now().minusSeconds(3600));

        var answer = answer(begun, "ann");
        assertRefused(Reason.EXPIRED, () -> client.finish(late, answer));
    }

    @Test
    void anIdTokenForAnotherAttemptIsRefused() throws NotSignedIn {
        var begun = client.begin("/");
        var other = new Attempt(
                begun.state(), "another nonce", begun.verifier(), begun.address(), begun.next(), begun.since());

        var answer = answer(begun, "ann");
        assertRefused(Reason.REFUSED, () -> client.finish(other, answer));
    }

    @Test
    void anAnswerOfAnotherIssuerIsRefused() throws NotSignedIn {
        var attempt = client.begin("/");
        var answer = answer(attempt, "ann");
        answer.put("iss", "https://evil.example");

        assertRefused(Reason.REFUSED, () -> client.finish(attempt, answer));
    }

    @Test
    void whoeverSaysNoAtTheProviderIsNotSignedIn() throws NotSignedIn {
        var attempt = client.begin("/");

        assertRefused(
                Reason.CANCELLED,
                () -> client.finish(attempt, Map.of("state", attempt.state(), "error", "access_denied")));
        assertRefused(
                Reason.REFUSED,
                () -> client.finish(attempt, Map.of("state", attempt.state(), "error", "server_error\nforged line")));
        assertRefused(Reason.REFUSED, () -> client.finish(attempt, Map.of("state", attempt.state())));
    }

    record Change(String name, Consumer<JwtEncodingContext> change) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Change> wrongClaims() {
        return List.of(
                new Change("another client's", context -> context.getClaims().audience(List.of("another-client"))),
                new Change("another client's, and ours", context -> context.getClaims()
                        .audience(List.of("another-client", OpenIdServer.CLIENT))
                        .claim("azp", "another-client")),
                new Change("without audience", context -> context.getClaims().claims(claims -> claims.remove("aud"))),
                new Change("another issuer's", context -> context.getClaims().issuer("https://evil.example")),
                new Change("expired", context -> context.getClaims()
                        .issuedAt(Instant.now().minusSeconds(600))
                        .expiresAt(Instant.now().minusSeconds(ProviderTokens.SKEW_SECONDS + 5))),
                new Change("without expiry", context -> context.getClaims().claims(claims -> claims.remove("exp"))),
                new Change("of the future", context -> context.getClaims()
                        .notBefore(Instant.now().plusSeconds(300))),
                new Change("without time", context -> context.getClaims().claims(claims -> claims.remove("iat"))),
                new Change("without nonce", context -> context.getClaims().claims(claims -> claims.remove("nonce"))),
                new Change("about nobody", context -> context.getClaims().claims(claims -> claims.remove("sub"))),
                new Change("by RS512", context -> context.getJwsHeader().algorithm(SignatureAlgorithm.RS512)));
    }

    @ParameterizedTest
    @Tag("J4")
    @MethodSource("wrongClaims")
    void anIdTokenThatSaysSomethingElseIsRefused(Change wrong) throws NotSignedIn {
        server.change(context -> {
            if (isIdToken(context)) {
                wrong.change().accept(context);
            }
        });
        var attempt = client.begin("/");
        var answer = answer(attempt, "ann");

        assertRefused(Reason.REFUSED, () -> client.finish(attempt, answer));
    }

    @Test
    @Tag("J1")
    @Tag("J2")
    @Tag("J3")
    void whatTheProviderHasNotSignedIsRefusedAndNothingIsFetchedForIt() throws Exception {
        int port = freePort();
        try (var elsewhere = new Away(port)) {
            for (var forgery : forgeries("http://127.0.0.1:" + port).entrySet()) {
                var attempt = client.begin("/");
                var answer = answer(attempt, "ann");
                server.forge(forgery.getValue());

                assertThatThrownBy(() -> client.finish(attempt, answer))
                        .as("id token " + forgery.getKey())
                        .isInstanceOf(NotSignedIn.class)
                        .hasMessageNotContaining("eyJ")
                        .extracting("reason")
                        .isEqualTo(Reason.REFUSED);
                server.restore();
                assertThatThrownBy(() -> client.holder(forgery.getValue().apply(signed(access()))))
                        .as("access token " + forgery.getKey())
                        .isInstanceOf(NotSignedIn.class)
                        .extracting("reason")
                        .isEqualTo(Reason.REFUSED);
            }
            assertThat(elsewhere.asked()).as("for keys").isZero();
        }
    }

    /** @param elsewhere an address that nobody is to be asked at */
    private Map<String, UnaryOperator<String>> forgeries(String elsewhere) throws Exception {
        var stranger = RsaJwkGenerator.generateJwk(2048);
        var known = server.key().getKeyID();
        stranger.setKeyId(known);
        var der = server.key().toRSAPublicKey().getEncoded();
        var pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END PUBLIC KEY-----\n";
        var forgeries = new LinkedHashMap<String, UnaryOperator<String>>();
        for (var none : List.of("none", "None", "nOnE")) {
            forgeries.put("unsigned: " + none, token -> withHeader(token, "{\"alg\":\"" + none + "\"}", ""));
        }
        forgeries.put("without its signature", token -> token.substring(0, token.lastIndexOf('.') + 1));
        forgeries.put("in two parts", token -> token.substring(0, token.lastIndexOf('.')));
        var secrets = Map.of(
                "the public key",
                der,
                "the public key as a text",
                pem.getBytes(StandardCharsets.UTF_8),
                "the public key as a text without its last line's end",
                pem.strip().getBytes(StandardCharsets.UTF_8),
                "the client's secret",
                OpenIdServer.SECRET.getBytes(StandardCharsets.UTF_8),
                "a weak secret",
                "secret".getBytes(StandardCharsets.UTF_8));
        secrets.forEach((name, secret) -> forgeries.put(
                "by HS256 with " + name,
                token -> signed(payload(token), "HS256", new HmacKey(secret), Map.of("kid", known))));
        for (var name : List.of(known, "unknown", "../../x", "x' or '1'='1")) {
            forgeries.put(
                    "by another key called " + name,
                    token -> signed(payload(token), "RS256", stranger.getPrivateKey(), Map.of("kid", name)));
        }
        for (var header : List.of("jku", "x5u")) {
            for (var name : List.of(known, "unknown")) {
                forgeries.put(
                        "by a key called " + name + " and " + header + " of where it is",
                        token -> signed(
                                payload(token),
                                "RS256",
                                stranger.getPrivateKey(),
                                Map.of("kid", name, header, elsewhere + "/keys")));
            }
        }
        forgeries.put(
                "by the key that it brings",
                token -> signed(
                        payload(token),
                        "RS256",
                        stranger.getPrivateKey(),
                        Map.of("kid", known, "jwk", stranger.toParams(JsonWebKey.OutputControlLevel.PUBLIC_ONLY))));
        forgeries.put("no token", token -> "x");
        return forgeries;
    }

    @Test
    @Tag("S3")
    void theProviderCannotLeadElsewhere() {
        // Its description names the addresses that it was set up with, which here is another host's.
        var elsewhere = client("http://localhost:" + port, Set.of());

        assertThatThrownBy(() -> elsewhere.begin("/"))
                .hasRootCauseMessage("the provider describes another issuer than OIDC_ISSUER");
        var http = new ProviderHttp(new OpenIdProvider(
                URI.create("https://id.example.org/realm"),
                "x",
                null,
                List.of("openid"),
                "groups",
                "x",
                Set.of("keys.example.org"),
                null));
        assertThat(List.of("https://id.example.org/token", "https://keys.example.org/keys"))
                .allSatisfy(address -> assertThat(http.allowed(address)).hasToString(address));
        assertThat(List.of(
                        "http://id.example.org/token",
                        "https://id.example.org.evil.example/token",
                        "https://evil.example/",
                        "https://id.example.org@evil.example/",
                        "https://169.254.169.254/",
                        "file:///etc/passwd",
                        "https:id.example.org",
                        "//id.example.org/token",
                        ""))
                .allSatisfy(address ->
                        assertThatThrownBy(() -> http.allowed(address)).isInstanceOf(IOException.class));
    }

    @Test
    void signingOutThereNamesWhoAndWhereToGo() throws NotSignedIn {
        var identity = signIn("ann");

        var address = client.endSession(identity.token(), "/signin.xhtml").orElseThrow();

        assertThat(address).startsWith(server.issuer() + "/connect/logout?");
        assertThat(query(URI.create(address)))
                .containsEntry("id_token_hint", identity.token())
                .containsEntry("post_logout_redirect_uri", HERE + "/signin.xhtml");
    }

    @Test
    void theProviderSaysWhoseSessionsAreOver() throws Exception {
        var claims = logout();
        assertThat(client.ended(signed(claims))).isEqualTo(new OpenIdConnect.Ended(server.issuer(), "s1", "ann"));

        claims.unsetClaim("sid");
        assertThat(client.ended(signed(claims)).session()).isNull();
    }

    @ParameterizedTest
    @Tag("J4")
    @ValueSource(strings = {"events", "iat", "exp", "aud", "iss", "nonce", "subject and session", "old", "id token"})
    void whatIsNoLogoutTokenEndsNoSession(String wrong) throws Exception {
        var claims = logout();
        switch (wrong) {
            case "aud" -> claims.setAudience("another-client");
            case "iss" -> claims.setIssuer("https://evil.example");
            case "nonce" -> claims.setClaim("nonce", "n");
            case "subject and session" -> {
                claims.unsetClaim("sub");
                claims.unsetClaim("sid");
            }
            case "old" ->
                claims.setIssuedAt(NumericDate.fromSeconds(NumericDate.now().getValue() - 3600));
            case "id token" -> {
                assertRefused(Reason.REFUSED, () -> client.ended(signIn("ann").token()));
                return;
            }
            default -> claims.unsetClaim(wrong);
        }

        assertRefused(Reason.REFUSED, () -> client.ended(signed(claims)));
    }

    @Test
    @Tag("J4")
    void anAccessTokenForOurApiSaysWhoCalls() throws NotSignedIn {
        var token = signed(access());

        assertThat(client.holder(token)).contains("ann");
    }

    @Test
    @Tag("J4")
    void theProvidersClockMayDifferByAMinuteAndNoMore() throws NotSignedIn {
        // Again where the clock has gone on by a second meanwhile.
        Await.until("the last second is good", Duration.ofSeconds(10), () -> client.holder(signed(expiring(-59)))
                .isPresent());
        assertRefused(Reason.REFUSED, () -> client.holder(signed(expiring(-61))));

        assertThat(client.holder(signed(beginning(59)))).contains("ann");
        Await.until("the second after is too early", Duration.ofSeconds(10), () -> {
            try {
                client.holder(signed(beginning(61)));
                return false;
            } catch (NotSignedIn e) {
                return e.reason() == Reason.REFUSED;
            }
        });
    }

    private JwtClaims expiring(long inSeconds) {
        var claims = access();
        long now = NumericDate.now().getValue();
        claims.setIssuedAt(NumericDate.fromSeconds(now - 600));
        claims.setExpirationTime(NumericDate.fromSeconds(now + inSeconds));
        return claims;
    }

    private JwtClaims beginning(long inSeconds) {
        var claims = access();
        claims.setNotBefore(NumericDate.fromSeconds(NumericDate.now().getValue() + inSeconds));
        return claims;
    }

    @ParameterizedTest
    @Tag("J4")
    @ValueSource(
            strings = {
                "id token",
                "aud",
                "another audience",
                "other audiences",
                "iss",
                "without iss",
                "exp",
                "iat",
                "sub",
                "of the future",
                "logout token",
                "refresh token"
            })
    void whatIsNoAccessTokenForOurApiIsRefused(String wrong) throws Exception {
        var claims = access();
        switch (wrong) {
            case "id token" -> {
                assertRefused(Reason.REFUSED, () -> client.holder(signIn("ann").token()));
                // Not even where the provider addresses both to everybody.
                claims.setClaim("nonce", "n");
            }
            case "another audience" -> claims.setAudience("another-api");
            case "other audiences" -> claims.setAudience("another-api", OpenIdServer.CLIENT);
            case "iss" -> claims.setIssuer("https://evil.example");
            case "without iss" -> claims.unsetClaim("iss");
            case "of the future" -> claims.setNotBeforeMinutesInThePast(-5);
            case "refresh token" -> {
                // As Keycloak makes them: for itself.
                claims.setAudience(server.issuer());
                claims.setClaim("typ", "Refresh");
            }
            case "logout token" -> claims.setClaim("events", Map.of());
            default -> claims.unsetClaim(wrong);
        }

        assertRefused(Reason.REFUSED, () -> client.holder(signed(claims)));
    }

    private JwtClaims access() {
        var claims = new JwtClaims();
        claims.setIssuer(server.issuer());
        claims.setAudience(OpenIdServer.API_AUDIENCE);
        claims.setSubject("ann");
        claims.setIssuedAtToNow();
        claims.setExpirationTimeMinutesInTheFuture(5);
        return claims;
    }

    private JwtClaims logout() {
        var claims = access();
        claims.setAudience(OpenIdServer.CLIENT);
        claims.setClaim("sid", "s1");
        claims.setGeneratedJwtId();
        claims.setClaim("events", Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of()));
        return claims;
    }

    private JwtClaims access(OpenIdServer by) {
        var claims = access();
        claims.setIssuer(by.issuer());
        return claims;
    }

    private String signed(JwtClaims claims) {
        return signed(claims, server);
    }

    private static String signed(JwtClaims claims, OpenIdServer by) {
        try {
            return signed(
                    claims.toJson(),
                    "RS256",
                    by.key().toPrivateKey(),
                    Map.of("kid", by.key().getKeyID()));
        } catch (com.nimbusds.jose.JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String signed(String payload, String algorithm, java.security.Key key, Map<String, Object> headers) {
        try {
            var signature = new JsonWebSignature();
            signature.setAlgorithmHeaderValue(algorithm);
            headers.forEach(signature.getHeaders()::setObjectHeaderValue);
            // Whoever forges chooses a key that is too short, too.
            signature.setDoKeyValidation(false);
            signature.setKey(key);
            signature.setPayload(payload);
            return signature.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String payload(String token) {
        return new String(Base64.getUrlDecoder().decode(token.split("\\.")[1]), StandardCharsets.UTF_8);
    }

    private static String withHeader(String token, String header, String signature) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(header.getBytes(StandardCharsets.UTF_8)) + "."
                + token.split("\\.")[1] + "." + signature;
    }

    private static boolean isIdToken(JwtEncodingContext context) {
        return context.getTokenType().getValue().equals("id_token");
    }

    private Identity signIn(String username) throws NotSignedIn {
        var attempt = client.begin("/");
        return client.finish(attempt, answer(attempt, username));
    }

    private static Map<String, String> answer(Attempt attempt, String username) {
        return query(new Visitor().signInAt(URI.create(attempt.address()), username));
    }

    private static Map<String, String> query(URI address) {
        var query = new HashMap<String, String>();
        for (var field : address.getRawQuery().split("&")) {
            var parts = field.split("=", 2);
            query.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return query;
    }

    private static void assertRefused(Reason reason, org.assertj.core.api.ThrowableAssert.ThrowingCallable act) {
        assertThatThrownBy(act)
                .isInstanceOf(NotSignedIn.class)
                .extracting("reason")
                .isEqualTo(reason);
    }
}
