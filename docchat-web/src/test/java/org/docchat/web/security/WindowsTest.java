package org.docchat.web.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("What happens within a minute is counted by name")
@Tag("R1")
class WindowsTest {
    private final Windows windows = new Windows();

    @Test
    void ofAParallelBurstExactlyAsManyAsMayAreAdmitted() {
        var admitted = IntStream.range(0, 10_000)
                .parallel()
                .filter(i -> windows.count("ann", 500).admitted())
                .count();

        assertThat(admitted).isEqualTo(500);
        assertThat(windows.count("bob", 500).admitted()).isTrue();
    }

    @Test
    void whatIsLeftIsToldAndNeverNegative() {
        assertThat(windows.count("ann", 2).left()).isEqualTo(1);
        assertThat(windows.count("ann", 2).left()).isZero();
        var refused = windows.count("ann", 2);

        assertThat(refused.left()).isZero();
        assertThat(refused.reset()).isPositive().isLessThanOrEqualTo(Windows.LENGTH);
    }

    @Test
    void whatIsTakenBackMayHappenAgain() {
        windows.count("ann", 1);
        windows.takeBack("ann");
        assertThat(windows.count("ann", 1).admitted()).isTrue();
        windows.forget("ann");
        assertThat(windows.count("ann", 1).admitted()).isTrue();
    }
}
