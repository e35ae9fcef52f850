package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Told to stop, DocChat ends what it has begun, and gives back the rest")
@Tag("F7")
class ShutdownIT {
    private static final String PASSWORD = "Tr4vel-light-and-far";
    /** As many passages as keep the embedding model busy for long after the stop. */
    private static final byte[] LONG = IntStream.range(0, 3_000)
            .mapToObj(i -> "# Chapter " + i + "\n\nShelf " + i
                    + " of the archive holds the letters that were written in the year " + (1200 + i)
                    + ", each with the seal of its sender and a note on how it came here.\n\n")
            .collect(Collectors.joining())
            .getBytes(UTF_8);

    @TempDir
    private Path home;

    @Test
    void uploadsEndStreamsAreSentAwayLeasesAreFreeAndTheExitIsInTime() throws Exception {
        try (var database = EmbeddedPostgres.builder()
                .setPGStartupWait(Duration.ofMinutes(2))
                .start()) {
            String indexing;
            String uploaded;
            try (var process = start(database, Map.of("DOCCHAT_SHUTDOWN_SECONDS", "60"))) {
                var client = process.client().signIn("admin", PASSWORD);
                var collection = client.newCollection("Archive");
                indexing = client.upload(collection, "long.md", LONG)
                        .requireStatus(202)
                        .json()
                        .getString("id");
                Await.until(
                        "it is being embedded",
                        Duration.ofSeconds(60),
                        () -> leases(database) == 1
                                && client.get("/api/v1/documents/" + indexing)
                                        .json()
                                        .getString("state")
                                        .equals("embedding"));
                var heard = CompletableFuture.supplyAsync(
                        () -> client.events("GET", "/api/v1/collections/" + collection + "/events", ""));
                var upload = new Upload(process.address(), client, collection);
                Await.until("the upload is running", Duration.ofSeconds(20), () -> uploads(database) == 2);

                long told = System.nanoTime();
                process.askToStop();
                Await.until("it is not ready", Duration.ofSeconds(10), () -> status(process, "ready") == 503);
                assertThat(status(process, "live")).isEqualTo(200);
                assertThat(status(process, "started")).isEqualTo(200);
                assertThat(client.get("/api/v1/collections").status()).isEqualTo(200);
                List<Client.Event> events = heard.get(20, TimeUnit.SECONDS);
                assertThat(events.get(events.size() - 1).name()).isEqualTo("shutdown");
                assertThat(status(process, "ready")).isEqualTo(503);
                Await.until("the lease is given back", Duration.ofSeconds(15), () -> leases(database) == 0);
                var acknowledged = upload.finish();
                upload.close();
                assertThat(acknowledged).startsWith("HTTP/1.1 202");
                uploaded = acknowledged.replaceAll("(?s).*\"id\":\"([^\"]+)\".*", "$1");

                assertThat(process.awaitEnd()).isEqualTo(128 + 15);
                assertThat(Duration.ofNanos(System.nanoTime() - told)).isLessThan(Duration.ofSeconds(40));
            }
            assertThat(count(database, "select count(*) from version where attempts > 0"))
                    .isZero();
            try (var process = start(database, Map.of())) {
                var client = process.client().signIn("admin", PASSWORD);
                Await.until("both are worked on", Duration.ofSeconds(10), () -> leases(database) == 1);
                client.requireIndexed(uploaded);
                assertThat(client.get("/api/v1/documents/" + indexing).json().getString("state"))
                        .isIn("embedding", "indexed");
            }
        }
    }

    @Test
    void whatDoesNotEndIsCutWhenTheGraceIsOver() throws Exception {
        try (var model = new FakeChatServer((request, connection) -> connection.stall());
                var database = EmbeddedPostgres.builder()
                        .setPGStartupWait(Duration.ofMinutes(2))
                        .start();
                var process = start(
                        database,
                        Map.of(
                                "DOCCHAT_SHUTDOWN_SECONDS",
                                "1",
                                "OPENAI_BASE_URL",
                                model.address().toString()))) {
            var client = process.client().signIn("admin", PASSWORD);
            client.indexed(
                    client.newCollection("Lights"), "light.md", "The lighthouse is 41 metres high.\n".getBytes(UTF_8));
            var completion = CompletableFuture.supplyAsync(() -> client.events(
                    "POST",
                    "/v1/chat/completions",
                    "{\"model\":\"Lights\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"How many"
                            + " metres high is the lighthouse?\"}]}"));
            Await.until("the model is asked", Duration.ofSeconds(20), () -> !model.requests()
                    .isEmpty());
            var upload = new Upload(process.address(), client, client.newCollection("Archive"));
            Await.until("the upload is running", Duration.ofSeconds(20), () -> uploads(database) == 2);

            long told = System.nanoTime();
            process.askToStop();

            assertThat(process.awaitEnd()).isEqualTo(128 + 15);
            assertThat(Duration.ofNanos(System.nanoTime() - told)).isLessThan(Duration.ofSeconds(20));
            assertThat(upload.rest()).doesNotContain("HTTP/1.1 2");
            upload.close();
            assertThat(count(database, "select count(*) from version")).isEqualTo(1);
            // Clients of OpenAI's API know no names of events, and errors in its form only.
            var events = completion.get(20, TimeUnit.SECONDS);
            assertThat(events)
                    .singleElement()
                    .satisfies(event -> assertThat(event.name()).isEmpty())
                    .satisfies(event -> assertThat(
                                    event.json().getJsonObject("error").getString("code"))
                            .isEqualTo("shutting_down"));
        }
    }

    @Test
    @Tag("R5")
    void whoHasHungUpIsNotWaitedFor() throws Exception {
        try (var database = EmbeddedPostgres.builder()
                        .setPGStartupWait(Duration.ofMinutes(2))
                        .start();
                var process = start(database, Map.of("DOCCHAT_SHUTDOWN_SECONDS", "120"))) {
            var client = process.client().signIn("admin", PASSWORD);
            var collection = client.newCollection("Archive");
            new Listeners(process.address(), List.of(client), collection, 200).close();
            Await.until("the server has noticed", Duration.ofSeconds(60), () -> client.get("/metrics")
                    .body()
                    .contains("\ndocchat_http_requests_running 1.0\n"));
            // These it has not noticed yet.
            new Listeners(process.address(), List.of(client), collection, 100).close();

            long told = System.nanoTime();
            process.askToStop();

            assertThat(process.awaitEnd()).isEqualTo(128 + 15);
            assertThat(Duration.ofNanos(System.nanoTime() - told)).isLessThan(Duration.ofSeconds(40));
        }
    }

    private LauncherProcess start(EmbeddedPostgres database, Map<String, String> more) throws Exception {
        var settings = new HashMap<>(Map.of(
                "DOCCHAT_PORT",
                Integer.toString(Installation.freePort()),
                "DATABASE_URL",
                "postgresql://postgres:postgres@localhost:" + database.getPort() + "/postgres",
                "JWT_SECRET",
                "f3Qz8Lk1Vb6Nw0Xr5Ty2Hs7Jd4Gm9PcAe5Ui",
                "DOCCHAT_ADMIN_PASSWORD",
                PASSWORD));
        settings.putAll(more);
        var process = new LauncherProcess(home, settings);
        process.awaitGreeting();
        return process;
    }

    /** An upload of which the first half is sent. */
    private static final class Upload implements AutoCloseable {
        private static final String FIRST = "# Half of it\n\n";
        private static final String SECOND = "The other half: a lighthouse keeper counts ships.\n";
        private final Socket socket;

        Upload(URI server, Client client, String collection) throws IOException {
            socket = new Socket(server.getHost(), server.getPort());
            socket.setSoTimeout(20_000);
            send("PUT /api/v1/collections/" + collection + "/documents/lighthouse.md HTTP/1.1\r\nHost: "
                    + server.getAuthority() + "\r\nAuthorization: " + client.authorization()
                    + "\r\nContent-Type: application/octet-stream\r\nContent-Length: "
                    + (FIRST.length() + SECOND.length()) + "\r\n\r\n" + FIRST);
        }

        private void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(UTF_8));
            socket.getOutputStream().flush();
        }

        /** The response, to its end: the connection is not kept. */
        String finish() throws IOException {
            send(SECOND);
            return rest();
        }

        String rest() throws IOException {
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static int status(LauncherProcess process, String probe) {
        return process.client().get("/health/" + probe).status();
    }

    private static long leases(EmbeddedPostgres database) throws Exception {
        return count(database, "select count(*) from version where leased_until is not null");
    }

    private static long uploads(EmbeddedPostgres database) throws Exception {
        return count(database, "select count(*) from content");
    }

    private static long count(EmbeddedPostgres database, String sql) throws Exception {
        try (var connection = database.getPostgresDatabase().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
