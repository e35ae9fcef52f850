package org.docchat.web.platform;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An outage of the database")
class DatabaseOutageTest {
    @ParameterizedTest
    @ValueSource(strings = {"08001", "08006", "53300", "57P01", "57P03", "25006"})
    @Tag("F1")
    void passes(String state) {
        var failure = new SQLException("down", state);
        assertThat(requireNonNull(DatabaseOutage.of(failure, failure)).code()).isEqualTo("database_unavailable");
    }

    @Test
    @Tag("F1")
    void isThatThePoolHasNoConnection() {
        var failure = new SQLException("none");
        assertThat(requireNonNull(DatabaseOutage.of(failure, failure)).code()).isEqualTo("database_unavailable");
    }

    @Test
    @Tag("F3")
    void saysThatTheDiskIsFull() {
        var failure = new SQLException("could not extend file", "53100");
        var outage = requireNonNull(DatabaseOutage.of(failure, failure));
        assertThat(outage.code()).isEqualTo("database_full");
        assertThat(outage).hasMessageContaining("make room").hasCause(failure);
    }

    @Test
    void asksToTryAgainWhereTwoChangesWaitedForEachOther() {
        var failure = new SQLException("deadlock detected", "40P01");
        var outage = requireNonNull(DatabaseOutage.of(failure, failure));
        assertThat(outage.code()).isEqualTo("database_conflict");
        assertThat(outage).hasMessageContaining("Try again").hasCause(failure);
    }

    @ParameterizedTest
    @ValueSource(strings = {"23505", "42501", "40001"})
    void isNotWhatAStatementDidWrong(String state) {
        var failure = new SQLException("no", state);
        assertThat(DatabaseOutage.of(failure, failure)).isNull();
    }
}
