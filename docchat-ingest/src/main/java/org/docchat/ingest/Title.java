package org.docchat.ingest;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a file's name says of its text, in words: {@code 3M_2018Q2_10K.pdf} is <i>3M 2018 Q2 10K</i>. Pages of a report
 * seldom repeat whose it is and of which year, and people ask for just that.
 */
final class Title {
    /** Between words, where {@code aB}, {@code FY2018} and {@code 2018Q2} join two, and a UUID, which is none. */
    private static final Pattern BORDER = Pattern.compile("(?i:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"
            + "|[^\\p{L}\\p{M}\\p{N}]+"
            + "|(?<=\\p{Ll})(?=\\p{Lu})"
            + "|(?<=\\p{L})(?=(19|20)\\d\\d(\\D|$))"
            + "|(?<=(?<!\\p{N})(19|20)\\d\\d)(?=\\p{L})");

    private static final Pattern NUMBER = Pattern.compile("\\p{N}+");
    private static final Pattern YEAR_OR_SMALL = Pattern.compile("(19|20)\\d\\d|\\d{1,3}");
    private static final Pattern WORD = Pattern.compile("\\p{L}[\\p{L}\\p{M}]{3,}|[\\p{L}&&[^\\p{IsLatin}]]{2,}");
    /** Digits among so many letters are no word but a key of some program's. */
    private static final int LONGEST_CODE = 8;

    private static final int LONGEST = 100;

    /** What programs call files that nobody has named. */
    private static final Set<String> UNNAMED =
            Set.of("copy", "doc", "document", "download", "file", "img", "page", "scan", "text", "untitled", "upload");

    private Title() {}

    /** @return null: nothing that a reader would not know without it */
    static @Nullable String of(String fileName) {
        int dot = fileName.lastIndexOf('.');
        var words = Arrays.stream(BORDER.split(dot > 0 ? fileName.substring(0, dot) : fileName))
                .filter(Title::says)
                .toList();
        if (!isTitle(words)) {
            return null;
        }
        var title = String.join(" ", words);
        if (title.length() <= LONGEST) {
            return title;
        }
        int space = title.lastIndexOf(' ', LONGEST);
        // Chinese and Japanese names have none; half a character is none.
        int end = space > 0 ? space : title.offsetByCodePoints(0, LONGEST / 2);
        return title.substring(0, end);
    }

    private static boolean says(String word) {
        if (word.isEmpty() || UNNAMED.contains(word.toLowerCase(Locale.ROOT))) {
            return false;
        }
        return NUMBER.matcher(word).matches()
                ? YEAR_OR_SMALL.matcher(word).matches()
                : word.length() <= LONGEST_CODE || word.chars().noneMatch(Character::isDigit);
    }

    /** One real word, or two of any kind: <i>MED 10</i> is a number in some list. */
    private static boolean isTitle(List<String> words) {
        return words.stream().anyMatch(word -> WORD.matcher(word).matches())
                || words.stream()
                                .filter(word -> !NUMBER.matcher(word).matches())
                                .count()
                        >= 2;
    }
}
