package org.docchat.web.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.docchat.web.platform.PreparedDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What happens within a window of time is counted by name, by all nodes of one database")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SharedLedgerIT extends WindowsContract {
    private PreparedDatabase database;
    private final SharedLedger ledger = new SharedLedger();

    @BeforeAll
    void open(@TempDir Path directory) throws Exception {
        database = PreparedDatabase.in(directory);
        ledger.database = new Database(database.source());
    }

    @AfterAll
    void close() throws Exception {
        database.close();
    }

    @Override
    Ledger ledger() {
        return ledger;
    }

    @Test
    @Tag("A9")
    void guessingGoesNoFasterOnTwoNodes() {
        var one = new Throttle();
        one.windows = node(ledger);
        var other = new Throttle();
        other.windows = node(ledger);
        for (int i = 0; i < 10; i++) {
            assertThat((i % 2 == 0 ? one : other).attempt("ann", "192.0.2.1")).isEmpty();
        }

        assertThat(one.attempt("ann", "192.0.2.1")).isPresent();
        assertThat(other.attempt("ann", "192.0.2.1")).isPresent();
    }

    @Test
    @Tag("L1")
    void noNameIsKeptAndWhatNoLongerCountsIsDeleted() throws InterruptedException {
        ledger.use("name:hunter2", 1, Duration.ofMinutes(1));
        ledger.use("short", 1, Duration.ofSeconds(1));
        assertThat(database.count("select count(*) from used where encode(name, 'escape') like '%hunter2%'"))
                .isZero();

        Thread.sleep(1_100);
        ledger.sweep();

        assertThat(database.count("select count(*) from used where ends_at <= now()"))
                .isZero();
        assertThat(database.count("select count(*) from used")).isPositive();
    }
}
