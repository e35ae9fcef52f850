package org.docchat.web.security;

import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Optional;
import org.docchat.web.platform.Settings;

/**
 * What a browser that is signed in keeps, beside the server's own cookie, which only the node knows that set it: a
 * secret by which every node finds the session. Neither goes over unencrypted connections where people reach DocChat by
 * https.
 */
@WebListener
public class SessionCookie implements ServletContextListener {
    private static final String NAME = "docchat-session";

    @Inject
    Settings settings;

    @Override
    public void contextInitialized(ServletContextEvent event) {
        var publicUrl = settings.publicUrl();
        if (publicUrl != null && publicUrl.startsWith("https:")) {
            event.getServletContext().getSessionCookieConfig().setSecure(true);
        }
    }

    static Optional<String> secret(HttpServletRequest request) {
        return Cookies.value(request, NAME).filter(secret -> secret.matches("[\\w-]{20,100}"));
    }

    /** Until the browser is closed. */
    static void keep(HttpServletRequest request, HttpServletResponse response, String secret) {
        response.addCookie(Cookies.of(request, NAME, secret));
    }

    static void forget(HttpServletRequest request, HttpServletResponse response) {
        var cookie = Cookies.of(request, NAME, "");
        cookie.setMaxAge(0);
        response.addCookie(cookie);
    }
}
