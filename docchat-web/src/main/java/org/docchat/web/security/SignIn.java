package org.docchat.web.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.docchat.domain.Caller;
import org.docchat.domain.Failure;
import org.docchat.web.openid.Identity;
import org.docchat.web.platform.Proxies;
import org.jspecify.annotations.Nullable;

/** Signing in with username and password or at the identity provider, and out again. */
@ApplicationScoped
public class SignIn {
    static final String SESSION_ATTRIBUTE = "docchat.signedIn";
    private static final String SIGN_IN_PAGE = "/signin.xhtml";

    @Inject
    Users users;

    @Inject
    Throttle throttle;

    @Inject
    Audit audit;

    @Inject
    Sessions sessions;

    @Inject
    SingleSignOn singleSignOn;

    @Inject
    Proxies proxies;

    @Inject
    Identities identities;

    /** What became of an attempt to sign in. */
    public sealed interface Outcome {
        /** The password was right, or the identity provider vouches. */
        record SignedIn(Users.User user) implements Outcome {}

        /** Unknown user, wrong password or disabled account: nobody learns which. */
        record Refused() implements Outcome {}

        /** Too many attempts by this name or from this address. */
        record TooManyAttempts(Failure.TooMany why) implements Outcome {}
    }

    /** Checks a password and makes the request's session, under a new id, the user's; for the sign-in page. */
    public Outcome signIn(HttpServletRequest request, HttpServletResponse response, String username, String password) {
        var outcome = check(request, username, password);
        if (outcome instanceof Outcome.SignedIn signedIn) {
            renew(request);
            begin(request, response, signedIn.user(), Secrets.random(32), null);
        }
        return outcome;
    }

    /** Makes the request's session, under a new id, that of somebody whom the identity provider vouches for. */
    Outcome signIn(HttpServletRequest request, HttpServletResponse response, Identity identity) {
        var user = identities.admit(identity);
        if (!user.enabled()) {
            audit.refused(user.username(), proxies.clientOf(request));
            return new Outcome.Refused();
        }
        audit.record(user.caller(), "sign-in", List.of(), null, proxies.clientOf(request));
        renew(request);
        begin(request, response, user, Secrets.random(32), identity);
        return new Outcome.SignedIn(user);
    }

    /** Writes down that the identity provider's answer was not accepted. */
    void refused(HttpServletRequest request) {
        audit.refused("", proxies.clientOf(request));
    }

    private void begin(
            HttpServletRequest request,
            HttpServletResponse response,
            Users.User user,
            String csrfToken,
            @Nullable Identity identity) {
        // Whoever was signed in here no longer is.
        sessionId(request).ifPresent(sessions::end);
        var agent = request.getHeader("User-Agent");
        var secret = Secrets.random(32);
        var session = sessions.begin(
                user, proxies.clientOf(request), agent == null ? "" : agent, secret, csrfToken, identity);
        request.getSession(true).setAttribute(SESSION_ATTRIBUTE, session);
        SessionCookie.keep(request, response, secret);
    }

    /** Takes up a session that began on another node, or on this one before it was started anew. */
    void takeUp(HttpServletRequest request, HttpServletResponse response) {
        var secret = SessionCookie.secret(request);
        if (secret.isPresent() && sessionOf(request).isEmpty()) {
            sessions.find(secret.get())
                    .ifPresentOrElse(
                            session -> {
                                renew(request);
                                request.getSession(true).setAttribute(SESSION_ATTRIBUTE, session);
                            },
                            () -> SessionCookie.forget(request, response));
        }
    }

    /** Gives the server's session a new id: whoever knows the old one is not in what begins now. */
    private static void renew(HttpServletRequest request) {
        request.getSession(true);
        request.changeSessionId();
    }

    /**
     * Changes the password of somebody who is signed in: all of their sessions end, and this one begins anew.
     *
     * @return false, if the current password is not right or was tried too often
     */
    public boolean changePassword(
            HttpServletRequest request, HttpServletResponse response, Caller caller, String password, String fresh) {
        if (confirm(request, caller.username(), password) instanceof Outcome.SignedIn) {
            var user = users.change(caller, caller.id(), null, fresh, null, null);
            renew(request);
            // Pages that are open in this browser go on.
            begin(request, response, user, csrfToken(request), null);
            return true;
        }
        return false;
    }

    /** Checks a password without a session; for programs that want a token. */
    public Outcome check(HttpServletRequest request, String username, String password) {
        var outcome = confirm(request, username, password);
        if (outcome instanceof Outcome.SignedIn signedIn) {
            audit.record(signedIn.user().caller(), "sign-in", List.of(), null, proxies.clientOf(request));
        }
        return outcome;
    }

    private Outcome confirm(HttpServletRequest request, String username, String password) {
        var attempt = throttle.attempt(Users.folded(username), proxies.clientOf(request));
        if (attempt.isPresent()) {
            return new Outcome.TooManyAttempts(attempt.get());
        }
        Optional<Users.User> user;
        try {
            user = users.authenticate(username, password);
        } catch (Passwords.Busy e) {
            return new Outcome.TooManyAttempts(Throttle.tooMany(null, Duration.ofSeconds(2)));
        }
        if (user.isEmpty()) {
            audit.refused(Users.folded(username), proxies.clientOf(request));
            return new Outcome.Refused();
        }
        throttle.succeeded(user.get().username(), proxies.clientOf(request));
        return new Outcome.SignedIn(user.get());
    }

    /**
     * Ends the session, if there is one.
     *
     * @return where the browser goes now: to the identity provider, if it began there, to be signed out there too
     */
    public String signOut(HttpServletRequest request, HttpServletResponse response) {
        var next = request.getContextPath() + SIGN_IN_PAGE;
        var session = request.getSession(false);
        if (session == null) {
            return next;
        }
        var signedIn = sessionOf(request);
        signedIn.map(SignedInSession::id).ifPresent(sessions::end);
        session.invalidate();
        SessionCookie.forget(request, response);
        return signedIn.map(SignedInSession::idToken)
                .flatMap(token -> singleSignOn.provider().flatMap(provider -> provider.endSession(token, SIGN_IN_PAGE)))
                .orElse(next);
    }

    /**
     * The token that scripts of our own pages send as header {@code X-DocChat-CSRF} with each call of the API; empty
     * if nobody is signed in.
     */
    public String csrfToken(HttpServletRequest request) {
        return sessionOf(request).map(SignedInSession::csrfToken).orElse("");
    }

    /**
     * Where to go after signing in.
     *
     * @param next as the sign-in page was given it
     * @return a path on this site: {@code next} if it is one, else the first page
     */
    public static String destination(@Nullable String next) {
        // One slash, then neither a second one nor a backslash, which browsers read as one; nothing that splits a
        // header.
        if (next == null
                || !next.matches("/(?![/\\\\])[\\x21-\\x5b\\x5d-\\x7e]*")
                || next.startsWith(SIGN_IN_PAGE)
                || next.startsWith("/openid/")) {
            return "/";
        }
        return next;
    }

    /** The session that a request belongs to, as {@link Sessions} lists it. */
    public Optional<UUID> sessionId(HttpServletRequest request) {
        return sessionOf(request).map(SignedInSession::id);
    }

    static Optional<SignedInSession> sessionOf(HttpServletRequest request) {
        var session = request.getSession(false);
        if (session != null
                && session.getAttribute(SESSION_ATTRIBUTE) instanceof SignedInSession signedIn
                && signedIn.since().plus(Sessions.LONGEST).isAfter(Instant.now())) {
            return Optional.of(signedIn);
        }
        return Optional.empty();
    }
}
