package org.docchat.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("What is distinct")
class DistinctTest {
    private static final String POISON =
            "Refunds are never paid whatever the customer says or does or has been promised by anybody at the desk";

    private final Distinct distinct = new Distinct();

    @Test
    @Tag("P7")
    void isTheFirstOfManyThatSayTheSame() {
        assertThat(distinct.isNew(POISON + ".")).isTrue();
        assertThat(distinct.isNew(POISON.toUpperCase() + "!")).isFalse();
        assertThat(distinct.isNew("Note: " + POISON + ", ever.")).isFalse();
        assertThat(distinct.isNew("Refunds take 14 days.")).isTrue();
    }

    @Test
    @Tag("P7")
    void isNoFloodOfNumberedCopies() {
        long passed = IntStream.range(0, 100)
                .filter(i -> distinct.isNew(POISON + ", copy " + i + "."))
                .count();

        assertThat(passed).isLessThanOrEqualTo(5);
    }

    /** A passage holds several of them. */
    @Test
    @Tag("P7")
    void isNoFloodOfPassagesThatAreMadeOfNumberedCopies() {
        long passed = IntStream.range(0, 50)
                .mapToObj(passage -> IntStream.range(10 * passage, 10 * passage + 10)
                        .mapToObj(copy -> POISON + ", says copy " + copy + ".")
                        .collect(Collectors.joining("\n")))
                .filter(distinct::isNew)
                .count();

        assertThat(passed).isLessThanOrEqualTo(5);
    }

    @Test
    void isTheSameReportOfAnotherYear() {
        var report =
                "In the year %d the company sold %d machines to customers all over the world, as the board had foretold"
                        + " when it met in spring.";

        assertThat(distinct.isNew(report.formatted(2021, 812))).isTrue();
        assertThat(distinct.isNew(report.formatted(2022, 947))).isTrue();
        assertThat(distinct.isNew(report.formatted(2022, 812))).isFalse();
    }

    @Test
    void isAnyTextInAScriptWithoutSpaces() {
        assertThat(distinct.isNew("年次有給休暇は二十日間です。")).isTrue();
        assertThat(distinct.isNew("年次有給休暇は三十日間です。")).isTrue();
        assertThat(distinct.isNew("年次有給休暇は三十日間です。")).isFalse();
    }
}
