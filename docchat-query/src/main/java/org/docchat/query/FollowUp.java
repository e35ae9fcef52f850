package org.docchat.query;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes a question stand on its own without a chat model: one that leans on what went before carries the previous
 * question's words along.
 */
final class FollowUp {
    private static final Pattern LEANING = Pattern.compile(
            "^(and|but|or|so|also|then|what about|how about|why|why not|yes|no|und|aber|oder|et|mais|y|pero)\\b.*"
                    + "|.*\\b(it|its|they|them|their|that one|this one|those|these|he|she|him|her|the same)\\b.*");
    private static final int SHORT = 4;

    private FollowUp() {}

    static String standalone(String question, @Nullable String previous) {
        if (previous == null) {
            return question;
        }
        var folded = question.toLowerCase(Locale.ROOT).strip();
        boolean leans = folded.split("\\s+").length <= SHORT
                || folded.length() < 400 && LEANING.matcher(folded).matches();
        return leans ? previous + " " + question : question;
    }
}
