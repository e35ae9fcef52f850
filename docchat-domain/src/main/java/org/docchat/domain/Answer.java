package org.docchat.domain;

import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What is said to a question: evidence from documents, or that the documents do not hold it. There is nothing in
 * between.
 */
public sealed interface Answer {

    /** What the reader sees. */
    String text();

    /** The probability that the documents hold the answer, in [0, 1]. */
    double evidence();

    /**
     * An answer whose every marker {@code [n]} has its citation and whose every citation is used. It cannot be
     * constructed otherwise.
     */
    record Cited(String text, List<Citation> citations, double evidence) implements Answer {
        private static final Pattern MARKER = Pattern.compile("\\[(\\d{1,4})]");

        public Cited {
            citations = List.copyOf(citations);
            requireProbability(evidence);
            if (citations.isEmpty()) {
                throw new IllegalArgumentException("an answer without a citation is not an answer");
            }
            var cited = new TreeSet<Integer>();
            for (var citation : citations) {
                if (!cited.add(citation.number())) {
                    throw new IllegalArgumentException("two citations are numbered " + citation.number());
                }
            }
            var used = new TreeSet<Integer>();
            var marker = MARKER.matcher(text);
            while (marker.find()) {
                used.add(Integer.valueOf(marker.group(1)));
            }
            if (!used.equals(cited)) {
                throw new IllegalArgumentException("the text cites " + used + ", the citations are " + cited);
            }
        }
    }

    /** The documents asked do not hold the answer, or too little of it to be sure. */
    record NotFound(String text, double evidence) implements Answer {
        public NotFound {
            requireProbability(evidence);
        }
    }

    private static void requireProbability(double evidence) {
        if (!(evidence >= 0 && evidence <= 1)) {
            throw new IllegalArgumentException("not a probability: " + evidence);
        }
    }
}
