package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Searches rank on a replica while it is not too far behind, and show nothing that is gone or not theirs")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplicaIT {
    private static final String PASSWORD = "Tr4vel-light-and-far";
    /** Long enough for what is asked at once after the replica has been stopped. */
    private static final int STALENESS_SECONDS = 5;

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private KillableDatabase primary;
    private KillableDatabase replica;
    private LauncherProcess process;
    private Client admin;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException, SQLException {
        primary = new KillableDatabase(directory.resolve("primary"));
        replica = primary.replica(directory.resolve("replica"));
        process = new LauncherProcess(
                directory.resolve("home"),
                Map.of(
                        "DOCCHAT_PORT",
                        Integer.toString(Installation.freePort()),
                        "DATABASE_URL",
                        primary.url(),
                        "DATABASE_READ_URL",
                        replica.url(),
                        "DOCCHAT_READ_STALENESS_SECONDS",
                        Integer.toString(STALENESS_SECONDS),
                        "JWT_SECRET",
                        "f3Qz8Lk1Vb6Nw0Xr5Ty2Hs7Jd4Gm9PcAe5Ui",
                        "DOCCHAT_ADMIN_PASSWORD",
                        PASSWORD));
        process.awaitGreeting();
        admin = process.client().signIn("admin", PASSWORD);
    }

    @AfterAll
    void stop() throws Exception {
        process.close();
        replica.close();
        primary.close();
    }

    @AfterEach
    void follows() throws SQLException {
        onReplica("select pg_wal_replay_resume()");
        awaitUse();
    }

    @Test
    void whatIsAskedIsRankedThere() {
        awaitUse();
        var collection = collection("Boats", "tariffs.md", "A boat of twelve metres pays 31 euros a night.");
        Await.until("the replica has it", LIMIT, () -> !search(collection).isEmpty());
        var before = rankings("replica");

        assertThat(search(collection).get(0).toString()).contains("31 euros");
        var answer = admin.post(
                        "/api/v1/collections/" + collection + "/answers",
                        Client.json().add("question", "What does a boat of twelve metres pay?"))
                .requireStatus(200)
                .json();

        assertThat(answer.getString("outcome")).isEqualTo("answered");
        assertThat(rankings("replica")).isGreaterThan(before);
    }

    @Test
    void oneThatFallsBehindIsNotAskedUntilItHasCaughtUp() throws SQLException {
        awaitUse();
        onReplica("select pg_wal_replay_pause()");
        var collection = collection("Late", "late.md", "The ferry leaves at seven.");

        Await.until("the database is asked", LIMIT, () -> !search(collection).isEmpty());

        var before = rankings("replica");
        assertThat(search(collection)).hasSize(1);
        assertThat(rankings("replica")).isEqualTo(before);
        onReplica("select pg_wal_replay_resume()");
        awaitUse();
        assertThat(search(collection)).hasSize(1);
    }

    @Test
    @Tag("A3")
    void whatIsDeletedOrNoLongerSharedIsNotFoundThoughTheReplicaStillHasIt() throws SQLException {
        awaitUse();
        var deleted = collection("Deleted", "gone.md", "The vault opens with 4711.");
        var shared = collection("Shared", "secret.md", "The archive opens with 4712.");
        admin.post("/api/v1/users", Client.json().add("username", "guest").add("password", PASSWORD))
                .requireStatus(201);
        var guest = process.client().signIn("guest", PASSWORD);
        var member = "/api/v1/collections/" + shared + "/members/guest";
        admin.send("PUT", member, "{\"role\":\"viewer\"}").requireStatus(204);
        Await.until(
                "the replica has all of it",
                LIMIT,
                () -> !search(deleted).isEmpty() && !search(guest, shared).isEmpty());
        var document = search(deleted).get(0).getString("documentId");
        onReplica("select pg_wal_replay_pause()");
        var before = rankings("replica");

        admin.delete("/api/v1/documents/" + document).requireStatus(204);
        assertThat(search(deleted)).isEmpty();
        admin.delete(member).requireStatus(204);
        guest.post("/api/v1/collections/" + shared + "/search", Client.json().add("query", "archive"))
                .requireStatus(404);

        assertThat(rankings("replica")).as("it was asked for what was deleted").isEqualTo(before + 1);
    }

    @Test
    @Tag("F1")
    void oneThatIsKilledIsNotMissed() throws Exception {
        awaitUse();
        var collection = collection("Killed", "k.md", "The lighthouse keeper counts ships.");
        replica.kill();
        for (int i = 0; i < 20; i++) {
            assertThat(search(collection)).hasSize(1);
            Thread.sleep(100);
        }

        replica.restart();
    }

    private String collection(String name, String file, String words) {
        var collection = admin.newCollection(name);
        admin.indexed(collection, file, ("# " + name + "\n\n" + words + "\n").getBytes(UTF_8));
        return collection;
    }

    private List<JsonObject> search(String collection) {
        return search(admin, collection);
    }

    private static List<JsonObject> search(Client who, String collection) {
        return who.post(
                        "/api/v1/collections/" + collection + "/search",
                        Client.json().add("query", "What opens, leaves, counts or pays?"))
                .requireStatus(200)
                .list("passages");
    }

    private void awaitUse() {
        Await.until("searches rank on the replica", Duration.ofSeconds(60), () -> {
            var before = rankings("replica");
            search(admin.newCollection("Empty"));
            return rankings("replica") > before;
        });
    }

    private double rankings(String server) {
        var sample = Pattern.compile("docchat_search_rankings_total\\{server=\"" + server + "\"} (\\S+)")
                .matcher(process.client().get("/metrics").requireStatus(200).body());
        assertThat(sample.find()).isTrue();
        return Double.parseDouble(sample.group(1));
    }

    private void onReplica(String sql) throws SQLException {
        try (var connection = replica.connection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
