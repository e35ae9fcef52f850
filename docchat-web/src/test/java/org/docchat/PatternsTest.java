package org.docchat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.docchat.EvilTexts.EvilText;
import org.docchat.ProductPatterns.Found;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("Q4")
@DisplayName("No regular expression goes on without end")
class PatternsTest {
    private static final int LONG = 50_000;
    /** Long enough to find which texts are the worst. */
    private static final int SHORT = 500;
    /** How often each character may be looked at: 50,000 of them for some 100 ms. */
    private static final int LOOKS = 400;

    /** What is matched only with texts that cannot be longer, whatever somebody sends. */
    private static final Map<String, Integer> LONGEST = Map.of(
            "Settings: \"(https://|http://([\\\\w-]+\\\\.)*(localhost|127\\\\.0\\\\.0\\\\.1)(:|/|$))[^\\\\s@?#]*\"",
                    2_000,
            "Wording: \"(?<=\\\\p{L}{2})[ey]+$\"", 6);

    @Test
    void anyTextIsMatchedInLinearTime() throws Exception {
        var patterns = ProductPatterns.all(Path.of("..").toAbsolutePath().normalize());
        assertThat(patterns).hasSizeGreaterThan(120);
        assertThat(patterns).extracting(Found::where).containsAll(LONGEST.keySet());

        var slow = new ArrayList<String>();
        for (var pattern : patterns) {
            int longest = LONGEST.getOrDefault(pattern.where(), LONG);
            worst(pattern, longest).map(text -> pattern.where() + " — " + text).ifPresent(slow::add);
        }
        assertThat(slow).isEmpty();
    }

    /** What it goes on too long with. */
    private static Optional<String> worst(Found found, int longest) {
        var pattern = found.pattern();
        var texts = new EvilTexts(found.regex());
        var slowest = texts.all().stream()
                .collect(Collectors.toMap(text -> text, text -> looks(pattern, found, text.repeated(SHORT))))
                .entrySet()
                .stream()
                .sorted(Map.Entry.<EvilText, Double>comparingByValue().reversed())
                .limit(5)
                .map(Map.Entry::getKey);
        return Stream.concat(slowest, texts.loops().stream())
                .distinct()
                .filter(text -> looks(pattern, found, text.repeated(longest)) > LOOKS)
                .map(text -> "\"%s\", then \"%s\" again and again".formatted(text.head(), text.unit()))
                .findFirst();
    }

    /** How often each character is looked at; without end where the stack does not suffice. */
    private static double looks(Pattern pattern, Found found, String text) {
        var counted = new Counted(text);
        try {
            var matcher = pattern.matcher(counted);
            matcher.matches();
            matcher.reset();
            while (!found.whole() && matcher.find()) {
                // Each is counted.
            }
        } catch (TooMuch | StackOverflowError e) {
            return Double.POSITIVE_INFINITY;
        }
        return (double) counted.looks / text.length();
    }

    private static final class TooMuch extends RuntimeException {}

    /** Counts how often a character is looked at, which is the same on every machine. */
    private static final class Counted implements CharSequence {
        private final String text;
        private long looks;

        private Counted(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (++looks > (long) LOOKS * text.length()) {
                throw new TooMuch();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
