package org.docchat.web.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("Whoever asks for health often costs little, and hears at once that there is none")
class HealthTest {
    private final AtomicInteger searches = new AtomicInteger();
    private final Switch startup = new Switch();
    private final Health health = health();

    private static final class Switch extends Startup {
        private boolean ready = true;

        @Override
        boolean isReady() {
            return ready;
        }
    }

    private Health health() {
        var made = new Health();
        made.startup = startup;
        made.librarian = () -> {
            searches.incrementAndGet();
            throw new IllegalStateException("a search that fails");
        };
        return made;
    }

    @AfterEach
    void answersAgain() {
        ConfiguredDataSource.answers(true);
    }

    @Test
    @Tag("R1")
    void ofManyWhoAskWithinASecondOneSearches() throws InterruptedException {
        for (int i = 0; i < 1_000; i++) {
            health.searchWorks();
        }
        assertThat(searches.get()).isLessThanOrEqualTo(3);

        int before = searches.get();
        Thread.sleep(1_100);
        health.searchWorks();
        assertThat(searches.get()).isEqualTo(before + 1);
    }

    @Test
    @Tag("F7")
    @Tag("F1")
    void aStopAndASilentDatabaseShowWithoutASearch() {
        startup.ready = false;
        assertThat(health.searchWorks()).isFalse();

        startup.ready = true;
        ConfiguredDataSource.answers(false);
        assertThat(health.searchWorks()).isFalse();
        assertThat(searches).hasValue(0);
    }
}
