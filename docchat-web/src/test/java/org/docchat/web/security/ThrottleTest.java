package org.docchat.web.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("A9")
class ThrottleTest {
    private final Throttle throttle = throttle();

    private static Throttle throttle() {
        var throttle = new Throttle();
        throttle.windows = WindowsContract.node(new MemoryLedger());
        return throttle;
    }

    @Test
    void afterTenAttemptsFromANetworkANameHasToWaitThereAndNowhereElse() {
        for (int i = 0; i < 10; i++) {
            assertThat(throttle.attempt("ann", "192.0.2.1")).isEmpty();
        }
        for (int i = 0; i < 80; i++) {
            assertThat(throttle.attempt("ann", "192.0.2.1")).hasValueSatisfying(why -> assertThat(why.retryAfter())
                    .isBetween(Duration.ofSeconds(50), Duration.ofSeconds(60)));
        }

        assertThat(throttle.attempt("ann", "192.0.2.2")).isEmpty();
        assertThat(throttle.attempt("bob", "192.0.2.1")).isEmpty();
    }

    @Test
    void afterAHundredAttemptsFromManyNetworksANameHasToWaitWhereverItComesFrom() {
        for (int i = 0; i < 100; i++) {
            assertThat(throttle.attempt("ann", "192.0.2." + i)).isEmpty();
        }

        assertThat(throttle.attempt("ann", "192.0.2.200")).isPresent();
        assertThat(throttle.attempt("bob", "192.0.2.200")).isEmpty();
    }

    @Test
    void theRightPasswordMakesANameFreeAgain() {
        for (int i = 0; i < 10; i++) {
            throttle.attempt("ann", "192.0.2.1");
        }
        throttle.succeeded("ann", "192.0.2.1");

        assertThat(throttle.attempt("ann", "192.0.2.1")).isEmpty();
    }

    @Test
    void theAddressesOfOneIpv6NetworkCountAsOne() {
        for (int i = 0; i < 100; i++) {
            throttle.attempt("name" + i, "2001:db8:1:2::" + Integer.toHexString(i + 1));
        }

        assertThat(throttle.attempt("new", "2001:db8:1:2:ffff::1")).isPresent();
        assertThat(throttle.attempt("new", "2001:db8:1:3::1")).isEmpty();
    }

    @Test
    void networksAreReadFromEveryWayToWriteAnAddress() {
        assertThat(Throttle.network("[2001:0db8:0001:2::1]")).isEqualTo(Throttle.network("2001:db8:1:2:0:0:0:1%eth0"));
        assertThat(Throttle.network("::1")).isEqualTo("0:0:0:0:");
        assertThat(Throttle.network("192.0.2.1")).isEqualTo("192.0.2.1");
        assertThat(Throttle.network("::ffff:192.0.2.1")).isEqualTo("::ffff:192.0.2.1");
    }

    @Test
    void fifteenBadKeysFromAnAddressAreEnough() {
        for (int i = 0; i < 15; i++) {
            assertThat(throttle.badKey("192.0.2.1")).isEmpty();
        }
        assertThat(throttle.badKey("192.0.2.1")).isPresent();
        assertThat(throttle.badKey("192.0.2.2")).isEmpty();
    }
}
