package org.docchat.web.page;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.AbstractMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What pages say, in the language of whoever reads them: {@code #{t['Sign out']}}, {@code #{t.of('From {0}', address)}}
 * and {@code #{t.count(n, '{0} document', '{0} documents')}}. The English text is the key; the others are in
 * resources/texts, and scripts say theirs by texts.js.
 */
@RequestScoped
@Named("t")
public class Texts extends AbstractMap<String, String> {
    private static final Map<String, String> DATE_TIME =
            Map.of("en", "uuuu-MM-dd HH:mm", "de", "dd.MM.uuuu, HH:mm", "fr", "dd/MM/uuuu HH:mm");

    @Inject
    HttpServletRequest request;

    @Inject
    Translations translations;

    private @Nullable Translation translation;

    private Translation translation() {
        if (translation == null) {
            translation = translations.of(Languages.of(request));
        }
        return translation;
    }

    /** Its code, such as {@code de}. */
    public String language() {
        return locale().getLanguage();
    }

    public Locale locale() {
        return translation().locale();
    }

    /** A text without values. */
    @Override
    public String get(@Nullable Object text) {
        return of(String.valueOf(text));
    }

    /** @param values for {@code {0}} and so on; numbers are written as the language does */
    public String of(String text, Object... values) {
        return translation().of(text, values);
    }

    /** @param one with the number in place 0, as {@code many}; {@code more} begins with place 1 */
    public String count(long n, String one, String many, Object... more) {
        return translation().count(n, one, many, more);
    }

    /** What the server says to programs, too, which is English: as much of it as is known in this language. */
    public String told(String words) {
        return translation().told(words);
    }

    /** What stands before the place of a text that has one, for the tag {@code around}. */
    public String before(String text) {
        return translation().around(text).get(0);
    }

    /** What stands behind it. */
    public String behind(String text) {
        return translation().around(text).get(1);
    }

    /** In UTC, and says so. */
    public String time(Instant time) {
        return formatted(time, "") + " UTC";
    }

    /** In UTC, where that is said beside it. */
    public String timeToTheSecond(Instant time) {
        return formatted(time, ":ss");
    }

    private String formatted(Instant time, String seconds) {
        return DateTimeFormatter.ofPattern(DATE_TIME.getOrDefault(language(), "") + seconds, locale())
                .withZone(ZoneOffset.UTC)
                .format(time);
    }

    /** Nobody asks for all of them. */
    @Override
    public Set<Map.Entry<String, String>> entrySet() {
        return Set.of();
    }
}
