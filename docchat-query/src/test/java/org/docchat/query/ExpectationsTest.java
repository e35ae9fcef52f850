package org.docchat.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.docchat.domain.Citation;
import org.docchat.domain.CollectionId;
import org.docchat.domain.DocumentId;
import org.docchat.domain.Location;
import org.docchat.domain.Passage;
import org.docchat.domain.PassageId;
import org.docchat.query.Evaluations.Expected;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What is expected is looked for by document, or by page where one is named")
class ExpectationsTest {
    private final List<Passage> ranking =
            List.of(passage(1, "a.pdf", 7), passage(2, "a.pdf", 2), passage(3, "b.md", null), passage(4, "a.pdf", 3));

    @Test
    void aDocumentStandsWhereItsBestPassageStands() {
        assertThat(ranks(new Expected("b.md", null), new Expected("a.pdf", null), new Expected("c.md", null)))
                .containsExactly(2, 1, 0);
    }

    @Test
    void aPageStandsBehindEveryOtherPageThatIsBetter() {
        assertThat(ranks(new Expected("a.pdf", 3), new Expected("a.pdf", 9), new Expected("b.md", null)))
                .containsExactly(4, 0, 3);
    }

    @Test
    void aPassageOnTwoPagesIsFoundOnBothTheExpectedOneFirst() {
        var places = Expectations.ranks(
                List.of(new Expected("a.pdf", 8), new Expected("a.pdf", 2)),
                ranking,
                passage -> passage.id().value() == 1 ? List.of(7, 8) : pages(passage));

        assertThat(places).containsExactly(1, 3);
    }

    @Test
    void aCitationIsOfAnExpectedPlaceOnlyOnItsPage() {
        var citations = List.of(new Citation(1, passage(1, "a.pdf", 7), "words", 0, 7));

        assertThat(Expectations.isCited(List.of(new Expected("a.pdf", null)), citations))
                .isTrue();
        assertThat(Expectations.isCited(List.of(new Expected("a.pdf", 7)), citations))
                .isTrue();
        assertThat(Expectations.isCited(List.of(new Expected("a.pdf", 6)), citations))
                .isFalse();
        assertThat(Expectations.isCited(List.of(new Expected("b.md", null)), citations))
                .isFalse();
    }

    private int[] ranks(Expected... expected) {
        return Expectations.ranks(List.of(expected), ranking, ExpectationsTest::pages);
    }

    private static List<Integer> pages(Passage passage) {
        var page = passage.location().page();
        return page == null ? List.of() : List.of(page);
    }

    private static Passage passage(long id, String document, @Nullable Integer page) {
        var words = "words";
        return new Passage(
                new PassageId(id),
                new CollectionId(new UUID(0, 1)),
                new DocumentId(new UUID(1, document.hashCode())),
                document,
                1,
                (int) id,
                new Location(page, null, 0, words.length()),
                words);
    }
}
