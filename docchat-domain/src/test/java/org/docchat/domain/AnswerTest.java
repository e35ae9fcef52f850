package org.docchat.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("An answer")
class AnswerTest {
    private static final Passage POLICY = passage("Refunds are paid within 14 days. Ask the desk.", 1000);

    private static Passage passage(String text, int start) {
        return new Passage(
                new PassageId(1),
                new CollectionId(UUID.randomUUID()),
                new DocumentId(UUID.randomUUID()),
                "policy.pdf",
                1,
                0,
                new Location(3, "Refunds", start, start + text.length()),
                text);
    }

    private static Citation citation(int number) {
        return new Citation(number, POLICY, "Refunds are paid within 14 days.", 1000, 3);
    }

    @Test
    void whoseMarkersAndCitationsAgreeIsConstructed() {
        var answer = new Answer.Cited("In 14 days [1]. At the desk [2].", List.of(citation(1), citation(2)), 0.9);

        assertThat(answer.citations()).hasSize(2);
        assertThat(answer.citations().get(0).end()).isEqualTo(1032);
    }

    @Test
    @Tag("P3")
    void cannotHaveAMarkerWithoutItsCitation() {
        assertThatThrownBy(() -> new Answer.Cited("In 14 days [1][999].", List.of(citation(1)), 0.9))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("999");
    }

    @Test
    void cannotHaveACitationThatItsTextDoesNotUse() {
        assertThatThrownBy(() -> new Answer.Cited("In 14 days [1].", List.of(citation(1), citation(2)), 0.9))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cannotBeCitedWithoutCitations() {
        assertThatThrownBy(() -> new Answer.Cited("In 14 days.", List.of(), 0.9))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cannotNumberTwoCitationsAlike() {
        assertThatThrownBy(() -> new Answer.Cited("In 14 days [1].", List.of(citation(1), citation(1)), 0.9))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cannotQuoteWordsThatTheirPassageLacks() {
        assertThatThrownBy(() -> new Citation(1, POLICY, "Refunds are paid within 15 days.", 1000, 3))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cannotQuoteWordsThatStandElsewhereInTheirPassage() {
        assertThatThrownBy(() -> new Citation(1, POLICY, "Ask the desk.", 1000, 3))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Citation(1, POLICY, "Ask the desk.", 10, 3))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void hasEvidenceThatIsAProbability() {
        assertThatThrownBy(() -> new Answer.NotFound("Not here.", Double.NaN))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Answer.NotFound("Not here.", 1.01)).isInstanceOf(IllegalArgumentException.class);
    }
}
