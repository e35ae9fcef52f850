package org.docchat.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.docchat.domain.Answer;
import org.docchat.domain.Citation;
import org.docchat.domain.Passage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("The citation check")
class CitationCheckTest {
    private static final Passage REFUNDS = Fixtures.passage(1, "Refunds take 14 days. Ask at the desk.");
    private static final Passage HOLIDAYS = Fixtures.passage(2, "Everyone has 30 days of leave.");
    private static final List<Passage> FOUND = List.of(REFUNDS, HOLIDAYS);

    private static java.util.Optional<Answer.Cited> check(String text, Writer.Quote... quotes) {
        var draft = new Writer.Draft(text, List.of(quotes), new Librarian.Usage(0, 0), "model", null);
        return CitationCheck.check(draft, FOUND, 0.9, quote -> 1);
    }

    private static Writer.Quote quote(int number, Passage passage, String words) {
        return new Writer.Quote(number, passage, 100 + passage.text().indexOf(words), words);
    }

    @Test
    void keepsWhatStandsInThePassages() {
        var answer = check("Two weeks [1].", quote(1, REFUNDS, "Refunds take 14 days."));

        assertThat(answer).map(Answer.Cited::text).hasValue("Two weeks [1].");
    }

    @Test
    void removesMarkersThatNothingStandsBehind() {
        var answer = check("Two weeks [1]. More [7]. And [8][1].", quote(1, REFUNDS, "Refunds take 14 days."));

        assertThat(answer).map(Answer.Cited::text).hasValue("Two weeks [1]. More. And [1].");
    }

    @Test
    void numbersTheSurvivorsInReadingOrder() {
        var answer = check(
                        "Leave is 30 days [5], refunds 14 [3].",
                        quote(3, REFUNDS, "Refunds take 14 days."),
                        quote(5, HOLIDAYS, "Everyone has 30 days of leave."))
                .orElseThrow();

        assertThat(answer.text()).isEqualTo("Leave is 30 days [1], refunds 14 [2].");
        assertThat(answer.citations()).extracting(Citation::passage).containsExactly(HOLIDAYS, REFUNDS);
    }

    @Test
    void leavesNothingOfADraftWithoutEvidence() {
        assertThat(check("Ten weeks.")).isEmpty();
        assertThat(check("Ten weeks [1].", new Writer.Quote(1, REFUNDS, 100, "Refunds take 10 weeks.")))
                .isEmpty();
    }

    @Test
    @Tag("P3")
    void letsNoneOfTwoHundredInventedCitationsThrough() {
        var random = new Random(42);
        var stranger = Fixtures.passage(99, "Refunds take 14 days. Ask at the desk.");
        var quotes = new ArrayList<Writer.Quote>();
        var text = new StringBuilder("It is so");
        for (int number = 1; number <= 200; number++) {
            quotes.add(
                    switch (number % 5) {
                        // a passage that was not found
                        case 0 -> quote(number, stranger, "Refunds take 14 days.");
                        // words that stand nowhere
                        case 1 -> new Writer.Quote(number, REFUNDS, 100, "Refunds take " + number + " years.");
                        // words of another passage
                        case 2 -> new Writer.Quote(number, REFUNDS, 100, "Everyone has 30 days of leave.");
                        // right words at a wrong place, also far outside
                        case 3 ->
                            new Writer.Quote(
                                    number, REFUNDS, random.nextInt(1_000_000) - 500_000 | 1, "Refunds take 14 days.");
                        // nothing
                        default -> new Writer.Quote(number, HOLIDAYS, 108, " ");
                    });
            text.append(" [").append(number).append(']');
        }
        text.append(" [999999999].");
        var draft = new Writer.Draft(text.toString(), quotes, new Librarian.Usage(0, 0), "model", null);

        assertThat(CitationCheck.check(draft, FOUND, 0.9, quote -> 1)).isEmpty();
    }
}
