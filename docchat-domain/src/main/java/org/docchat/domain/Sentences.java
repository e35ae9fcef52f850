package org.docchat.domain;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Cuts text into sentences. */
public final class Sentences {
    /** What ends with a period without ending a sentence. */
    private static final Pattern ABBREVIATION = Pattern.compile(
            "(?:^|[\\s(\\[\"'])(?:[A-Za-z]|e\\.g|i\\.e|z\\.B|d\\.h|bzw|ca|vgl|Nr|Abs|Art|No|Nos|Fig|Figs|Eq|Sec|Ch|Vol|pp?|ed|eds"
                    + "|al|et al|cf|vs|etc|approx|Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|Inc|Ltd|Co|Corp|Jan|Feb|Mar|Apr|Jun|Jul"
                    + "|Aug|Sept?|Oct|Nov|Dec)\\.$");

    private static final Pattern NUMBER = Pattern.compile("\\d{1,3}[.)]");
    private static final Pattern ROW_OR_ITEM = Pattern.compile(" \\| |\\G\\s*(?:[•◦▪‣·*-]|\\d{1,3}[.)])\\s");

    private Sentences() {}

    /**
     * A part of a text.
     *
     * @param start of its first character that is not white space
     * @param end behind its last character that is not white space
     */
    public record Range(int start, int end) {}

    /** The sentences of a text in order; together they hold every character that is not white space. */
    public static List<Range> of(String text) {
        var sentences = new ArrayList<Range>();
        int start = 0;
        for (int line = 0; line < text.length(); ) {
            int feed = text.indexOf('\n', line);
            int next = feed < 0 ? text.length() : feed + 1;
            // Prose may be wrapped anywhere; a row of a table or an item of a list is a sentence of its own.
            if (next == text.length()
                    || standsAlone(text, line, next)
                    || standsAlone(text, next, lineEnd(text, next))) {
                cut(sentences, text, start, next);
                start = next;
            }
            line = next;
        }
        return sentences;
    }

    private static int lineEnd(String text, int start) {
        int feed = text.indexOf('\n', start);
        return feed < 0 ? text.length() : feed + 1;
    }

    private static boolean standsAlone(String text, int start, int end) {
        return text.substring(start, end).isBlank()
                || ROW_OR_ITEM.matcher(text).region(start, end).find();
    }

    private static void cut(List<Range> sentences, String text, int from, int to) {
        var part = text.substring(from, to);
        // The iterator keeps state, so each call has its own.
        var breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
        breaks.setText(part);
        int start = breaks.first();
        for (int end = breaks.next(); end != BreakIterator.DONE; end = breaks.next()) {
            if (end < part.length() && isAbbreviated(part, start, end)) {
                continue;
            }
            add(sentences, text, from + start, from + end);
            start = end;
        }
        add(sentences, text, from + start, to);
    }

    private static boolean isAbbreviated(String text, int start, int end) {
        int last = trimmedEnd(text, start, end);
        // Only the tail is looked at, so that a text of abbreviations stays linear.
        if (NUMBER.matcher(text.substring(start, Math.min(last, start + 12)).strip())
                .matches()) {
            // The number of an item, not a sentence before it.
            return true;
        }
        return last > start
                && text.charAt(last - 1) == '.'
                && !text.substring(last, end).contains("\n")
                && ABBREVIATION
                        .matcher(text.substring(Math.max(start, last - 12), last))
                        .find();
    }

    private static int trimmedEnd(String text, int start, int end) {
        int last = end;
        while (last > start && Character.isWhitespace(text.charAt(last - 1))) {
            last--;
        }
        return last;
    }

    private static void add(List<Range> sentences, String text, int start, int end) {
        int first = start;
        while (first < end && Character.isWhitespace(text.charAt(first))) {
            first++;
        }
        int last = trimmedEnd(text, first, end);
        if (last > first) {
            sentences.add(new Range(first, last));
        }
    }
}
