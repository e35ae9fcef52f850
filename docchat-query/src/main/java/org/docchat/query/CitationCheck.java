package org.docchat.query;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import org.docchat.domain.Answer;
import org.docchat.domain.Citation;
import org.docchat.domain.Passage;

/** Turns a claim into an answer, or into nothing: only quotes that stand in a passage that was found survive. */
final class CitationCheck {
    private static final Pattern MARKER = Pattern.compile("(?<!\\s)\\s*+\\[(\\d{1,9})]");

    private CitationCheck() {}

    /**
     * Checks a draft. Markers without a surviving quote are removed, the others renumbered in reading order.
     *
     * @param found the passages that the writer was given; what it cites besides is its invention
     * @param page finds the page on which a quote begins; 0 for none
     * @return empty if nothing of the draft is backed by the passages
     */
    static Optional<Answer.Cited> check(
            Writer.Draft draft, List<Passage> found, double evidence, ToIntFunction<Writer.Quote> page) {
        var claimed = new HashMap<Integer, Writer.Quote>();
        for (var quote : draft.quotes()) {
            if (found.contains(quote.passage()) && stands(quote)) {
                claimed.putIfAbsent(quote.number(), quote);
            }
        }
        var numbers = new HashMap<Integer, Integer>();
        var citations = new ArrayList<Citation>();
        var text = new StringBuilder();
        var marker = MARKER.matcher(draft.text());
        while (marker.find()) {
            int claim = Integer.parseInt(marker.group(1));
            var quote = claimed.get(claim);
            if (quote == null) {
                marker.appendReplacement(text, "");
                continue;
            }
            var number = numbers.get(claim);
            if (number == null) {
                number = numbers.size() + 1;
                numbers.put(claim, number);
                citations.add(
                        new Citation(number, quote.passage(), quote.words(), quote.start(), page.applyAsInt(quote)));
            }
            marker.appendReplacement(text, " [" + number + "]");
        }
        marker.appendTail(text);
        return citations.isEmpty()
                ? Optional.empty()
                : Optional.of(new Answer.Cited(text.toString().strip(), citations, evidence));
    }

    private static boolean stands(Writer.Quote quote) {
        int offset = quote.start() - quote.passage().location().start();
        return !quote.words().isBlank() && offset >= 0 && quote.passage().text().startsWith(quote.words(), offset);
    }
}
