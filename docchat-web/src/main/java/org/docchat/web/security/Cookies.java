package org.docchat.web.security;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The cookies that DocChat sets itself, until the browser is closed: no script reads them, no other site has them sent,
 * and none goes over unencrypted connections where people reach DocChat by https.
 */
public final class Cookies {
    private Cookies() {}

    /** A cookie to be set. */
    public static Cookie of(HttpServletRequest request, String name, String value) {
        var cookie = new Cookie(name, value);
        var path = request.getContextPath();
        cookie.setPath(path.isEmpty() ? "/" : path);
        cookie.setHttpOnly(true);
        cookie.setSecure(request.isSecure()
                || request.getServletContext().getSessionCookieConfig().isSecure());
        cookie.setAttribute("SameSite", "Lax");
        return cookie;
    }

    /** What a browser sent. */
    public static Optional<String> value(HttpServletRequest request, String name) {
        var cookies = request.getCookies();
        return cookies == null
                ? Optional.empty()
                : Stream.of(cookies)
                        .filter(cookie -> cookie.getName().equals(name))
                        .map(Cookie::getValue)
                        .findFirst();
    }
}
