package org.docchat.web.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.docchat.web.security.Windows.Limit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What holds of counting, whatever the ledger is. Each test has names of its own. */
@Tag("R1")
abstract class WindowsContract {
    abstract Ledger ledger();

    /** A node of its own. */
    static Windows node(Ledger ledger) {
        var windows = new Windows();
        windows.ledger = ledger;
        return windows;
    }

    @Test
    void ofAParallelBurstOnThreeNodesExactlyAsManyAsMayAreAdmitted() {
        var nodes = Stream.generate(() -> node(ledger())).limit(3).toList();

        var admitted = IntStream.range(0, 3_000)
                .parallel()
                .filter(i ->
                        nodes.get(i % 3).count("burst", Limit.perMinute(500)).admitted())
                .count();

        assertThat(admitted).isEqualTo(500);
        assertThat(nodes.get(0).count("other", Limit.perMinute(500)).admitted()).isTrue();
    }

    @Test
    void whatIsRareIsCountedExactlyWhereverItHappens() {
        var one = node(ledger());
        var other = node(ledger());
        var limit = Limit.perDay(10);

        assertThat(one.count("rare", limit, 6).admitted()).isTrue();
        assertThat(other.count("rare", limit, 5).admitted()).as("all or none").isFalse();
        assertThat(other.count("rare", limit, 4).admitted()).isTrue();
        assertThat(one.count("rare", limit).admitted()).isFalse();
        assertThat(other.count("rare", limit).reset()).isBetween(Duration.ofHours(23), Duration.ofDays(1));
    }

    @Test
    void whatIsLeftIsToldAndNeverNegative() {
        var windows = node(ledger());
        assertThat(windows.count("told", Limit.perMinute(2)).left()).isEqualTo(1);
        assertThat(windows.count("told", Limit.perMinute(2)).left()).isZero();
        var refused = windows.count("told", Limit.perMinute(2));

        assertThat(refused.admitted()).isFalse();
        assertThat(refused.left()).isZero();
        assertThat(refused.reset()).isPositive().isLessThanOrEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void whenAWindowHasEndedItBeginsAnew() throws InterruptedException {
        var windows = node(ledger());
        var limit = new Limit(1, Duration.ofSeconds(1), 1);
        assertThat(windows.count("ends", limit).admitted()).isTrue();
        var refused = windows.count("ends", limit);
        assertThat(refused.admitted()).isFalse();

        Thread.sleep(refused.reset().toMillis() + 50);

        assertThat(windows.count("ends", limit).admitted()).isTrue();
        assertThat(node(ledger()).count("ends", limit).admitted()).isFalse();
    }

    @Test
    void whatIsTakenBackOrForgottenMayHappenAgain() {
        var windows = node(ledger());
        windows.count("again", Limit.perMinute(1));
        windows.takeBack("again", 1);
        assertThat(windows.count("again", Limit.perMinute(1)).admitted()).isTrue();
        windows.forget("again");
        assertThat(windows.count("again", Limit.perMinute(1)).admitted()).isTrue();
    }

    @Test
    void whatIsFrequentIsWrittenDownAHundredTimesAtMostAndRefusalsNever() {
        var writes = new AtomicInteger();
        var windows = node(new Ledger() {
            @Override
            public Entry use(String name, long amount, Duration window) {
                writes.incrementAndGet();
                return ledger().use(name, amount, window);
            }

            @Override
            public void forget(String name) {
                ledger().forget(name);
            }
        });

        IntStream.range(0, 5_000).forEach(i -> windows.count("frequent", Limit.perMinute(2_000)));

        assertThat(writes).hasValue(100);
    }
}
