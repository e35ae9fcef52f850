package org.docchat.web.openid;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.docchat.web.openid.NotSignedIn.Reason;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.HttpsJwks;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.ErrorCodeValidator;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.jwx.JsonWebStructure;
import org.jose4j.keys.resolvers.HttpsJwksVerificationKeyResolver;
import org.jose4j.keys.resolvers.VerificationKeyResolver;
import org.jose4j.lang.UnresolvableKeyException;
import org.jspecify.annotations.Nullable;

/**
 * Checks what the provider has signed. Its keys are those that it publishes, whatever a token says of keys, and are
 * asked for again where a token names one that is not known, but not for each such token.
 */
final class ProviderTokens {
    static final int SKEW_SECONDS = 60;
    private static final Duration KEYS = Duration.ofHours(1);
    /** An outage of the provider does not end what was signed before. */
    private static final Duration KEYS_IN_AN_OUTAGE = Duration.ofDays(1);

    private static final String LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";
    private static final int LOGOUT_SECONDS = 180;

    private static final Set<Integer> NOT_OF_CLAIMS = Set.of(
            ErrorCodes.MISCELLANEOUS,
            ErrorCodes.SIGNATURE_INVALID,
            ErrorCodes.SIGNATURE_MISSING,
            ErrorCodes.ENCRYPTION_MISSING,
            ErrorCodes.INTEGRITY_MISSING,
            ErrorCodes.JSON_INVALID);

    private final OpenIdProvider provider;
    private final Discovery discovery;
    private final ProviderHttp http;
    private final Duration betweenRefreshes;
    private volatile @Nullable HttpsJwks published;

    /** @param betweenRefreshes how long an unknown key's name may not make us ask for keys again */
    ProviderTokens(OpenIdProvider provider, Discovery discovery, ProviderHttp http, Duration betweenRefreshes) {
        this.provider = provider;
        this.discovery = discovery;
        this.http = http;
        this.betweenRefreshes = betweenRefreshes;
    }

    /** What an id token says, which was made for us and for this attempt. */
    JwtClaims idToken(String token, String nonce) throws NotSignedIn {
        var claims = verified(token, builder(provider.clientId()).setRequireSubject());
        try {
            if (!nonce.equals(claims.getStringClaimValue("nonce"))) {
                throw new NotSignedIn(Reason.REFUSED, "the id token's nonce is not this attempt's");
            }
            // Where it was issued to is more than whom it is addressed to (Core 3.1.3.7).
            var party = claims.getStringClaimValue("azp");
            if (party == null ? claims.getAudience().size() > 1 : !party.equals(provider.clientId())) {
                throw new NotSignedIn(Reason.REFUSED, "the id token was issued to another client");
            }
            return claims;
        } catch (MalformedClaimException e) {
            throw new NotSignedIn(Reason.REFUSED, "the id token's claims have the wrong types", e);
        }
    }

    /** What a logout token says (OpenID Connect Back-Channel Logout 1.0). */
    JwtClaims logoutToken(String token) throws NotSignedIn {
        var claims =
                verified(token, builder(provider.clientId()).setIssuedAtRestrictions(SKEW_SECONDS, LOGOUT_SECONDS));
        if (!(claims.getClaimValue("events") instanceof Map<?, ?> events)
                || !(events.get(LOGOUT_EVENT) instanceof Map)
                || claims.hasClaim("nonce")
                || !claims.hasClaim("sub") && !claims.hasClaim("sid")) {
            throw new NotSignedIn(Reason.REFUSED, "the token is no logout token");
        }
        return claims;
    }

    /** What an access token for our API says. */
    JwtClaims accessToken(String token, String audience) throws NotSignedIn {
        var claims = verified(token, builder(audience).setRequireSubject());
        // Only what was made for a sign-in or a sign-out has these.
        if (claims.hasClaim("nonce") || claims.hasClaim("events")) {
            throw new NotSignedIn(Reason.REFUSED, "the token is no access token");
        }
        return claims;
    }

    private JwtConsumerBuilder builder(String audience) {
        return new JwtConsumerBuilder()
                .setJwsAlgorithmConstraints(
                        AlgorithmConstraints.ConstraintType.PERMIT,
                        AlgorithmIdentifiers.RSA_USING_SHA256,
                        AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256)
                .setExpectedIssuer(true, provider.issuer().toString())
                .setExpectedAudience(true, audience)
                .setRequireIssuedAt()
                .setRequireExpirationTime()
                .setAllowedClockSkewInSeconds(SKEW_SECONDS);
    }

    private JwtClaims verified(String token, JwtConsumerBuilder builder) throws NotSignedIn {
        try {
            return builder.setVerificationKeyResolver(keys()).build().processToClaims(token);
        } catch (InvalidJwtException e) {
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                if (cause instanceof IOException) {
                    throw new NotSignedIn(Reason.UNAVAILABLE, "the provider's keys cannot be read", cause);
                }
            }
            throw new NotSignedIn(Reason.REFUSED, "the token does not prove what it must: " + reasons(e));
        } catch (IOException e) {
            throw new NotSignedIn(Reason.UNAVAILABLE, "the provider's keys cannot be read", e);
        }
    }

    /** What is wrong with claims; what is wrong with the rest would be told with the whole token. */
    private static String reasons(InvalidJwtException e) {
        if (e.getErrorDetails().stream().anyMatch(error -> NOT_OF_CLAIMS.contains(error.getErrorCode()))) {
            return "it is not signed by RS256 or ES256 with one of the provider's keys";
        }
        return e.getErrorDetails().stream()
                .map(ErrorCodeValidator.Error::getErrorMessage)
                .collect(Collectors.joining(" "));
    }

    private VerificationKeyResolver keys() throws IOException {
        var address = discovery.metadataForTokens().keys().toString();
        var known = published;
        if (known == null || !known.getLocation().equals(address)) {
            known = new HttpsJwks(address);
            known.setSimpleHttpGet(new PatientGet(http, betweenRefreshes));
            known.setDefaultCacheDuration(KEYS.toSeconds());
            known.setRetainCacheOnErrorDuration(KEYS_IN_AN_OUTAGE.toSeconds());
            known.setRefreshReprieveThreshold(betweenRefreshes.toMillis());
            published = known;
        }
        return new OfKnownAlgorithms(new HttpsJwksVerificationKeyResolver(known));
    }

    /** Looks for no key where the algorithm would be refused anyway: that is what a storm of forged tokens would be. */
    private record OfKnownAlgorithms(VerificationKeyResolver published) implements VerificationKeyResolver {
        private static final List<String> KNOWN = List.of("RS256", "ES256");

        @Override
        public java.security.Key resolveKey(JsonWebSignature jws, List<JsonWebStructure> nesting)
                throws UnresolvableKeyException {
            if (!KNOWN.contains(jws.getAlgorithmHeaderValue())) {
                throw new UnresolvableKeyException("no key for this algorithm");
            }
            return published.resolveKey(jws, nesting);
        }
    }
}
