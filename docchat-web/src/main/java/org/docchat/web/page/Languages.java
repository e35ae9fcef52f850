package org.docchat.web.page;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.docchat.web.security.Cookies;

/** The languages of the pages, and which of them a reader has: what they chose, else what their browser asks for. */
final class Languages {
    static final String ENGLISH = "en";
    private static final String COOKIE = "docchat-language";
    private static final Duration KEPT = Duration.ofDays(365);

    private Languages() {}

    /** What each calls itself, by its code. */
    static Map<String, String> all() {
        var all = new LinkedHashMap<String, String>();
        all.put(ENGLISH, "English");
        all.put("de", "Deutsch");
        all.put("fr", "Français");
        return all;
    }

    /** What was chosen in this browser. */
    static Optional<String> chosen(HttpServletRequest request) {
        return Cookies.value(request, COOKIE).filter(all()::containsKey);
    }

    static String of(HttpServletRequest request) {
        return chosen(request).orElseGet(() -> askedFor(request));
    }

    private static String askedFor(HttpServletRequest request) {
        if (request.getHeader("Accept-Language") == null) {
            return ENGLISH; // and not the server's own language
        }
        return Collections.list(request.getLocales()).stream()
                .map(Locale::getLanguage)
                .filter(all()::containsKey)
                .findFirst()
                .orElse(ENGLISH);
    }

    /** @param language empty, or none of ours: the browser decides again */
    static void choose(HttpServletRequest request, HttpServletResponse response, String language) {
        boolean known = all().containsKey(language);
        var cookie = Cookies.of(request, COOKIE, known ? language : "");
        cookie.setMaxAge(known ? (int) KEPT.toSeconds() : 0);
        response.addCookie(cookie);
    }
}
