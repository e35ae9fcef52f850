package org.docchat.query;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A follow-up question")
class FollowUpTest {
    private static final String PREVIOUS = "Up to which amount are hotel costs refunded?";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "And a night?",
                "And what about Berlin?",
                "Why?",
                "How long does it take?",
                "And in the winter months?",
                "yes, B1",
                "Are they paid at once?",
                "And abroad?"
            })
    void thatLeansCarriesWhatWentBefore(String question) {
        assertThat(FollowUp.standalone(question, PREVIOUS)).isEqualTo(PREVIOUS + " " + question);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "And when are receipts due?",
                "When are receipts due?",
                "Who approves travel abroad?",
                "But which documents must travellers carry at the border?",
                "How many days of leave do employees have after ten years?"
            })
    void thatNamesWhatItAsksAboutStandsAlone(String question) {
        assertThat(FollowUp.standalone(question, PREVIOUS)).isEqualTo(question);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Why?", "How long does it take?"})
    void thatIsTheFirstHasNothingToLeanOn(String question) {
        assertThat(FollowUp.standalone(question, null)).isEqualTo(question);
    }
}
