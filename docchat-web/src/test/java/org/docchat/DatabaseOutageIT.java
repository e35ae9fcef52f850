package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Of a database that does not answer people are told within seconds, and it is back without a restart")
@Tag("F1")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DatabaseOutageIT {
    private static final String PASSWORD = "Tr4vel-light-and-far";
    private static final Duration REFUSED_WITHIN = Duration.ofSeconds(5);
    /** As web.xml says. */
    private static final int CONNECTIONS = 20;

    private static final Duration BACK_WITHIN = Duration.ofSeconds(15);

    private static final Duration LOST_AFTER = Duration.ofSeconds(4);

    private EmbeddedPostgres database;
    private Wire wire;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private LauncherProcess process;
    private Client client;
    private String collection;

    @BeforeAll
    void start(@TempDir Path home) throws IOException {
        database = EmbeddedPostgres.builder()
                .setPGStartupWait(Duration.ofMinutes(2))
                .start();
        wire = new Wire(database.getPort());
        process = new LauncherProcess(
                home,
                Map.of(
                        "DOCCHAT_PORT",
                        Integer.toString(Installation.freePort()),
                        "DATABASE_URL",
                        "postgresql://postgres:postgres@localhost:" + wire.port()
                                + "/postgres?options=-c%20idle_in_transaction_session_timeout=" + LOST_AFTER.toSeconds()
                                + "s",
                        "JWT_SECRET",
                        "f3Qz8Lk1Vb6Nw0Xr5Ty2Hs7Jd4Gm9PcAe5Ui",
                        "DOCCHAT_ADMIN_PASSWORD",
                        PASSWORD));
        process.awaitGreeting();
        client = process.client().signIn("admin", PASSWORD);
        collection = client.newCollection("Archive");
    }

    @AfterAll
    void stop() throws Exception {
        threads.shutdownNow();
        process.close();
        wire.close();
        database.close();
    }

    @Test
    void aNetworkThatSwallowsEverything() throws SQLException {
        // So many at once that the pool has connections to lose, in the midst of what they do.
        var asked = new ArrayList<CompletableFuture<Integer>>();
        try (var connection = database.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            lockCollections(statement);
            for (int i = 0; i < 12; i++) {
                asked.add(CompletableFuture.supplyAsync(this::list, threads));
            }
            Await.until("twelve wait", Duration.ofSeconds(20), () -> waiting() >= 12);
            wire.fallSilent();
            connection.rollback();
        }

        refuses();
        asked.forEach(status -> assertThat(status.join()).isEqualTo(503));
        wire.comeBackWithoutThem();
        works("silence.md");
        // Of those that were lost the server never hears again.
        try (var connection = database.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            lockCollections(statement);
            connection.rollback();
        }
    }

    @Test
    void aNetworkThatTakesFiveSecondsEachWay() {
        wire.delay(5_000);

        refuses();
        wire.delay(0);
        works("slow.md");
    }

    @Test
    void aServerThatIsNotThePrimaryAnyMore() throws SQLException {
        execute("alter system set default_transaction_read_only = on");

        refuses();
        execute("alter system reset default_transaction_read_only");
        works("failover.md");
    }

    @Test
    void moreToDoThanThereAreConnectionsFor() throws SQLException {
        try (var connection = database.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            lockCollections(statement);
            var asked = new ArrayList<CompletableFuture<Client.Reply>>();
            var refused = new ConcurrentLinkedQueue<Duration>();
            for (int i = 0; i < CONNECTIONS + 5; i++) {
                long began = System.nanoTime();
                var reply = CompletableFuture.supplyAsync(() -> client.get("/api/v1/collections"), threads);
                asked.add(reply);
                reply.thenRun(() -> refused.add(Duration.ofNanos(System.nanoTime() - began)));
            }

            Await.until("those without a connection are refused", Duration.ofSeconds(10), () -> refused.size() >= 5);

            assertThat(refused).allSatisfy(after -> assertThat(after).isLessThan(REFUSED_WITHIN));
            assertThat(asked.stream().filter(CompletableFuture::isDone)).allSatisfy(reply -> {
                assertThat(reply.join().status()).isEqualTo(503);
                assertThat(reply.join().header("Retry-After")).isNotEmpty();
                assertThat(reply.join().json().getString("code")).isEqualTo("database_unavailable");
            });
            assertThat(status("live")).isEqualTo(200);
            connection.rollback();
            assertThat(asked.stream().filter(reply -> reply.join().status() == 200))
                    .as("those that had a connection")
                    .hasSizeGreaterThanOrEqualTo(CONNECTIONS / 2);
        }
        works("busy.md");
    }

    private void refuses() {
        long began = System.nanoTime();
        Await.until("it is refused", Duration.ofSeconds(8), () -> {
            long asked = System.nanoTime();
            var reply = client.get("/api/v1/collections");
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(REFUSED_WITHIN);
            if (reply.status() == 200) {
                return false;
            }
            assertThat(reply.status()).as(reply.body()).isEqualTo(503);
            assertThat(reply.header("Retry-After")).isNotEmpty();
            assertThat(reply.json().getString("code")).isEqualTo("database_unavailable");
            return true;
        });
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(REFUSED_WITHIN);
        assertThat(client.upload(collection, "refused.md", "# Refused\n".getBytes(UTF_8))
                        .status())
                .isEqualTo(503);
        assertThat(status("ready")).isEqualTo(503);
        assertThat(status("live")).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(REFUSED_WITHIN.plusSeconds(2));
    }

    private void works(String name) {
        Await.until("it is back", BACK_WITHIN, () -> list() == 200 && status("ready") == 200);
        // Workers, too.
        client.indexed(collection, name, ("# " + name + "\n\nThe lighthouse keeper counts ships.\n").getBytes(UTF_8));
        assertThat(client.get("/api/v1/collections/" + collection + "/documents")
                        .list("items"))
                .noneSatisfy(document -> assertThat(document.getString("name")).isEqualTo("refused.md"));
    }

    private static void lockCollections(Statement statement) throws SQLException {
        statement.execute("set lock_timeout = '" + LOST_AFTER.multipliedBy(3).toSeconds() + "s'");
        statement.execute("lock table collection in access exclusive mode");
    }

    private int waiting() throws SQLException {
        try (var connection = database.getPostgresDatabase().getConnection();
                var rows = connection
                        .createStatement()
                        .executeQuery("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private int list() {
        return client.get("/api/v1/collections").status();
    }

    private int status(String probe) {
        return client.get("/health/" + probe).status();
    }

    private void execute(String sql) throws SQLException {
        try (var connection = database.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("set default_transaction_read_only = off");
            statement.execute(sql);
            statement.execute("select pg_reload_conf()");
        }
    }
}
