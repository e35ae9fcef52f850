package org.docchat.web.page;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.InputStream;
import java.math.BigDecimal;
import java.text.NumberFormat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What one language says for our English texts: what is missing in it stays English. A text has places for values, {@code
 * {0}}; one that counts has a form for each number of the language's grammar. As texts.js, from the same file.
 */
final class Translation {
    private static final Pattern PLACE = Pattern.compile("\\{(\\d)\\}");
    private static final Pattern NUMBER = Pattern.compile("\\d+(\\.\\d+)?");
    private static final Pattern SENTENCE_END = Pattern.compile("[.!?] ");

    private final Locale locale;
    private final Map<String, JsonValue> texts = new HashMap<>();
    private final Map<String, String> server = new HashMap<>();

    /** English. */
    Translation() {
        locale = Locale.ENGLISH;
    }

    /** @param table {@code texts} by our English ones; {@code server}: by sentences that the API says, too */
    Translation(String language, InputStream table) {
        locale = Locale.forLanguageTag(language);
        try (var reader = Json.createReader(table)) {
            JsonObject both = reader.readObject();
            texts.putAll(both.getJsonObject("texts"));
            both.getJsonObject("server").forEach((key, text) -> server.put(key, ((JsonString) text).getString()));
        }
    }

    Locale locale() {
        return locale;
    }

    String of(String text, Object... values) {
        return filled(texts.get(text) instanceof JsonString translated ? translated.getString() : text, values);
    }

    /** @param many the English text for all numbers but one; it and {@code one} have the number in place 0 */
    String count(long n, String one, String many, Object... more) {
        var values = new Object[more.length + 1];
        values[0] = n;
        System.arraycopy(more, 0, values, 1, more.length);
        if (texts.get(one) instanceof JsonObject forms) {
            return filled(forms.getString(isSingular(n) ? "one" : "other"), values);
        }
        return filled(n == 1 ? one : many, values);
    }

    private boolean isSingular(long n) {
        return n == 1 || n == 0 && locale.getLanguage().equals("fr");
    }

    /** What the server says in English, sentence by sentence as far as it is known. */
    String told(String words) {
        var whole = known(words);
        if (whole != null) {
            return whole;
        }
        var end = SENTENCE_END.matcher(words);
        while (end.find()) {
            var head = known(words.substring(0, end.end() - 1));
            if (head != null) {
                return head + " " + told(words.substring(end.end()));
            }
        }
        return words;
    }

    private @Nullable String known(String words) {
        var exact = server.get(words);
        if (exact != null) {
            return exact;
        }
        if (texts.get(words) instanceof JsonString text) {
            return text.getString();
        }
        for (var entry : server.entrySet()) {
            var values = values(entry.getKey(), words);
            if (!values.isEmpty()) {
                return filled(entry.getValue(), values.toArray());
            }
        }
        return null;
    }

    /** What stands in the places of a text, if it is that; they are numbered in their order, and no sentence is in one. */
    private static List<Object> values(String text, String words) {
        var parts = PLACE.split(text, -1);
        if (parts.length == 1 || !words.startsWith(parts[0]) || !words.endsWith(parts[parts.length - 1])) {
            return List.of();
        }
        var values = new ArrayList<Object>();
        int from = parts[0].length();
        for (int i = 1; i < parts.length; i++) {
            boolean last = i == parts.length - 1;
            int to = last ? words.length() - parts[i].length() : words.indexOf(parts[i], from);
            if (to <= from || SENTENCE_END.matcher(words.substring(from, to)).find()) {
                return List.of();
            }
            values.add(value(words.substring(from, to)));
            from = to + parts[i].length();
        }
        return values;
    }

    private static Object value(String words) {
        return NUMBER.matcher(words).matches() ? new BigDecimal(words) : words;
    }

    private String filled(String text, Object... values) {
        return PLACE.matcher(text).replaceAll(place -> {
            int n = Integer.parseInt(place.group(1));
            return Matcher.quoteReplacement(n < values.length ? shown(values[n]) : place.group());
        });
    }

    private String shown(Object value) {
        if (value instanceof Number number) {
            var format = NumberFormat.getInstance(locale);
            format.setMinimumFractionDigits(number instanceof BigDecimal exact ? Math.max(0, exact.scale()) : 0);
            return format.format(number);
        }
        return String.valueOf(value);
    }

    /** What stands before the first place of a text, and behind it. */
    List<String> around(String text) {
        var parts = PLACE.split(of(text), 2);
        return parts.length == 2 ? List.of(parts) : List.of(parts[0], "");
    }
}
