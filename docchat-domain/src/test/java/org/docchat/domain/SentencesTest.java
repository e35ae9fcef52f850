package org.docchat.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Sentences")
class SentencesTest {
    private static List<String> of(String text) {
        return Sentences.of(text).stream()
                .map(range -> text.substring(range.start(), range.end()))
                .toList();
    }

    @Test
    void endWithTheirPunctuation() {
        assertThat(of("One is here. Is two? Yes!  Three")).containsExactly("One is here.", "Is two?", "Yes!", "Three");
    }

    @Test
    void doNotEndAtAbbreviationsAndDecimals() {
        assertThat(of("See Fig. 3 and Dr. Meier, e.g. Section 2. It costs 3.50 euros."))
                .containsExactly("See Fig. 3 and Dr. Meier, e.g. Section 2.", "It costs 3.50 euros.");
    }

    @Test
    void holdEveryCharacterThatIsNotWhiteSpace() {
        var text = "  A b.\n\nC (d. e) f. No. 4 g.  \n";
        assertThat(String.join("", of(text)).replaceAll("\\s", "")).isEqualTo(text.replaceAll("\\s", ""));
    }

    @Test
    void areFoundInLinearTime() {
        assertThat(of("etc. ".repeat(50_000))).isNotEmpty();
    }

    @Test
    void areRowsOfTablesAndItemsOfListsToo() {
        assertThat(
                        of(
                                "Name | Price\nApple | 3 euros\nPear | 4 euros\n\nBuy of the two that which is the cheaper one at the\nmarket, either:\n- one apple\n- two pears\n13. Run it. Then stop."))
                .containsExactly(
                        "Name | Price",
                        "Apple | 3 euros",
                        "Pear | 4 euros",
                        "Buy of the two that which is the cheaper one at the\nmarket, either:",
                        "- one apple",
                        "- two pears",
                        "13. Run it.",
                        "Then stop.");
    }

    @Test
    void ofNothingAreNone() {
        assertThat(of(" \n ")).isEmpty();
    }
}
