package org.docchat.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The name of a file")
class TitleTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            3M_2018_10K.pdf               | 3M 2018 10K
            AMCOR_2020Q2_10Q.pdf          | AMCOR 2020 Q2 10Q
            travel-policy (final).docx    | travel policy final
            annualReport2023.pdf          | annual Report 2023
            Bericht FY2021.v2.pdf         | Bericht FY 2021 v2
            Übergrößen.pdf                | Übergrößen
            年度报告2023.pdf                | 年度报告 2023
            oxygen                        | oxygen
            Minutes 14 May.eml            | Minutes 14 May
            """)
    void saysWhatTheTextIsAbout(String name, String title) {
        assertThat(Title.of(name)).isEqualTo(title);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "4983.txt",
                "MED-10.txt",
                "document (3).pdf",
                "IMG_20231104.jpg",
                "d41d8cd98f00b204e9800998ecf8427e.pdf",
                "6f1ed002-ab59-4a2b-9a3c-0f1e2d3c4b5a.docx",
                ".pdf",
                "-"
            })
    void mayAlsoSayNothing(String name) {
        assertThat(Title.of(name)).isNull();
    }

    @Test
    void isCutBetweenWords() {
        assertThat(Title.of("word ".repeat(100))).hasSizeLessThanOrEqualTo(100).endsWith("word");
        assertThat(Title.of("報告".repeat(100))).hasSizeLessThanOrEqualTo(100).startsWith("報告");
    }
}
