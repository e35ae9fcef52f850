package org.docchat.web.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.persistence.OptimisticLockException;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.docchat.domain.Failure;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("R4")
@DisplayName("A transaction that others overtook")
class OvertakenTest {
    private final AtomicInteger runs = new AtomicInteger();

    static Stream<RuntimeException> overtaken() {
        return Stream.of(
                new IllegalStateException(new SQLException("new row violates row-level security policy", "42501")),
                new IllegalStateException(new SQLException("is not present in table", "23503")),
                new Failure.Unavailable("database_conflict", "Try again.", new SQLException("deadlock", "40P01")),
                new OptimisticLockException("unexpected row count"));
    }

    @ParameterizedTest
    @MethodSource("overtaken")
    void isRunOnceMore(RuntimeException failure) {
        assertThat(run(1, failure)).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("overtaken")
    void isNotRunForEver(RuntimeException failure) {
        assertThatThrownBy(() -> run(2, failure)).isSameAs(failure);
        assertThat(runs).hasValue(2);
    }

    static Stream<SQLException> others() {
        return Stream.of(new SQLException("duplicate key", "23505"), new SQLException("no connection"));
    }

    @ParameterizedTest
    @MethodSource("others")
    void isNoneThatFailedOtherwise(SQLException cause) {
        var failure = new IllegalStateException(cause);
        assertThatThrownBy(() -> run(1, failure)).isSameAs(failure);
        assertThat(runs).hasValue(1);
    }

    private int run(int failures, RuntimeException failure) {
        return Overtaken.again(() -> {
            if (runs.incrementAndGet() <= failures) {
                throw failure;
            }
            return runs.get();
        });
    }
}
