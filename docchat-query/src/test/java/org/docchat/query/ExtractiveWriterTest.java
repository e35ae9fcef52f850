package org.docchat.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import org.docchat.domain.CollectionId;
import org.docchat.domain.DocumentId;
import org.docchat.domain.Location;
import org.docchat.domain.Passage;
import org.docchat.domain.PassageId;
import org.docchat.domain.WordBag;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("The extractive writer")
class ExtractiveWriterTest {
    private static final Writer WRITER = new ExtractiveWriter(new WordBag());

    private static Writer.Draft write(String question, Passage... passages) {
        return WRITER.write(question, List.of(passages), token -> {}, () -> false);
    }

    private static Passage passage(@Nullable String section, String text) {
        return new Passage(
                new PassageId(1),
                new CollectionId(new UUID(0, 1)),
                new DocumentId(new UUID(0, 2)),
                "manual.pdf",
                1,
                0,
                new Location(4, section, 500, 500 + text.length()),
                text);
    }

    @Test
    void answersWithTheSentenceThatAnswersAndNoOther() {
        var draft = write(
                "How long do refunds take?",
                passage("Refunds", "Ask at the desk. Refunds take 14 days. We are open on weekdays."));

        assertThat(draft.text()).isEqualTo("Refunds take 14 days. [1]");
        assertThat(draft.quotes()).singleElement().satisfies(quote -> {
            assertThat(quote.words()).isEqualTo("Refunds take 14 days.");
            assertThat(quote.start()).isEqualTo(517);
        });
    }

    @Test
    void quotesWordsThatStandInTheirPassage() {
        var passage = passage(
                "3 Upgrading", "3 Upgrading\nTo upgrade, run the following:\n# apt upgrade system\nThen restart.");
        var draft = write("How do I upgrade the system?", passage);

        assertThat(draft.quotes()).isNotEmpty().allMatch(quote -> passage.text()
                .startsWith(quote.words(), quote.start() - passage.location().start()));
    }

    @Test
    void bringsAlongWhatASentenceAnnounces() {
        var draft = write(
                "How do I set the timezone?",
                passage(
                        "Time",
                        "Time\nTo set the timezone, run the following:\n\n# dpkg-reconfigure tzdata\n\nUnrelated."));

        assertThat(draft.text()).contains("# dpkg-reconfigure tzdata").doesNotContain("Unrelated");
    }

    @Test
    void doesNotAnswerAQuestionWithAQuestion() {
        var draft = write(
                "How long do refunds take?", passage(null, "How long do refunds take? Refunds take 14 days at most."));

        assertThat(draft.text()).isEqualTo("Refunds take 14 days at most. [1]");
    }

    @Test
    void keepsTheLinesOfItemsAndRows() {
        var items = write("How heavy is the lap pad?", passage(null, "Weight = 5 lbs\nCushioned lap pad\nWaterproof"));
        var row = write("Who reviewed the report?", passage(null, "| REPORT | Reviewed by the board"));
        var wrapped = write(
                "How long do refunds take in the winter months?",
                passage(null, "In winter, and only in the months of the winter season, refunds\ntake 20 days."));

        assertThat(items.text()).isEqualTo("Weight = 5 lbs\nCushioned lap pad\nWaterproof [1]");
        assertThat(row.text()).isEqualTo("REPORT | Reviewed by the board [1]");
        assertThat(wrapped.text()).doesNotContain("\n");
    }

    @Test
    void leavesNoForeignMarkerInItsText() {
        var draft = write("Who proved the theorem?", passage(null, "Gauss proved the theorem [12]. It was late."));

        assertThat(draft.text()).isEqualTo("Gauss proved the theorem (12). [1]");
        assertThat(draft.quotes().get(0).words()).isEqualTo("Gauss proved the theorem [12].");
    }

    private static Passage passage(int document, int start, String text) {
        return new Passage(
                new PassageId(start),
                new CollectionId(new UUID(0, 1)),
                new DocumentId(new UUID(0, document)),
                "manual-" + document + ".pdf",
                1,
                0,
                new Location(4, null, start, start + text.length()),
                text);
    }

    @Test
    void followsTheDocumentNotTheRanking() {
        var later = passage(1, 900, "Refunds take 14 days in winter.");
        var other = passage(2, 0, "Refunds take 14 days at sea.");
        var earlier = passage(1, 100, "Refunds take 14 days in summer.");

        assertThat(write("How many days do refunds take?", later, other, earlier)
                        .text())
                .isEqualTo("Refunds take 14 days in summer. [1] Refunds take 14 days in winter. [2]"
                        + " Refunds take 14 days at sea. [3]");
    }

    @Test
    void quotesOnceWhatTouches() {
        var text = "Refunds take 14 days in summer. Ask at the desk. Refunds take 14 days in winter.";
        var whole = passage(1, 0, text);
        var overlapping = passage(1, 49, text.substring(49) + " We are open on weekdays.");
        var draft = write("How many days do refunds take?", whole, overlapping);

        assertThat(draft.text()).isEqualTo(text + " [1]");
        assertThat(draft.quotes()).singleElement().satisfies(quote -> assertThat(quote.words())
                .isEqualTo(text));
    }

    @Test
    void isNeverAWallOfText() {
        var passages = new Passage[6];
        for (int i = 0; i < passages.length; i++) {
            passages[i] =
                    passage(i, 0, "Refunds number " + i + " take 14 days" + ", or so we are told".repeat(30) + ".");
        }

        assertThat(write("How many days do refunds take?", passages).text()).hasSizeLessThan(1_100);
    }

    @Test
    void tellsItsTextAsItComes() {
        var told = new ArrayList<String>();
        var draft = WRITER.write(
                "How long do refunds take?", List.of(passage(null, "Refunds take 14 days.")), told::add, () -> false);

        assertThat(String.join("", told)).isEqualTo(draft.text());
    }

    @Test
    @Tag("F9")
    void stopsWhenTheReaderHasGone() {
        var told = new ArrayList<String>();

        assertThatThrownBy(() -> WRITER.write(
                        "How long do refunds take?",
                        List.of(passage(null, "Refunds take 14 days.")),
                        told::add,
                        () -> true))
                .isInstanceOf(CancellationException.class);
        assertThat(told).isEmpty();
    }
}
