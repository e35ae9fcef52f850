package org.docchat.web.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Tells browsers what they may do with any of our answers, and refuses what other sites make them send. */
public class SecurityHeaders extends HttpFilter {
    static final String CONTENT_SECURITY_POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none';"
            + " base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        set(request, response);
        if (request.getMethod().equals("TRACE")) {
            response.setHeader("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
            Problem.of(405, "method_not_allowed", "TRACE is not served.").answer(request, response);
            return;
        }
        if (!READING.contains(request.getMethod()) && isFromAnotherSite(request)) {
            Problem.of(403, "cross_site", "The request was sent by another site.")
                    .answer(request, response);
            return;
        }
        if (request.isRequestedSessionIdFromURL()) {
            // The server writes none into addresses and yet takes those that stand there: who makes up an address, or
            // sees one, would share the session.
            Problem.of(400, "malformed_request", "The address names a session, which only cookies do.")
                    .answer(request, response);
            return;
        }
        if (!Paths.of(request).isForPrograms() && hasNul(request)) {
            Problem.of(400, "malformed_request", "A field or parameter has a character that no text has.")
                    .answer(request, response);
            return;
        }
        chain.doFilter(request, response);
    }

    /** No form and no link of ours sends U+0000, which the database refuses; the API looks after its own. */
    private static boolean hasNul(HttpServletRequest request) throws IOException {
        if (request.getCharacterEncoding() == null) {
            // As Faces does, which comes too late once they are read.
            request.setCharacterEncoding("UTF-8");
        }
        return request.getParameterMap().values().stream().flatMap(Stream::of).anyMatch(value -> value.indexOf(0) >= 0);
    }

    static void set(HttpServletRequest request, HttpServletResponse response) {
        if (request.getMethod().equals("TRACE")) {
            // The server does not read its body, and would take it for the next request.
            response.setHeader("Connection", "close");
        }
        // Whoever looks for a vulnerable server need not be told its make.
        response.setHeader("Server", "DocChat");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("X-Frame-Options", "DENY");
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        var path = Paths.of(request);
        // Pages get theirs from PrimeFaces (primefaces.CSP_POLICY in web.xml), with a nonce; of two policies the
        // stricter would win. What Faces serves as a resource ends like a page and is none.
        if (!path.path().endsWith(".xhtml") || path.isForPrograms() || path.isStatic()) {
            response.setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        }
        if (request.isSecure()) {
            response.setHeader("Strict-Transport-Security", "max-age=31536000");
        }
        if (path.path().startsWith("/openapi")) {
            // The server answers it as a text of no particular encoding.
            response.setCharacterEncoding("UTF-8");
        }
        if (!path.isStatic()) {
            // What the browser keeps would be shown after signing out.
            response.setHeader("Cache-Control", "no-store");
        } else {
            // Asked for again each time, answered with 304 while unchanged: no stale script after an upgrade.
            response.setHeader("Cache-Control", "no-cache");
            if (path.path().startsWith("/resources/pdfjs/")) {
                // A worker obeys the policy that it came with; this one decodes pictures and colours.
                response.setHeader(
                        "Content-Security-Policy", CONTENT_SECURITY_POLICY + "; script-src 'self' 'wasm-unsafe-eval'");
            }
        }
    }

    /** Programs send none of these headers; a browser cannot be made to leave all of them out. */
    static boolean isFromAnotherSite(HttpServletRequest request) {
        if (request.getHeader("Authorization") != null) {
            return false;
        }
        var site = request.getHeader("Sec-Fetch-Site");
        if (site != null) {
            return !site.equals("same-origin") && !site.equals("none");
        }
        var origin = request.getHeader("Origin");
        if (origin == null) {
            origin = request.getHeader("Referer");
        }
        return origin != null && !isHere(origin, request.getHeader("Host"));
    }

    private static boolean isHere(String origin, @Nullable String host) {
        try {
            var authority = URI.create(origin).getAuthority();
            return authority != null && authority.equalsIgnoreCase(host);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
