package org.docchat.web.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.docchat.Await;
import org.docchat.domain.UserId;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokensTest {
    private static final String SECRET = "a secret of these tests, long enough for HS256";
    private final Tokens tokens = new Tokens(SECRET);
    private final Users.User ann =
            new Users.User(UserId.random(), "ann", "Ann", false, true, 0, Instant.parse("2026-01-01T00:00:00Z"));

    @Test
    void aTokenSaysWhoItsUserIs() throws MalformedClaimException {
        var claims = tokens.claims(tokens.issue(ann)).orElseThrow();

        assertThat(claims.getSubject()).isEqualTo(ann.id().toString());
        assertThat(claims.getStringClaimValue("upn")).isEqualTo("ann");
        assertThat(claims.getStringListClaimValue("groups")).containsExactly("user");
        assertThat(claims.getExpirationTime().getValue() - claims.getIssuedAt().getValue())
                .isEqualTo(3600);
    }

    @ParameterizedTest
    @Tag("J1")
    @ValueSource(strings = {"none", "None", "nOnE", "NONE"})
    void aTokenThatSaysItNeedsNoSignatureIsRefused(String algorithm) {
        var payload = tokens.issue(ann).split("\\.")[1];
        var header = base64("{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\"}");

        assertThat(tokens.claims(header + "." + payload + ".")).isEmpty();
        assertThat(tokens.claims(header + "." + payload)).isEmpty();
        assertThat(tokens.claims(
                        header + "." + payload + "." + tokens.issue(ann).split("\\.")[2]))
                .isEmpty();
    }

    @Test
    @Tag("J1")
    void aTokenWithoutItsSignatureIsRefused() {
        var parts = tokens.issue(ann).split("\\.");

        assertThat(tokens.claims(parts[0] + "." + parts[1] + ".")).isEmpty();
        assertThat(tokens.claims(parts[0] + "." + parts[1])).isEmpty();
        assertThat(tokens.claims("")).isEmpty();
        assertThat(tokens.claims("....")).isEmpty();
    }

    @Test
    @Tag("J2")
    void aTokenSignedWithThePublicPartOfAKeyPairIsRefused() throws Exception {
        byte[] publicKey = keyPair().getPublic().getEncoded();
        var pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(publicKey)
                + "\n-----END PUBLIC KEY-----\n";

        for (var bytes : List.of(publicKey, pem.getBytes(UTF_8), pem.strip().getBytes(UTF_8))) {
            assertThat(tokens.claims(signed(good(), AlgorithmIdentifiers.HMAC_SHA256, new HmacKey(bytes))))
                    .isEmpty();
        }
    }

    @Test
    @Tag("J3")
    void aTokenSignedWithAnotherKeyIsRefused() throws Exception {
        assertThat(new Tokens("another secret of these tests, also long").claims(tokens.issue(ann)))
                .isEmpty();
        assertThat(tokens.claims(signed(
                        good(), AlgorithmIdentifiers.RSA_USING_SHA256, keyPair().getPrivate())))
                .isEmpty();
        assertThat(tokens.claims(signed(
                        good(), AlgorithmIdentifiers.HMAC_SHA512, new HmacKey((SECRET + SECRET).getBytes(UTF_8)))))
                .isEmpty();
    }

    /** The last is the key that an empty file is, such as a key's name may lead to. */
    @ParameterizedTest
    @Tag("J3")
    @ValueSource(strings = {"secret", "changeme", "docchat", "\0"})
    void aTokenSignedWithAWeakSecretIsRefusedWhateverItCallsItsKey(String secret) throws Exception {
        for (var name :
                List.of("unknown", "../../x", "../../../../dev/null", "x' or '1'='1", "x' union select 'secret")) {
            var signature = forged(secret);
            signature.setKeyIdHeaderValue(name);

            assertThat(tokens.claims(signature.getCompactSerialization()))
                    .as(name)
                    .isEmpty();
        }
    }

    @Test
    @Tag("J3")
    void aTokenCannotBringTheKeyThatItIsCheckedWith() throws Exception {
        var own = RsaJwkGenerator.generateJwk(2048);
        var signature = new JsonWebSignature();
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        signature.setJwkHeader(own);
        signature.setKey(own.getPrivateKey());
        signature.setPayload(good().toJson());
        assertThat(tokens.claims(signature.getCompactSerialization())).isEmpty();

        var secret = forged("secret");
        secret.getHeaders().setObjectHeaderValue("jwk", Map.of("kty", "oct", "k", base64("secret")));
        assertThat(tokens.claims(secret.getCompactSerialization())).isEmpty();
    }

    @ParameterizedTest
    @Tag("J3")
    @ValueSource(strings = {"jku", "x5u"})
    void nothingIsFetchedFromWhereATokenSaysItsKeyIs(String header) throws Exception {
        try (var listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listening.setSoTimeout(500);
            var signature = forged("a weak key that the forger knows well");
            signature.setHeader(header, "http://127.0.0.1:" + listening.getLocalPort() + "/keys");

            assertThat(tokens.claims(signature.getCompactSerialization())).isEmpty();

            assertThatThrownBy(listening::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    @Tag("J4")
    void aTokenIsGoodUntilItsExpiryAndTheSkewToTheSecond() {
        // Again where the clock has gone on by a second meanwhile.
        Await.until("the last second is good", Duration.ofSeconds(10), () -> tokens.claims(
                        tokens.sign(expiring(-Tokens.SKEW_SECONDS + 1)))
                .isPresent());
        assertThat(tokens.claims(tokens.sign(expiring(-Tokens.SKEW_SECONDS - 1))))
                .isEmpty();
    }

    @Test
    @Tag("J4")
    void aTokenFromTheFutureIsRefusedToTheSecond() {
        assertThat(tokens.claims(tokens.sign(beginning(Tokens.SKEW_SECONDS - 1))))
                .isPresent();
        Await.until("the second after is too early", Duration.ofSeconds(10), () -> tokens.claims(
                        tokens.sign(beginning(Tokens.SKEW_SECONDS + 1)))
                .isEmpty());
        assertThat(tokens.claims(tokens.sign(beginning(120)))).isEmpty();
    }

    @ParameterizedTest
    @Tag("J4")
    @ValueSource(strings = {"exp", "iat", "iss", "aud", "sub", "jti"})
    void aTokenThatLacksAClaimIsRefused(String claim) {
        var claims = good();
        claims.unsetClaim(claim);

        assertThat(tokens.claims(tokens.sign(claims))).isEmpty();
    }

    @Test
    @Tag("J4")
    void aTokenOfAnotherIssuerOrForAnotherAudienceIsRefused() {
        var foreign = good();
        foreign.setIssuer("somebody else");
        assertThat(tokens.claims(tokens.sign(foreign))).isEmpty();

        for (var audience : List.of(
                List.of("another-api"), List.of("another-api", "third-api"), List.of("Docchat-API"), List.of(""))) {
            var elsewhere = good();
            elsewhere.setAudience(audience);
            assertThat(tokens.claims(tokens.sign(elsewhere)))
                    .as("for " + audience)
                    .isEmpty();
        }
    }

    private JwtClaims beginning(long inSeconds) {
        var claims = good();
        claims.setNotBefore(NumericDate.fromSeconds(NumericDate.now().getValue() + inSeconds));
        return claims;
    }

    /** Signed with a secret that may be shorter than is allowed. */
    private JsonWebSignature forged(String secret) {
        var signature = new JsonWebSignature();
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.HMAC_SHA256);
        signature.setDoKeyValidation(false);
        signature.setKey(new HmacKey(secret.getBytes(UTF_8)));
        signature.setPayload(good().toJson());
        return signature;
    }

    private JwtClaims good() {
        return expiring(600);
    }

    private JwtClaims expiring(long inSeconds) {
        long now = NumericDate.now().getValue();
        var claims = new JwtClaims();
        claims.setIssuer(Tokens.ISSUER);
        claims.setAudience(Tokens.AUDIENCE);
        claims.setSubject(ann.id().toString());
        claims.setGeneratedJwtId();
        claims.setIssuedAt(NumericDate.fromSeconds(now - 3600));
        claims.setExpirationTime(NumericDate.fromSeconds(now + inSeconds));
        return claims;
    }

    private static String signed(JwtClaims claims, String algorithm, java.security.Key key) throws JoseException {
        var signature = new JsonWebSignature();
        signature.setAlgorithmHeaderValue(algorithm);
        signature.setKey(key);
        signature.setPayload(claims.toJson());
        return signature.getCompactSerialization();
    }

    private static KeyPair keyPair() throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
    }
}
