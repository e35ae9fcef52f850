package org.docchat.web.security;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;

/**
 * What a request's path means for authentication. Everything is refused that is not named here, so a new page or
 * resource is closed until somebody opens it.
 *
 * @param path decoded and normalized by the server, without path parameters: what its own mapping uses
 */
record Paths(String method, String path) {
    private static final Set<String> API_DESCRIPTION = Set.of(
            "/api",
            "/api/",
            "/api/index.html",
            "/api/init.js",
            "/api/swagger-ui.css",
            "/api/swagger-ui-bundle.js",
            "/api/favicon-32x32.png");

    static Paths of(HttpServletRequest request) {
        if (request.getRequestURI().equals(request.getContextPath() + "/api/")) {
            // The server has already chosen a start page for it, which this directory does not have.
            return new Paths(request.getMethod(), "/api/");
        }
        var info = request.getPathInfo();
        return new Paths(request.getMethod(), request.getServletPath() + (info == null ? "" : info));
    }

    /** Called by programs and scripts: refusals are JSON, not a way to the sign-in page. */
    boolean isForPrograms() {
        return isUnder("/api") || isUnder("/v1") || isUnder("/mcp") || isUnder("/metrics") || isOpen();
    }

    /** Served to anybody. */
    boolean isPublic() {
        return isOpen()
                || isStatic()
                || path.equals("/signin.xhtml")
                || API_DESCRIPTION.contains(path) && isReading()
                || path.equals("/api/v1/login") && method.equals("POST")
                || path.equals("/openid/start") && isReading()
                || path.equals("/openid/callback") && isReading()
                || path.equals("/openid/logout") && method.equals("POST");
    }

    /** The same for everybody: style sheets, scripts, pictures. */
    boolean isStatic() {
        return (isUnder("/jakarta.faces.resource") || isUnder("/resources") || path.equals("/favicon.ico"))
                && isReading();
    }

    /**
     * Asked by what watches over DocChat, which has no account; the answers name no document, no user and no question.
     * Whom the metrics answer they decide themselves; those of the server, below them, are closed.
     */
    boolean isProbe() {
        return (isUnder("/health") || path.equals("/metrics")) && isReading();
    }

    private boolean isOpen() {
        return isProbe() || isUnder("/openapi") && isReading();
    }

    private boolean isReading() {
        return method.equals("GET") || method.equals("HEAD");
    }

    private boolean isUnder(String root) {
        return path.equals(root) || path.startsWith(root + "/");
    }
}
