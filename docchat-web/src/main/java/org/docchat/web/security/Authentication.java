package org.docchat.web.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.security.enterprise.AuthenticationStatus;
import jakarta.security.enterprise.CallerPrincipal;
import jakarta.security.enterprise.authentication.mechanism.http.HttpAuthenticationMechanism;
import jakarta.security.enterprise.authentication.mechanism.http.HttpMessageContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.docchat.domain.Caller;
import org.docchat.domain.Failure;
import org.docchat.domain.Scope;
import org.docchat.domain.UserId;
import org.docchat.web.platform.Proxies;

/**
 * Decides for each request who sends it and whether it may pass at all. Programs bring a bearer token or an API key;
 * people have a session, and the scripts of their pages prove by a header that they are ours. What {@link Paths} does
 * not call public needs one or the other.
 */
@ApplicationScoped
public class Authentication implements HttpAuthenticationMechanism {
    /** Proves that a call of the API by session comes from a page of ours. */
    public static final String CSRF_HEADER = "X-DocChat-CSRF";

    private static final String CALLER = "docchat.caller";
    private static final String STANDING = "docchat.standing";
    private static final int LONGEST_CREDENTIAL = 8192;
    /** What is posted asks, or is refused for its own reasons. */
    private static final Set<String> VERBS_OF_READERS = Set.of("GET", "HEAD", "OPTIONS", "POST");

    @Inject
    Users users;

    @Inject
    ApiKeys apiKeys;

    @Inject
    Tokens tokens;

    @Inject
    Throttle throttle;

    @Inject
    RateLimit rateLimit;

    @Inject
    Sessions sessions;

    @Inject
    SignIn signIn;

    @Inject
    SingleSignOn singleSignOn;

    @Inject
    Proxies proxies;

    static Optional<Caller> callerOf(HttpServletRequest request) {
        return request.getAttribute(CALLER) instanceof Caller caller ? Optional.of(caller) : Optional.empty();
    }

    /** Whether what a request was authenticated by is still good; to be asked also after it. */
    static BooleanSupplier standingOf(HttpServletRequest request) {
        return request.getAttribute(STANDING) instanceof BooleanSupplier standing ? standing : () -> false;
    }

    static Set<String> groups(Caller caller) {
        return caller.admin() ? Set.of("user", "admin") : Set.of("user");
    }

    @Override
    public AuthenticationStatus validateRequest(
            HttpServletRequest request, HttpServletResponse response, HttpMessageContext context) {
        SecurityHeaders.set(request, response);
        var path = Paths.of(request);
        try {
            return path.isForPrograms()
                    ? program(request, response, context, path)
                    : person(request, response, context, path);
        } catch (Failure.Unavailable e) {
            response.setHeader("Retry-After", "5");
            return refuse(response, context, Problem.of(e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private AuthenticationStatus program(
            HttpServletRequest request, HttpServletResponse response, HttpMessageContext context, Paths path) {
        if (path.isProbe()) {
            // A proxy's or a cluster's: they must not be told that there were too many of others behind the same
            // address.
            return context.doNothing();
        }
        var crowded = rateLimit.ofNetwork(proxies.clientOf(request), response);
        if (crowded.isPresent()) {
            return tooMany(response, context, crowded.get());
        }
        if (path.isPublic()) {
            return context.doNothing();
        }
        var headers = java.util.Collections.list(request.getHeaders("Authorization"));
        if (headers.size() > 1) {
            return refuse(
                    response, context, Problem.of(400, "ambiguous_credentials", "Send one Authorization header."));
        }
        if (headers.isEmpty()) {
            signIn.takeUp(request, response);
            var session = SignIn.sessionOf(request);
            var token = request.getHeader(CSRF_HEADER);
            if (session.isPresent()
                    && token != null
                    && Secrets.same(token, session.get().csrfToken())) {
                var user = userOf(session.get());
                if (user.isPresent()) {
                    var busy = rateLimit.ofUser(user.get(), response);
                    return busy.isPresent()
                            ? tooMany(response, context, busy.get())
                            : pass(
                                    request,
                                    context,
                                    user.get().caller(),
                                    new CallerPrincipal(user.get().username()),
                                    () -> userOf(session.get()).isPresent());
                }
            }
            return challenge(
                    response, context, "Sign in: send an Authorization header with a bearer token or an API key.");
        }
        var credential = headers.get(0);
        if (!credential.regionMatches(true, 0, "Bearer ", 0, 7) || credential.length() > LONGEST_CREDENTIAL) {
            return challenge(response, context, "Only bearer tokens and API keys are accepted.");
        }
        var bearer = credential.substring(7).strip();
        boolean isKey = bearer.startsWith("dck_");
        var known = isKey ? byKey(bearer) : byToken(bearer);
        if (known.isPresent()) {
            var busy = isKey ? rateLimit.ofKey(ApiKeys.prefix(bearer), response) : Optional.<Duration>empty();
            if (busy.isEmpty()) {
                busy = rateLimit.ofUser(known.get().user(), response);
            }
            if (busy.isPresent()) {
                return tooMany(response, context, busy.get());
            }
            var caller = known.get().caller();
            if (caller.scope().access() == Scope.Access.READ && !VERBS_OF_READERS.contains(request.getMethod())) {
                return refuse(
                        response,
                        context,
                        Problem.of(new Failure.Forbidden("The key only reads. Use one that may also write.")));
            }
            return pass(
                    request,
                    context,
                    caller,
                    new Bearer(known.get().user(), known.get().claims()),
                    () -> (isKey ? byKey(bearer) : byToken(bearer)).isPresent());
        }
        var wait = throttle.badKey(proxies.clientOf(request));
        if (wait.isPresent()) {
            return tooMany(response, context, wait.get().retryAfter());
        }
        return challenge(response, context, "The token or key is unknown, expired or no longer allowed.");
    }

    private record Known(Users.User user, Caller caller, Map<String, Object> claims) {}

    private Optional<Known> byKey(String key) {
        return apiKeys.holderOf(key).map(holder -> {
            var user = holder.user();
            var caller = user.caller(holder.scope());
            return new Known(user, caller, claims(user, caller));
        });
    }

    /** What a token of our own would say. */
    private static Map<String, Object> claims(Users.User user, Caller caller) {
        return Map.of(
                "sub", user.id().toString(),
                "upn", user.username(),
                "groups", List.copyOf(groups(caller)));
    }

    private Optional<Known> byToken(String token) {
        var own = byOwnToken(token);
        return own.isPresent() ? own : byToken(singleSignOn.holder(token));
    }

    /** By one of the identity provider's: it says who, nothing about rights. */
    private Optional<Known> byToken(Optional<UserId> holder) {
        return holder.flatMap(id -> user(id.toString()))
                .map(user -> new Known(user, user.caller(), claims(user, user.caller())));
    }

    private Optional<Known> byOwnToken(String token) {
        return tokens.claims(token).flatMap(claims -> {
            var all = new HashMap<>(claims.getClaimsMap());
            int generation = all.get(Tokens.GENERATION) instanceof Number number ? number.intValue() : 0;
            // One later than the user's: what we remember of the user is some seconds old.
            var found = user(String.valueOf(all.get("sub"))).filter(user -> generation >= user.tokenGeneration());
            return found.map(user -> {
                // What somebody may do is what holds now, not when the token was made.
                all.put("groups", List.copyOf(groups(user.caller())));
                return new Known(user, user.caller(), all);
            });
        });
    }

    private AuthenticationStatus person(
            HttpServletRequest request, HttpServletResponse response, HttpMessageContext context, Paths path)
            throws IOException {
        if (path.isStatic()) {
            return context.doNothing();
        }
        var crowded = rateLimit.ofNetwork(proxies.clientOf(request), response);
        if (crowded.isPresent()) {
            return tooManyPages(request, response, context, crowded.get());
        }
        signIn.takeUp(request, response);
        var session = SignIn.sessionOf(request);
        var user = session.flatMap(this::userOf);
        if (user.isPresent()) {
            var busy = rateLimit.ofUser(user.get(), response);
            if (busy.isPresent()) {
                return tooManyPages(request, response, context, busy.get());
            }
            return pass(
                    request,
                    context,
                    user.get().caller(),
                    new CallerPrincipal(user.get().username()),
                    () -> session.flatMap(this::userOf).isPresent());
        }
        if (path.isPublic()) {
            return context.doNothing();
        }
        if (isByScript(request)) {
            // The page is still open, its session gone: its script follows this answer only.
            response.setContentType("text/xml;charset=UTF-8");
            response.getWriter()
                    .write("<?xml version=\"1.0\" encoding=\"UTF-8\"?><partial-response><redirect url=\""
                            + request.getContextPath() + "/signin.xhtml\"/></partial-response>");
            return AuthenticationStatus.SEND_CONTINUE;
        }
        // Relative: an address made from the Host header would lead wherever that says.
        response.setStatus(HttpServletResponse.SC_FOUND);
        response.setHeader("Location", signInAddress(request));
        return AuthenticationStatus.SEND_CONTINUE;
    }

    private static String signInAddress(HttpServletRequest request) {
        var address = request.getContextPath() + "/signin.xhtml";
        if (!request.getMethod().equals("GET")) {
            return address;
        }
        var query = request.getQueryString();
        var next = SignIn.destination(request.getRequestURI() + (query == null ? "" : "?" + query));
        return next.equals("/") ? address : address + "?next=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
    }

    private Optional<Users.User> userOf(SignedInSession session) {
        return sessions.isOpen(session.id()) ? user(session.userId()) : Optional.empty();
    }

    private Optional<Users.User> user(String id) {
        try {
            return users.find(UserId.parse(id)).filter(Users.User::enabled);
        } catch (Failure.NotFound e) {
            return Optional.empty();
        }
    }

    private static AuthenticationStatus pass(
            HttpServletRequest request,
            HttpMessageContext context,
            Caller caller,
            CallerPrincipal principal,
            BooleanSupplier standing) {
        request.setAttribute(CALLER, caller);
        request.setAttribute(STANDING, standing);
        return context.notifyContainerAboutLogin(principal, new TreeSet<>(groups(caller)));
    }

    private static AuthenticationStatus challenge(
            HttpServletResponse response, HttpMessageContext context, String detail) {
        response.setHeader("WWW-Authenticate", "Bearer");
        return refuse(response, context, Problem.of(401, "unauthorized", detail));
    }

    private static AuthenticationStatus tooMany(
            HttpServletResponse response, HttpMessageContext context, Duration wait) {
        return refuse(
                response,
                context,
                Problem.of(
                        429,
                        "too_many_requests",
                        "Too many requests. Try again in " + RateLimit.retryAfter(response, wait) + " seconds."));
    }

    /** A page for people, and for the script of a page that is open what scripts read. */
    private static AuthenticationStatus tooManyPages(
            HttpServletRequest request, HttpServletResponse response, HttpMessageContext context, Duration wait)
            throws IOException {
        if (isByScript(request)) {
            return tooMany(response, context, wait);
        }
        request.setAttribute("docchat.wait", RateLimit.retryAfter(response, wait));
        response.sendError(429);
        return AuthenticationStatus.SEND_FAILURE;
    }

    private static boolean isByScript(HttpServletRequest request) {
        return "partial/ajax".equals(request.getHeader("Faces-Request"));
    }

    private static AuthenticationStatus refuse(
            HttpServletResponse response, HttpMessageContext context, Problem problem) {
        try {
            problem.answer(context.getRequest(), response);
        } catch (IOException e) {
            // The client has gone; there is nobody left to tell.
            throw new UncheckedIOException(e);
        }
        return AuthenticationStatus.SEND_FAILURE;
    }
}
