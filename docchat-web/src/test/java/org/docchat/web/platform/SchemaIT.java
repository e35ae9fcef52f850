package org.docchat.web.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.WordBag;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

@DisplayName("The database's schema")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SchemaIT {
    private EmbeddedPostgres server;
    private DataSource database;

    @BeforeAll
    void start() throws Exception {
        server = EmbeddedPostgres.start();
        database = server.getPostgresDatabase();
        new Schema(database).migrate();
    }

    @AfterAll
    void stop() throws Exception {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({"'', 1min", "?options=-c%20idle_in_transaction_session_timeout=7s, 7s"})
    @Tag("F1")
    void isNotHeldForLongByATransactionThatNobodyGoesOnWith(String parameters, String limit) throws Exception {
        var url = "postgresql://postgres:postgres@localhost:" + server.getPort() + "/postgres" + parameters;
        var source = new ConfiguredDataSource(new FixedConfig(Map.of("DATABASE_URL", url)));

        try (var connection = source.getConnection();
                var rows = connection.createStatement().executeQuery("show idle_in_transaction_session_timeout")) {
            rows.next();
            assertThat(rows.getString(1)).isEqualTo(limit);
        }
    }

    @Test
    void isNotLookedThroughAgainWhereThisVersionAppliedIt() throws Exception {
        // Liquibase fails on a kind that it does not know: whoever gets by has not asked it.
        execute("update databasechangelog set exectype = 'unknown'");
        try {
            assertThatCode(() -> new Schema(database).migrate()).doesNotThrowAnyException();

            execute("comment on table databasechangelog is null");
            assertThatThrownBy(() -> new Schema(database).migrate()).isInstanceOf(IllegalStateException.class);
        } finally {
            execute("update databasechangelog set exectype = 'EXECUTED'");
        }
    }

    @Test
    void getsTheChangesThatAnotherVersionLeftOut() throws Exception {
        execute("drop table session cascade; delete from databasechangelog where filename like '%008-sessions.sql'");
        execute("comment on table databasechangelog is 'another version'");

        new Schema(database).migrate();

        assertThat(one("select to_regclass('session')")).isEqualTo("session");
        assertThat(one("select length(obj_description('databasechangelog'::regclass, 'pg_class'))"))
                .isEqualTo("64");
    }

    @Test
    @Tag("O2")
    void getsAllItsChangesAfterAStartThatWasKilledAmongThem() throws Exception {
        execute("drop table session cascade; delete from databasechangelog where filename like '%008-sessions.sql'");
        execute("comment on table databasechangelog is null");
        execute("update databasechangeloglock set locked = true, lockedby = 'a killed process', lockgranted = now()");

        new Schema(database).migrate();

        assertThat(one("select to_regclass('session')")).isEqualTo("session");
    }

    @Test
    @Tag("O1")
    void isMadeOnceByThreeNodesThatStartTogetherOnNothing() throws Exception {
        execute("create database together");
        var nodes = Executors.newFixedThreadPool(3);
        try {
            var starts = nodes.invokeAll(Collections.<Callable<Boolean>>nCopies(3, () -> {
                new Schema(server.getDatabase("postgres", "together")).migrate();
                return true;
            }));
            for (var start : starts) {
                assertThat(start.get()).isTrue();
            }
        } finally {
            nodes.shutdownNow();
        }

        assertThat(one("together", "select count(*) from databasechangelog")).isEqualTo(changes());
    }

    @Test
    @Tag("O2")
    void isCompletedByTheNextStartWhenAProcessWasKilledInTheMiddle() throws Exception {
        execute("create database halfway");
        var killed = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Migration.class.getName(),
                        server.getJdbcUrl("postgres", "halfway"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            while (applied("halfway") < 5) {
                assertThat(killed.isAlive()).isTrue();
                Thread.sleep(2);
            }
        } finally {
            killed.destroyForcibly().waitFor();
        }
        assertThat(one("halfway", "select locked::text from databasechangeloglock"))
                .as("what it held stays behind")
                .isEqualTo("true");
        assertThat(applied("halfway")).isLessThan(Long.parseLong(changes()));

        new Schema(server.getDatabase("postgres", "halfway")).migrate();

        assertThat(one("halfway", "select count(*) from databasechangelog")).isEqualTo(changes());
        assertThat(one("halfway", "select locked::text from databasechangeloglock"))
                .isEqualTo("false");
    }

    @Test
    @Tag("O2")
    void hasNoChangeThatIsInAndNotInTheListOfChanges() throws Exception {
        execute("create database torn");
        var torn = server.getDatabase("postgres", "torn");
        new Schema(torn).migrate();
        try (var connection = torn.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("drop table session cascade");
            statement.execute("delete from databasechangelog where filename = 'db/008-sessions.sql'");
            statement.execute("comment on table databasechangelog is null");
            // As if the process were killed once the change is made.
            statement.execute("alter table databasechangelog add constraint killed check (id <> 'sessions')");

            assertThatThrownBy(() -> new Schema(torn).migrate()).isInstanceOf(IllegalStateException.class);
            assertThat(one("torn", "select to_regclass('session')")).isEqualTo("null");

            statement.execute("alter table databasechangelog drop constraint killed");
        }
        new Schema(torn).migrate();
        assertThat(one("torn", "select to_regclass('session')")).isEqualTo("session");
    }

    /** Another node may take as long as it likes for its changes, and so may a change. */
    @ParameterizedTest
    @Tag("O1")
    @ValueSource(
            strings = {
                "select pg_advisory_lock(" + Schema.LOCK + ")",
                "begin; lock table databasechangelog in access exclusive mode"
            })
    void isWaitedForLongerThanAnythingElseOfTheDatabase(String lock) throws Exception {
        execute("comment on table databasechangelog is 'another version'");

        assertThat(whileHeld(lock, Schema::migrate)).isGreaterThan(HELD);

        assertThat(one("select length(obj_description('databasechangelog'::regclass, 'pg_class'))"))
                .isEqualTo("64");
    }

    @Test
    void hasItsIndexesWaitedForAsLong() throws Exception {
        assertThat(whileHeld(
                        "select pg_advisory_lock(" + Schema.LOCK + ")",
                        schema -> schema.addVectorIndexes(EmbeddingModels.only(new WordBag()))))
                .isGreaterThan(HELD);
    }

    private static final Duration HELD = Duration.ofMillis(2_500);

    private interface Use {
        void of(Schema schema) throws Exception;
    }

    /** How long it takes while somebody else holds a lock, on a network that gives up after a second. */
    private Duration whileHeld(String lock, Use use) throws Exception {
        var impatient = new PGSimpleDataSource();
        impatient.setUrl(server.getJdbcUrl("postgres", "postgres"));
        impatient.setSocketTimeout(1);
        var other = Executors.newSingleThreadScheduledExecutor();
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(lock);
            long began = System.nanoTime();
            var released = other.schedule(
                    () -> {
                        statement.execute("rollback; select pg_advisory_unlock_all()");
                        return null;
                    },
                    HELD.toMillis(),
                    TimeUnit.MILLISECONDS);
            use.of(new Schema(impatient));
            var took = Duration.ofNanos(System.nanoTime() - began);
            released.get();
            return took;
        } finally {
            other.shutdownNow();
        }
    }

    @Test
    @Tag("O3")
    void isWorkedWithThoughANewerVersionHasAddedToIt() throws Exception {
        try {
            applyOfAnotherVersion("null");

            assertThatCode(() -> new Schema(database).migrate()).doesNotThrowAnyException();
        } finally {
            execute("delete from databasechangelog where id = 'newer'");
        }
    }

    @Test
    @Tag("O4")
    void isLeftAloneWhereANewerVersionHasChangedWhatThisOneNeeds() throws Exception {
        try {
            applyOfAnotherVersion("'breaks-older'");

            assertThatThrownBy(() -> new Schema(database).migrate())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("newer version", "db/999-newer.sql", "backup");
            assertThat(one("select obj_description('databasechangelog'::regclass, 'pg_class')"))
                    .isEqualTo("another version");
        } finally {
            execute("delete from databasechangelog where id = 'newer'");
        }
    }

    @Test
    @Tag("O4")
    void isLeftAloneWhereAChangeIsNotTheOneThatWasApplied() throws Exception {
        execute("update databasechangelog set md5sum = '9:00000000000000000000000000000000'"
                + " where filename = 'db/008-sessions.sql'");
        execute("comment on table databasechangelog is 'another version'");
        try {
            assertThatThrownBy(() -> new Schema(database).migrate())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("db/008-sessions.sql");
        } finally {
            execute("update databasechangelog set md5sum = null where filename = 'db/008-sessions.sql'");
        }
    }

    /** Whoever took it out of the list of changes may have taken out more: better no start than one on a guess. */
    @Test
    @Tag("O4")
    void isLeftAloneWhereAChangeThatIsInIsMissingInTheListOfChanges() throws Exception {
        execute("create database incomplete");
        var incomplete = server.getDatabase("postgres", "incomplete");
        new Schema(incomplete).migrate();
        try (var connection = incomplete.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("delete from databasechangelog where filename = 'db/008-sessions.sql'");
            statement.execute("comment on table databasechangelog is 'another version'");
        }
        var before = applied("incomplete");

        assertThatThrownBy(() -> new Schema(incomplete).migrate())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("could not be brought up to date", "db/008-sessions.sql", "already exists")
                .hasMessageNotContaining("\n");
        assertThat(applied("incomplete")).isEqualTo(before);
    }

    /** @param labels as SQL */
    private void applyOfAnotherVersion(String labels) throws SQLException {
        execute("insert into databasechangelog (id, author, filename, dateexecuted, orderexecuted, exectype, labels)"
                + " values ('newer', 'docchat', 'db/999-newer.sql', now(), 999, 'EXECUTED', " + labels + ")");
        execute("comment on table databasechangelog is 'another version'");
    }

    /** A start of its own, as far as the schema goes. */
    static final class Migration {
        private Migration() {}

        public static void main(String[] url) throws InterruptedException {
            var database = new PGSimpleDataSource();
            database.setUrl(url[0]);
            new Schema(database).migrate();
        }
    }

    private String changes() throws SQLException {
        return one("select count(*) from databasechangelog");
    }

    /** How many changes are in; none while the table is not there yet. */
    private long applied(String name) throws SQLException {
        return one(name, "select to_regclass('databasechangelog')::text").equals("null")
                ? 0
                : Long.parseLong(one(name, "select count(*) from databasechangelog"));
    }

    @Test
    @Tag("A3")
    void isRefusedWhereATableShowsAStrangerWhatIsNotTheirs() throws Exception {
        execute("alter table collection disable row level security");
        try {
            assertThatThrownBy(() -> new Schema(database).migrate())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("row-level security is not in force");
        } finally {
            execute("alter table collection enable row level security");
        }

        assertThatCode(() -> new Schema(database).migrate()).doesNotThrowAnyException();
        assertThat(one("select count(*) from collection where name = 'canary'")).isEqualTo("0");
    }

    @Test
    void isNotPutIntoADatabaseThatCannotHoldEveryCharacter() throws Exception {
        execute("create database narrow template template0 encoding 'LATIN1' locale 'C'");

        assertThatThrownBy(() -> new Schema(server.getDatabase("postgres", "narrow")).migrate())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("LATIN1", "create database");
    }

    private void execute(String sql) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String one(String sql) throws SQLException {
        return one("postgres", sql);
    }

    private String one(String name, String sql) throws SQLException {
        try (var connection = server.getDatabase("postgres", name).getConnection();
                var row = connection.createStatement().executeQuery(sql)) {
            row.next();
            return String.valueOf(row.getString(1));
        }
    }
}
