package org.docchat.query;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes a question stand on its own without a chat model: one that leans on what went before carries the previous
 * question's words along.
 */
final class FollowUp {
    private static final Pattern LEANING = Pattern.compile(
            "^(and|but|or|so|also|then|what about|how about|why|why not|yes|no|und|aber|oder|et|mais|y|pero)\\b"
                    + "|\\b(it|its|they|them|their|that one|this one|those|these|he|she|him|her|the same)\\b");
    private static final Pattern OPENING = Pattern.compile("^(and|but|or|so|also|then)\\b[\\s,]*");
    /** What follows these asks by itself, if it names what it asks about. */
    private static final Pattern ASKS = Pattern.compile(
            "^(who|whom|whose|when|where|which|how|what|is|are|was|were|does|did|can|may|must|should|will)\\b(?! about\\b).*");

    /** Words that say how something is asked, not what about. */
    private static final Set<String> FUNCTION_WORDS = Set.of(
            "who", "whom", "whose", "when", "where", "which", "how", "what", "why", "are", "was", "were", "does", "did",
            "can", "may", "must", "should", "will", "the", "and", "but", "for", "with", "about", "from", "into",
            "there", "have", "has", "had", "many", "much", "any", "all", "some", "you", "our", "your", "not", "one");

    private static final int SHORT = 4;

    private FollowUp() {}

    static String standalone(String question, @Nullable String previous) {
        if (previous == null) {
            return question;
        }
        var folded = question.toLowerCase(Locale.ROOT).strip();
        boolean leans = folded.split("\\s+").length <= SHORT || folded.length() < 400 && leans(folded);
        return leans && !standsAlone(folded) ? previous + " " + question : question;
    }

    private static boolean leans(String folded) {
        return LEANING.matcher(folded).find();
    }

    /** "And when are receipts due?" leans by its first word only. */
    private static boolean standsAlone(String folded) {
        var rest = OPENING.matcher(folded).replaceFirst("");
        long named = Arrays.stream(rest.split("[^\\p{L}\\p{N}]+"))
                .filter(word -> word.length() > 2 && !FUNCTION_WORDS.contains(word))
                .distinct()
                .count();
        return named >= 2 && ASKS.matcher(rest).matches() && !leans(rest);
    }
}
