package org.docchat.web.security;

import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import org.docchat.web.platform.Settings;

/** Keeps the session's cookie off unencrypted connections where people reach DocChat by https. */
@WebListener
public class SessionCookie implements ServletContextListener {
    @Inject
    Settings settings;

    @Override
    public void contextInitialized(ServletContextEvent event) {
        var publicUrl = settings.publicUrl();
        if (publicUrl != null && publicUrl.startsWith("https:")) {
            event.getServletContext().getSessionCookieConfig().setSecure(true);
        }
    }
}
