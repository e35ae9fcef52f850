package org.docchat.web.security;

import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.docchat.web.openid.Attempt;
import org.docchat.web.openid.NotSignedIn;
import org.docchat.web.openid.OpenIdConnect;
import org.docchat.web.platform.Proxies;

/** The addresses of single sign-on: to the provider, back from it, and what it calls when somebody signs out there. */
@WebServlet("/openid/*")
public class SingleSignOnServlet extends HttpServlet {
    private static final Logger LOG = Logger.getLogger(SingleSignOnServlet.class.getName());
    private static final String ATTEMPTS = "docchat.openid";
    /** Tabs of one browser that are on their way. */
    private static final int MOST_ATTEMPTS = 10;

    @Inject
    SingleSignOn singleSignOn;

    @Inject
    Proxies proxies;

    @Inject
    SignIn signIn;

    @Inject
    Throttle throttle;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setHeader("Cache-Control", "no-store");
        var provider = singleSignOn.provider();
        if (provider.isEmpty()) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
        } else if ("/start".equals(request.getPathInfo())) {
            start(provider.get(), request, response);
        } else if ("/callback".equals(request.getPathInfo())) {
            finish(provider.get(), request, response);
        } else {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
        }
    }

    private void start(OpenIdConnect provider, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (throttle.atProvider(proxies.clientOf(request)).isPresent()) {
            goTo(request, response, "/signin.xhtml?problem=busy");
            return;
        }
        try {
            var attempt = provider.begin(SignIn.destination(request.getParameter("next")));
            remember(request.getSession(true), attempt);
            response.setStatus(HttpServletResponse.SC_SEE_OTHER);
            response.setHeader("Location", attempt.address());
        } catch (NotSignedIn e) {
            refuse(request, response, e);
        }
    }

    private void finish(OpenIdConnect provider, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var attempt = taken(request);
        if (attempt.isEmpty()) {
            // A session that is signed in already has been here: the browser's back button, or a double click.
            goTo(request, response, SignIn.sessionOf(request).isPresent() ? "/" : "/signin.xhtml?problem=expired");
            return;
        }
        try {
            var identity = provider.finish(attempt.get(), parameters(request));
            goTo(
                    request,
                    response,
                    signIn.signIn(request, response, identity) instanceof SignIn.Outcome.SignedIn
                            ? attempt.get().next()
                            : "/signin.xhtml?problem=disabled");
        } catch (NotSignedIn e) {
            signIn.refused(request);
            refuse(request, response, e);
        }
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setHeader("Cache-Control", "no-store");
        var provider = singleSignOn.provider();
        var token = request.getParameter("logout_token");
        if (provider.isEmpty() || !"/logout".equals(request.getPathInfo())) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
        } else if (token == null
                || throttle.atProvider(proxies.clientOf(request)).isPresent()) {
            Problem.of(400, "invalid_request", "Send a logout_token.").answer(request, response);
        } else {
            try {
                singleSignOn.end(provider.get().ended(token));
                response.setStatus(HttpServletResponse.SC_OK);
            } catch (NotSignedIn e) {
                LOG.log(Level.WARNING, "a sign-out by the provider was refused: {0}", e.getMessage());
                Problem.of(400, "invalid_request", "The logout_token is not acceptable; the log says why.")
                        .answer(request, response);
            }
        }
    }

    private static void refuse(HttpServletRequest request, HttpServletResponse response, NotSignedIn e)
            throws IOException {
        LOG.log(Level.WARNING, "single sign-on failed: " + e.getMessage(), e.getCause());
        goTo(request, response, "/signin.xhtml?problem=" + e.reason().name().toLowerCase(Locale.ROOT));
    }

    private static void goTo(HttpServletRequest request, HttpServletResponse response, String path) {
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader("Location", request.getContextPath() + path);
    }

    /** By state, the oldest first. */
    private record Attempts(List<Attempt> all) implements Serializable {}

    private static void remember(HttpSession session, Attempt attempt) {
        synchronized (session) {
            var all = new ArrayList<>(attempts(session));
            all.add(attempt);
            session.setAttribute(
                    ATTEMPTS,
                    new Attempts(new ArrayList<>(all.subList(Math.max(0, all.size() - MOST_ATTEMPTS), all.size()))));
        }
    }

    /** The attempt that the browser comes back from; whatever becomes of it, it is over. */
    private static Optional<Attempt> taken(HttpServletRequest request) {
        var session = request.getSession(false);
        var state = request.getParameter("state");
        if (session == null || state == null) {
            return Optional.empty();
        }
        synchronized (session) {
            var all = new ArrayList<>(attempts(session));
            var found = all.stream()
                    .filter(attempt -> Secrets.same(attempt.state(), state))
                    .findFirst();
            found.ifPresent(all::remove);
            session.setAttribute(ATTEMPTS, new Attempts(all));
            return found;
        }
    }

    private static List<Attempt> attempts(HttpSession session) {
        return session.getAttribute(ATTEMPTS) instanceof Attempts attempts ? attempts.all() : List.of();
    }

    private static Map<String, String> parameters(HttpServletRequest request) {
        var parameters = new HashMap<String, String>();
        request.getParameterMap().forEach((name, values) -> parameters.put(name, values[0]));
        return parameters;
    }
}
