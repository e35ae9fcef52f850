package org.docchat.web.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.Objects;
import java.util.Optional;
import org.docchat.domain.UserId;
import org.docchat.web.openid.NotSignedIn;
import org.docchat.web.openid.OpenIdConnect;
import org.docchat.web.platform.Settings;
import org.jspecify.annotations.Nullable;

/** The identity provider, where one is configured, and the users whom it vouches for. */
@ApplicationScoped
@Named
public class SingleSignOn {
    private @Nullable OpenIdConnect provider;
    private String issuer = "";

    @Inject
    Identities identities;

    @Inject
    Sessions sessions;

    @Inject
    void configure(Settings settings) {
        var configured = settings.openId();
        if (configured != null) {
            provider = new OpenIdConnect(configured, Objects.requireNonNull(settings.publicUrl()));
            issuer = configured.issuer().toString();
        }
    }

    Optional<OpenIdConnect> provider() {
        return Optional.ofNullable(provider);
    }

    /** Whether the sign-in page has a second way. */
    public boolean isOffered() {
        return provider != null;
    }

    /** What its button calls the provider. */
    public String getName() {
        return provider == null ? "" : provider.name();
    }

    /** The user of one of the provider's access tokens, who must have signed in by a browser before. */
    Optional<UserId> holder(String accessToken) {
        if (provider == null) {
            return Optional.empty();
        }
        try {
            return provider.holder(accessToken).flatMap(subject -> identities.find(issuer, subject));
        } catch (NotSignedIn e) {
            return Optional.empty();
        }
    }

    /** Ends the sessions that the provider says are over. */
    void end(OpenIdConnect.Ended ended) {
        sessions.endAtProvider(ended);
    }
}
