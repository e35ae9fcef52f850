package org.docchat.query;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Lets through what says something new: of texts that share nearly all runs of four words (Broder, <i>On the resemblance
 * and containment of documents</i>, 1997) the first. So a document that stands there many times, or that somebody wrote
 * many times over, leaves room for others. Texts that differ in a figure may be the same report of another year: some of
 * those pass.
 */
final class Distinct {
    private static final int SHINGLE = 4;
    private static final double NEARLY_ALL = 0.8;
    /** So many that share nearly all with others, but for a figure. */
    private static final int OTHER_FIGURES = 4;

    private static final Pattern FIGURE = Pattern.compile("\\p{N}+");

    private final Set<List<String>> seen = new HashSet<>();
    private final Set<String> figures = new HashSet<>();
    private int otherFigures;

    /** Whether a text says something that those before it did not. */
    boolean isNew(String text) {
        var shingles = shingles(text);
        var own = FIGURE.matcher(text).results().map(MatchResult::group).toList();
        long known = shingles.stream().filter(seen::contains).count();
        if (known >= NEARLY_ALL * shingles.size() && (figures.containsAll(own) || otherFigures++ >= OTHER_FIGURES)) {
            return false;
        }
        seen.addAll(shingles);
        figures.addAll(own);
        return true;
    }

    /** As often as they are there: what a text says many times over is most of it. */
    private static List<List<String>> shingles(String text) {
        // Scripts without spaces have no words to count by.
        var words = List.of(text.toLowerCase(Locale.ROOT).strip().split("[^\\p{L}\\p{M}\\p{N}]+"));
        var shingles = new ArrayList<List<String>>();
        for (int i = 0; i + SHINGLE <= words.size(); i++) {
            shingles.add(words.subList(i, i + SHINGLE));
        }
        return shingles.isEmpty() ? List.of(words) : shingles;
    }
}
