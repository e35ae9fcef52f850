package org.docchat.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Names that are written by their initials in one text and in full in another: "EU" and "European Union", "MSP" and
 * "member of the Scottish Parliament", "WWII" and "World War II".
 */
final class Abbreviations {
    private static final Pattern SHORT =
            Pattern.compile("(?<![\\p{L}\\p{N}.])(?:(?:\\p{Lu}\\.){2,6}|\\p{Lu}{2,6})(?![\\p{L}\\p{N}])");
    private static final Pattern WORD = Pattern.compile("\\p{L}[\\p{L}\\p{M}]*+");
    /** What may stand between two words of a name. */
    private static final Pattern BETWEEN = Pattern.compile("[ \\u00a0-]{1,2}");

    private static final Set<String> SMALL = Set.of(
            "of", "the", "and", "for", "in", "on", "to", "der", "des", "die", "und", "für", "de", "la", "du", "et",
            "del", "y");

    private Abbreviations() {}

    /** A claim with the names that a source has written as the source writes them. */
    static String asIn(String source, String claim) {
        var written = claim;
        for (var brief : shortOf(claim)) {
            var full = has(source, brief) ? null : fullOf(letters(brief), source);
            if (full != null) {
                written = written.replace(brief, full);
            }
        }
        for (var brief : shortOf(source)) {
            var full = has(written, brief) ? null : fullOf(letters(brief), written);
            if (full != null) {
                written = written.replace(full, brief);
            }
        }
        return written;
    }

    private static Set<String> shortOf(String text) {
        return SHORT.matcher(text).results().map(MatchResult::group).collect(Collectors.toSet());
    }

    private static boolean has(String text, String brief) {
        return shortOf(text).stream().anyMatch(other -> letters(other).equals(letters(brief)));
    }

    private static String letters(String brief) {
        return brief.replace(".", "");
    }

    /** The words of a text whose initials these are; null where there are none. */
    private static @Nullable String fullOf(String letters, String text) {
        var words = WORD.matcher(text).results().toList();
        for (int first = 0; first < words.size(); first++) {
            int behind = behind(letters, text, words, first);
            if (behind > 0) {
                return text.substring(
                        words.get(first).start(), words.get(behind - 1).end());
            }
        }
        return null;
    }

    /** Where the words end that begin here and have these initials; 0 where they do not. */
    private static int behind(String letters, String text, List<MatchResult> words, int first) {
        var named = new ArrayList<String>();
        int at = 0;
        for (int i = first; i < words.size(); i++) {
            var word = words.get(i).group();
            if (i > first
                    && !BETWEEN.matcher(text.substring(
                                    words.get(i - 1).end(), words.get(i).start()))
                            .matches()) {
                return 0;
            }
            boolean numeral = word.length() > 1 && word.equals(word.toUpperCase(Locale.ROOT));
            if (numeral && letters.startsWith(word, at)) {
                at += word.length();
            } else if (i > first && SMALL.contains(word)) {
                continue;
            } else if (Character.toUpperCase(word.charAt(0)) == letters.charAt(at)) {
                at++;
            } else {
                return 0;
            }
            named.add(word);
            if (at == letters.length()) {
                return isName(named) ? i + 1 : 0;
            }
        }
        return 0;
    }

    /** One of three or more words may be written small, but not the last. */
    private static boolean isName(List<String> words) {
        long small = words.stream()
                .filter(word -> Character.isLowerCase(word.charAt(0)))
                .count();
        return words.size() > 1
                && !Character.isLowerCase(words.get(words.size() - 1).charAt(0))
                && small <= (words.size() > 2 ? 1 : 0);
    }
}
