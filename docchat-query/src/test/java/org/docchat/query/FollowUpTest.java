package org.docchat.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
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
                "And abroad?",
                "What is included?",
                "What is the limit?",
                "Who is responsible?",
                "How much per night?",
                "Und in Berlin?",
                "Was ist die Grenze?"
            })
    void thatLeansCarriesWhatWentBefore(String question) {
        assertThat(FollowUp.standalone(question, List.of(PREVIOUS))).isEqualTo(PREVIOUS + " " + question);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "And when are receipts due?",
                "When are receipts due?",
                "Who approves travel abroad?",
                "But which documents must travellers carry at the border?",
                "How many days of leave do employees have after ten years?",
                "What is photosynthesis?",
                "Who is Ludwig?",
                "What is a hotel?",
                "Was ist Photosynthese?",
                "Qui est Ludwig ?",
                "Thanks!",
                "ok great"
            })
    void thatNamesWhatItAsksAboutStandsAlone(String question) {
        assertThat(FollowUp.standalone(question, List.of(PREVIOUS))).isEqualTo(question);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Why?", "How long does it take?"})
    void thatIsTheFirstHasNothingToLeanOn(String question) {
        assertThat(FollowUp.standalone(question, List.of())).isEqualTo(question);
    }

    @Test
    void carriesTheSubjectHoweverLongTheConversation() {
        var asked = new ArrayList<>(List.of(PREVIOUS));
        for (int i = 0; i < 100; i++) {
            asked.add("And in city " + i + "?");
        }

        var chain = FollowUp.chain(asked.subList(0, 4));
        assertThat(chain)
                .containsExactly(
                        PREVIOUS + " And in city 0?",
                        PREVIOUS + " And in city 0? And in city 1?",
                        PREVIOUS + " And in city 1? And in city 2?");
        assertThat(FollowUp.standalone("And a night?", chain)).isEqualTo(PREVIOUS + " And in city 2? And a night?");
        assertThat(FollowUp.chain(asked)).hasSize(3).allMatch(question -> question.length() < 100);
        assertThat(FollowUp.standalone("Why?", List.of("word ".repeat(2_000)))).hasSizeLessThan(310);
    }
}
