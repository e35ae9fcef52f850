package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.docchat.domain.CollectionId;
import org.docchat.web.platform.PreparedDatabase;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("docchat.jar starts with nothing else installed, and again after it was killed")
class LauncherIT {
    /** Enough passages for the embedding to take several seconds. */
    private static final byte[] LONG = IntStream.range(0, 700)
            .mapToObj(i -> "# Chapter " + i + "\n\nShelf " + i
                    + " of the archive holds the letters that were written in" + " the year " + (1200 + i)
                    + ", each with the seal of its sender and a note on how it came here.\n\n")
            .collect(Collectors.joining())
            .getBytes(UTF_8);

    @TempDir
    private Path home;

    @Test
    @Tag("A9")
    @Tag("A11")
    @Tag("C5")
    @Tag("F1")
    @Tag("F2")
    void whatWasAcknowledgedIsIndexedOnceThoughTheProcessWasKilledMeanwhile() throws Exception {
        int port = Installation.freePort();
        var proxied = Map.of("DOCCHAT_PORT", Integer.toString(port), "DOCCHAT_TRUSTED_PROXIES", "127.0.0.0/8 ::1");
        try (var first = new LauncherProcess(home, proxied)) {
            var early = earlyAnswers(first);
            first.awaitGreeting();
            assertThat(early.join())
                    .as("statuses of a page, from the first answer to the greeting")
                    .containsOnly(200);
            assertThat(first.output()).contains("http://localhost:" + port).contains("shown this once");
            takesNoBodyForARequest(port);
            tellsNobodyItsMake(first.address());
            var password = first.generatedPassword();
            var admin = first.client().signIn("admin", password);
            var collection = admin.newCollection("Archive");
            refusesAnUploadAtOnceOverHttp2(admin, first, collection);
            countsWhoeverTheProxySpeaksFor(admin, first);
            var undisturbed = admin.indexed(collection, "undisturbed.md", LONG);
            int passages = passages(admin, undisturbed);
            assertThat(passages).isGreaterThan(100);

            var document = admin.upload(collection, "interrupted.md", LONG)
                    .requireStatus(202)
                    .json()
                    .getString("id");
            Await.until("it is being indexed", Duration.ofSeconds(60), () -> !admin.get("/api/v1/documents/" + document)
                    .json()
                    .getString("state")
                    .equals("received"));
            first.kill();

            var settings = Map.of("DOCCHAT_PORT", Integer.toString(port), "DOCCHAT_LOG_FORMAT", "json");
            try (var second = new LauncherProcess(home, settings)) {
                second.awaitGreeting();
                assertThat(second.output()).doesNotContain(password);
                var again = second.client().signIn("admin", password);
                var recovered = again.requireIndexed(document);

                assertThat(recovered.getInt("version")).isEqualTo(1);
                assertThat(passages(again, document)).isEqualTo(passages);
                assertThat(passages(again, undisturbed)).isEqualTo(passages);
                assertThat(again.get("/api/v1/collections/" + collection).json().getInt("passages"))
                        .isEqualTo(2 * passages);
                refusesASecondOneOn(port);
                assertThat(loggedOf(document, second))
                        .anyMatch(line -> line.getString("LogMessage").endsWith("is indexed"));
            }
        }
    }

    /** Whoever is early finds nobody there, rather than a server without its application. */
    private static CompletableFuture<Set<Integer>> earlyAnswers(LauncherProcess starting) {
        var client = HttpClient.newHttpClient();
        var page = HttpRequest.newBuilder(URI.create(starting.address() + "/signin.xhtml"))
                .timeout(Duration.ofSeconds(30))
                .build();
        return CompletableFuture.supplyAsync(() -> {
            var statuses = new HashSet<Integer>();
            try {
                while (!starting.output().contains("DocChat is ready") || statuses.isEmpty()) {
                    try {
                        statuses.add(
                                client.send(page, BodyHandlers.discarding()).statusCode());
                    } catch (ConnectException e) {
                        // Nobody yet.
                    }
                    Thread.sleep(20);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return statuses;
        });
    }

    /** Behind a proxy that keeps connections, the answer to what is hidden in a body would go to somebody else. */
    private static void takesNoBodyForARequest(int port) throws IOException {
        var hidden = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
        for (var method : List.of("TRACE", "QUERY", "GET", "DELETE", "OPTIONS", "POST")) {
            try (var socket = new Socket("localhost", port)) {
                socket.setSoTimeout(3_000);
                socket.getOutputStream()
                        .write((method
                                        + " /signin.xhtml HTTP/1.1\r\nHost: localhost\r\nCookie: canary=Ferdinand\r\nContent-Length: "
                                        + hidden.length() + "\r\n\r\n" + hidden)
                                .getBytes(UTF_8));
                var answers = new ByteArrayOutputStream();
                try {
                    socket.getInputStream().transferTo(answers);
                } catch (SocketTimeoutException e) {
                    // It waits for the next request: there has been none.
                }
                assertThat(answers.toString(UTF_8).split("HTTP/1\\.1 "))
                        .as("what %s is answered with", method)
                        .hasSize(2);
                assertThat(answers.toString(UTF_8))
                        .as("what %s repeats", method)
                        .doesNotContain("Ferdinand");
            }
        }
    }

    /** Nor in what it answers before it asks us. */
    private static void tellsNobodyItsMake(URI server) {
        for (var path : List.of("/signin.xhtml", "/api", "/%00", "/%zz", "/../x")) {
            var answer = RawRequest.get(server, path);
            assertThat(answer.head() + answer.body()).as(path).doesNotContainIgnoringCase("payara", "glassfish");
        }
    }

    /** The server opens a stream's window for what it reads; who is refused has most of the body to send yet. */
    private static void refusesAnUploadAtOnceOverHttp2(Client admin, LauncherProcess process, String collection)
            throws Exception {
        var program = new byte[30 << 20];
        program[0] = 'M';
        program[1] = 'Z';
        var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        var get = HttpRequest.newBuilder(process.address().resolve("/health/live"));
        // The upgrade goes with a request without a body.
        assertThat(http.send(get.build(), BodyHandlers.ofString()).version()).isEqualTo(HttpClient.Version.HTTP_2);
        for (var path : List.of(collection + "/documents/program.exe", CollectionId.random() + "/documents/a.pdf")) {
            var put = HttpRequest.newBuilder(process.address().resolve("/api/v1/collections/" + path))
                    .header("Authorization", admin.authorization())
                    .timeout(Duration.ofSeconds(20))
                    .PUT(HttpRequest.BodyPublishers.ofByteArray(program));

            var refused = http.send(put.build(), BodyHandlers.ofString());

            assertThat(refused.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(refused.statusCode()).as(refused.body()).isIn(404, 415);
        }
    }

    /** The only proxy that is believed is this computer; behind it, one network's attempts are not another's. */
    private static void countsWhoeverTheProxySpeaksFor(Client admin, LauncherProcess process) throws Exception {
        var statuses = new ArrayList<Integer>();
        for (int i = 0; i < 25; i++) {
            // What the client says of itself stands before what the proxy adds.
            statuses.add(withWrongKey(process, "192.0.2." + i + ", 203.0.113.9"));
        }
        assertThat(statuses).startsWith(401).endsWith(429);
        assertThat(withWrongKey(process, "203.0.113.10")).isEqualTo(401);

        var login = HttpRequest.newBuilder(process.address().resolve("/api/v1/login"))
                .header("Content-Type", "application/json")
                .header("X-Forwarded-For", "203.0.113.77")
                .POST(HttpRequest.BodyPublishers.ofString("{\"username\":\"nobody\",\"password\":\"not theirs\"}"))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(login, BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(401);
        assertThat(admin.get("/api/v1/audit?act=sign-in.refused")
                        .requireStatus(200)
                        .body())
                .contains("203.0.113.77");
    }

    private static int withWrongKey(LauncherProcess process, String forwarded) throws Exception {
        var get = HttpRequest.newBuilder(process.address().resolve("/api/v1/me"))
                .header("Authorization", "Bearer nobody's")
                .header("X-Forwarded-For", forwarded)
                .build();
        return HttpClient.newHttpClient().send(get, BodyHandlers.ofString()).statusCode();
    }

    private void refusesASecondOneOn(int port) throws Exception {
        try (var sameHome = new LauncherProcess(home, Map.of("DOCCHAT_PORT", Integer.toString(port)))) {
            assertThat(sameHome.awaitEnd()).isEqualTo(1);
            assertThat(sameHome.output())
                    .contains("another DocChat is running on " + home)
                    .contains("DOCCHAT_HOME");
        }
    }

    @Test
    void aPortInUseIsSaidSoAndNothingIsStarted() throws Exception {
        try (var taken = new ServerSocket(0);
                var refused =
                        new LauncherProcess(home, Map.of("DOCCHAT_PORT", Integer.toString(taken.getLocalPort())))) {
            assertThat(refused.awaitEnd()).isEqualTo(1);
            assertThat(refused.output())
                    .contains("port " + taken.getLocalPort() + " is in use")
                    .contains("DOCCHAT_PORT");
            assertThat(home.resolve("database")).doesNotExist();
        }
    }

    @Test
    @Tag("A10")
    void aWeakSecretIsRefusedByItsNameAndNotRepeated() throws Exception {
        var settings = Map.of(
                "DOCCHAT_PORT",
                Integer.toString(Installation.freePort()),
                "JWT_SECRET",
                "hunter2-is-not-a-secret",
                // One that nobody will come to ask: no database of its own has to be made for this.
                "DATABASE_URL",
                "postgresql://nobody@127.0.0.1:1/none");
        try (var refused = new LauncherProcess(home, settings)) {
            assertThat(refused.awaitEnd()).isEqualTo(1);
            assertThat(refused.output())
                    .contains("DocChat cannot start: JWT_SECRET ")
                    .doesNotContain("hunter2");
        }
    }

    @Test
    @Tag("O4")
    void aSchemaThatIsNotOursEndsTheProcessWithALineAndIsServedToNobody() throws Exception {
        try (var database = PreparedDatabase.temporary()) {
            database.execute("update databasechangelog set md5sum = '9:00000000000000000000000000000000'"
                    + " where filename = 'db/008-sessions.sql'");
            database.execute("comment on table databasechangelog is 'another version'");
            var settings = Map.of(
                    "DOCCHAT_PORT",
                    Integer.toString(Installation.freePort()),
                    "JWT_SECRET",
                    "f3Qz8Lk1Vb6Nw0Xr5Ty2Hs7Jd4Gm9PcAe5Ui",
                    "DATABASE_URL",
                    database.url());
            var http = HttpClient.newHttpClient();
            var statuses = new TreeSet<Integer>();
            try (var refused = new LauncherProcess(home, settings)) {
                while (refused.isAlive()) {
                    statuses.add(probe(http, refused.address()));
                    Thread.sleep(100);
                }
                assertThat(refused.awaitEnd()).isEqualTo(1);
                assertThat(refused.output())
                        .contains("DocChat cannot start: ")
                        .containsPattern("cannot start: .*db/008-sessions\\.sql");
            }
            assertThat(statuses).doesNotContain(200);
        }
    }

    /** 0: nobody is there. */
    private static int probe(HttpClient http, URI server) throws InterruptedException {
        try {
            return http.send(
                            HttpRequest.newBuilder(server.resolve("/health/ready"))
                                    .timeout(Duration.ofSeconds(2))
                                    .build(),
                            BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    @Test
    @Tag("O8")
    void aMisspeltSettingIsRefusedByTheNameOfTheOneThatWasMeant() throws Exception {
        var settings = Map.of(
                "DOCCHAT_PORT",
                Integer.toString(Installation.freePort()),
                "JWT_SECRET",
                "f3Qz8Lk1Vb6Nw0Xr5Ty2Hs7Jd4Gm9PcAe5Ui",
                "DOCCHAT_WORKER",
                "3",
                "DATABASE_URL",
                "postgresql://nobody@127.0.0.1:1/none");
        try (var refused = new LauncherProcess(home, settings)) {
            assertThat(refused.awaitEnd()).isEqualTo(1);
            assertThat(refused.output())
                    .contains("DocChat cannot start: DOCCHAT_WORKER is no setting; DOCCHAT_WORKERS is one.");
        }
    }

    /** Every line is an event, the server's among them. */
    private static List<JsonObject> loggedOf(String document, LauncherProcess process) throws IOException {
        var lines = process.output()
                .lines()
                // Of the library that starts the database.
                .filter(line -> !line.startsWith("SLF4J"))
                .toList();
        assertThat(lines).allSatisfy(line -> assertThat(line).startsWith("{").endsWith("}"));
        return lines.stream()
                .map(line -> Json.createReader(new StringReader(line)).readObject())
                .filter(line -> line.getString("DocumentId", "").equals(document))
                .toList();
    }

    /** Counted from the list, which would show a passage twice. */
    private static int passages(Client client, String document) throws IOException {
        int count = 0;
        var cursor = "";
        do {
            var page = client.get("/api/v1/documents/" + document + "/passages?limit=200" + cursor)
                    .requireStatus(200)
                    .json();
            count += page.getJsonArray("items").size();
            cursor = page.isNull("nextCursor") ? "" : "&cursor=" + page.getString("nextCursor");
        } while (!cursor.isEmpty());
        return count;
    }
}
