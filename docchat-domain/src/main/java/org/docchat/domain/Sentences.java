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
        // The iterator keeps state, so each call has its own.
        var breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
        breaks.setText(text);
        int start = breaks.first();
        for (int end = breaks.next(); end != BreakIterator.DONE; end = breaks.next()) {
            if (end < text.length() && isAbbreviated(text, start, end)) {
                continue;
            }
            add(sentences, text, start, end);
            start = end;
        }
        add(sentences, text, start, text.length());
        return sentences;
    }

    private static boolean isAbbreviated(String text, int start, int end) {
        int last = trimmedEnd(text, start, end);
        // Only the tail is looked at, so that a text of abbreviations stays linear.
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
