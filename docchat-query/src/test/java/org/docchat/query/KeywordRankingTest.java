package org.docchat.query;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The words of a question")
class KeywordRankingTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            revenue of 3M in FY2018?        | revenue of 3M in FY2018? 2018
            FY18 against fy '19             | FY18 against fy '19 2018 2019
            capex FY-2022                   | capex FY-2022 2022
            part FY201, notify2018, FY2     | part FY201, notify2018, FY2
            """)
    void haveTheYearOfAFiscalYear(String question, String asked) {
        assertThat(KeywordRanking.withYears(question)).isEqualTo(asked);
    }
}
