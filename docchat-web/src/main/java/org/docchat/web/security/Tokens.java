package org.docchat.web.security;

import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.docchat.web.platform.Settings;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.lang.JoseException;

/**
 * The bearer tokens that signing in answers: JSON Web Tokens, signed by HS256 with JWT_SECRET. They say who somebody
 * is; whether that user is still enabled, and the token of a generation that is still accepted, is looked up with each
 * request.
 */
@Dependent
public class Tokens {
    /** How long a token is good for. */
    public static final Duration LIFETIME = Duration.ofHours(1);

    /** The claim that says which of a user's generations of tokens one belongs to. */
    static final String GENERATION = "gen";

    static final String ISSUER = "docchat";
    static final String AUDIENCE = "docchat-api";
    static final int SKEW_SECONDS = 30;

    private final SecretKey key;
    private final JwtConsumer consumer;

    @Inject
    Tokens(Settings settings) {
        this(settings.jwtSecret());
    }

    Tokens(String secret) {
        key = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256");
        consumer = new JwtConsumerBuilder()
                .setVerificationKey(key)
                // One algorithm, whatever the token says of itself.
                .setJwsAlgorithmConstraints(
                        AlgorithmConstraints.ConstraintType.PERMIT, AlgorithmIdentifiers.HMAC_SHA256)
                .setExpectedIssuer(true, ISSUER)
                .setExpectedAudience(true, AUDIENCE)
                .setRequireSubject()
                .setRequireJwtId()
                .setRequireIssuedAt()
                .setRequireExpirationTime()
                .setAllowedClockSkewInSeconds(SKEW_SECONDS)
                .build();
    }

    /** Makes a token for a user who has just signed in. */
    public String issue(Users.User user) {
        var now = NumericDate.now();
        var expiry = NumericDate.fromSeconds(now.getValue() + LIFETIME.toSeconds());
        var claims = new JwtClaims();
        claims.setIssuer(ISSUER);
        claims.setAudience(AUDIENCE);
        claims.setSubject(user.id().toString());
        claims.setClaim("upn", user.username());
        claims.setStringListClaim("groups", List.copyOf(Authentication.groups(user.caller())));
        claims.setClaim(GENERATION, user.tokenGeneration());
        claims.setGeneratedJwtId();
        claims.setIssuedAt(now);
        claims.setExpirationTime(expiry);
        return sign(claims);
    }

    String sign(JwtClaims claims) {
        var signature = new JsonWebSignature();
        signature.setHeader("typ", "JWT");
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.HMAC_SHA256);
        signature.setKey(key);
        signature.setPayload(claims.toJson());
        try {
            return signature.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException("a token could not be signed", e);
        }
    }

    /** What a token says, if it is one of ours and good now. */
    Optional<JwtClaims> claims(String token) {
        try {
            return Optional.of(consumer.processToClaims(token));
        } catch (InvalidJwtException e) {
            // Foreign, forged or expired: to the bearer it is all the same, and tokens do not belong into a log.
            return Optional.empty();
        }
    }
}
