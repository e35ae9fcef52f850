package org.docchat.web.platform;

import java.util.Locale;
import java.util.Set;

/** Secrets that somebody who tries would try first. */
final class Guessable {
    private static final int SHORT = 6;

    private static final Set<String> WEAK_WORDS = Set.of(
            "access",
            "admin",
            "administrator",
            "asdfghjkl",
            "changeme",
            "default",
            "demo",
            "docchat",
            "example",
            "guest",
            "iloveyou",
            "jwtsecret",
            "letmein",
            "login",
            "master",
            "mysecret",
            "passphrase",
            "password",
            "passwort",
            "postgres",
            "postgresql",
            "qwerty",
            "qwertyuiop",
            "qwertz",
            "qwertzuiop",
            "replaceme",
            "root",
            "secret",
            "supersecret",
            "temporary",
            "test",
            "topsecret",
            "user",
            "welcome",
            "yoursecret");

    private Guessable() {}

    /** Whether a secret is among those that are guessed first: a placeholder, a word of everybody's, a pattern. */
    static boolean isWeak(String secret) {
        var folded = secret.toLowerCase(Locale.ROOT);
        var word = readable(folded.replaceAll("^[^a-z]++", "").replaceAll("(?<=[a-z])[^a-z]++$", ""));
        return WEAK_WORDS.contains(word)
                || isPlaceholder(secret)
                || secret.chars().distinct().count() < 5
                || isRepeated(folded.replaceAll("[^a-z0-9]", ""))
                || isRow(secret);
    }

    /** Whether somebody was told to put something else in its place. */
    static boolean isPlaceholder(String secret) {
        var letters = secret.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
        return letters.startsWith("changeme") || letters.startsWith("replaceme") || letters.startsWith("yoursecret");
    }

    /** What p4$$w0rd stands for. */
    private static String readable(String word) {
        var letters = new StringBuilder();
        word.chars().forEach(c -> {
            int digit = "0134578@$".indexOf(c);
            letters.append(digit < 0 ? (char) c : "oieastbas".charAt(digit));
        });
        return letters.toString().replaceAll("[^a-z]", "");
    }

    /** Whether it is one thing again and again that is short, or weak itself. */
    private static boolean isRepeated(String text) {
        for (int period = 1; period <= text.length() / 2; period++) {
            if (text.regionMatches(period, text, 0, text.length() - period)) {
                return period < SHORT || isWeak(text.substring(0, period));
            }
        }
        return false;
    }

    /** Mostly each character beside the one before, as in 12345678 and abcdefgh; what is longer, nobody guesses first. */
    private static boolean isRow(String text) {
        if (text.length() > 2 * SHORT) {
            return false;
        }
        int beside = 0;
        for (int i = 1; i < text.length(); i++) {
            beside += Math.abs(text.charAt(i) - text.charAt(i - 1)) <= 1 ? 1 : 0;
        }
        return beside * 4 >= text.length() * 3;
    }
}
