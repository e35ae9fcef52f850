package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.net.URLEncoder;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Names, words and files are data, whatever is written in them")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileInputIT {
    private static final String[] FRAGMENTS = {
        "'",
        "\"",
        "\\",
        "|",
        "&",
        "!",
        "<->",
        ":*",
        "(",
        ")",
        "--",
        ";",
        "a' OR 1=1--",
        "$$",
        "$1",
        "?",
        ":id",
        "{fn x}",
        "\u0000",
        "\ud800",
        "\ufeff",
        "😀",
        "the",
        "und",
        "%",
        "_",
        "*",
        "${x}",
        "#{x}",
        "\r\n",
        "\u202e",
        "refund"
    };

    private static final List<String> PARAMETERS = List.of(
            "",
            "-1",
            "1e9",
            "NaN",
            "99999999999999999999",
            "[1]",
            "'",
            "\\",
            "' OR 1=1--",
            "created_at desc",
            "%",
            "\u0000",
            "\ud800",
            "+999999999-12-31T23:59:59Z",
            "-999999999-01-01T00:00:00Z",
            cursor("+999999999-12-31T23:59:59Z\n" + new UUID(0, 0)),
            cursor("true\n-999999999-01-01T00:00:00Z\n" + new UUID(0, 0)),
            cursor("a\0b\n" + new UUID(0, 0)),
            "x".repeat(3_000));

    private static String cursor(String keys) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(keys.getBytes(UTF_8));
    }

    private final Installation installation;
    private final Client ann;
    private final String collection;

    HostileInputIT(Installation installation) {
        this.installation = installation;
        ann = installation.newUser("input.ann");
        collection = ann.newCollection("Input");
        ann.indexed(collection, "policy.md", "# Refunds\n\nA refund takes 14 days.\n".getBytes(UTF_8));
    }

    @ParameterizedTest
    @Tag("Q1")
    @ValueSource(strings = {"keyword", "hybrid"})
    void whateverIsAskedForIsSearchedFor(String mode) {
        var random = new Random(7);
        for (int i = 0; i < 150; i++) {
            var query = new StringBuilder();
            for (int left = 1 + random.nextInt(8); left > 0; left--) {
                query.append(FRAGMENTS[random.nextInt(FRAGMENTS.length)]).append(random.nextBoolean() ? " " : "");
            }
            var reply = ann.post(
                    "/api/v1/collections/" + collection + "/search",
                    Client.json().add("query", query.toString()).add("mode", mode));
            assertThat(reply.status()).as("query %s: %s", query, reply.body()).isIn(200, 400);
        }
        assertThat(ann.post(
                                "/api/v1/collections/" + collection + "/search",
                                Client.json().add("query", "x".repeat(100_000)).add("mode", mode))
                        .status())
                .isIn(400, 413);
    }

    /** Each that the description names, of each call that reads. */
    @Test
    @Tag("Q1")
    @Tag("Q2")
    void noParameterOfACallIsReadAsAnythingElse() {
        var document = ann.indexed(collection, "parameters.md", "# Lamps\n\nThe lamp is green.\n".getBytes(UTF_8));
        var admin = installation.administrator();
        var paths = ann.get("/openapi?format=json").json().getJsonObject("paths");
        int tried = 0;
        for (var path : paths.keySet()) {
            var read = paths.getJsonObject(path).getJsonObject("get");
            if (read == null || !read.containsKey("parameters") || path.endsWith("/events")) {
                continue;
            }
            var who = path.matches("/api/v1/(audit|api-keys|users|groups).*") ? admin : ann;
            var address = path.replace("collections/{id}", "collections/" + collection)
                    .replace("documents/{id}", "documents/" + document)
                    .replaceAll("\\{\\w+}", UUID.randomUUID().toString());
            for (var parameter : read.getJsonArray("parameters").getValuesAs(JsonObject.class)) {
                if (!parameter.getString("in").equals("query")) {
                    continue;
                }
                for (var value : PARAMETERS) {
                    var asked = address + "?" + parameter.getString("name") + "=" + URLEncoder.encode(value, UTF_8);
                    var reply = who.get(asked);
                    tried++;

                    assertThat(reply.status()).as("%s: %s", asked, reply.body()).isIn(200, 400, 404);
                    assertThat(reply.body()).as(asked).doesNotContain("SQL", "ERROR:", "org.postgresql", "Exception");
                }
            }
        }
        assertThat(tried).isGreaterThan(400);
    }

    @Test
    @Tag("Q1")
    @Tag("Q2")
    void noFieldOfABodyIsReadAsAnythingElse() {
        for (var value : PARAMETERS) {
            for (var body : List.of(
                    Client.json()
                            .add("query", "refund")
                            .add("filter", Client.json().add("names", value)),
                    Client.json()
                            .add("query", "refund")
                            .add("filter", Client.json().add("asOf", value)),
                    Client.json()
                            .add("query", "refund")
                            .add(
                                    "filter",
                                    Client.json()
                                            .add(
                                                    "documents",
                                                    Json.createArrayBuilder().add(value))),
                    Client.json().add("query", "refund").add("mode", value),
                    Client.json().add("query", value))) {
                var sent = body.build().toString();
                var reply = ann.send("POST", "/api/v1/collections/" + collection + "/search", sent);

                assertThat(reply.status()).as("%s: %s", sent, reply.body()).isIn(200, 400, 404);
            }
        }
    }

    @ParameterizedTest
    @Tag("U1")
    @CsvSource({
        "../../../../tmp/a.txt, a.txt",
        "..\\..\\b.txt, b.txt",
        "/etc/passwd.txt, passwd.txt",
        "C:\\c.txt, c.txt",
        "%2e%2e%2fd.txt, %2e%2e%2fd.txt",
        "<img src=x onerror=alert(1)>.txt, <img src=x onerror=alert(1)>.txt",
        "CON.txt, CON.txt"
    })
    void aFileNameIsAName(String sent, String kept) {
        var reply = ann.upload(collection, List.of(new Client.File(sent, ("It is " + sent + ".").getBytes(UTF_8))))
                .requireStatus(202);

        assertThat(reply.list("items").get(0).getString("name")).isEqualTo(kept);
    }

    @ParameterizedTest
    @Tag("U1")
    @ValueSource(strings = {"..", ".", "dir/", "noextension", "a.exe"})
    void whatIsNoNameOfADocumentIsRefused(String name) {
        assertThat(ann.upload(collection, name, "x".getBytes(UTF_8)).status()).isIn(400, 404, 405, 415);
    }

    @Test
    @Tag("X2")
    void whatWasUploadedComesBackAsAFileAndNeverAsAPage() {
        var id = ann.upload(
                        collection, "page.html", "<html><script>alert(1)</script><p>Words.</p></html>".getBytes(UTF_8))
                .requireStatus(202)
                .json()
                .getString("id");

        var content = ann.get("/api/v1/documents/" + id + "/content").requireStatus(200);

        assertThat(content.header("Content-Disposition")).startsWith("attachment");
        assertThat(content.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(content.header("Content-Security-Policy")).contains("default-src 'self'");
    }

    @Test
    @Tag("U12")
    void whatAScannerHasNamedIsNotHandedOut() throws SQLException {
        var id = ann.indexed(collection, "named.txt", "Named by a scanner.".getBytes(UTF_8));
        try (var connection = installation.database();
                var update = connection.prepareStatement("""
                        update version set state = 'rejected', problem_code = 'infected', problem_detail = 'It is.'
                         where document_id = cast(? as uuid)
                        """)) {
            update.setString(1, id);
            update.executeUpdate();
        }

        var refused = ann.get("/api/v1/documents/" + id + "/content").requireStatus(409);

        assertThat(refused.header("Content-Type")).startsWith("application/problem+json");
        assertThat(refused.json().getString("code")).isEqualTo("infected");
        assertThat(refused.body()).doesNotContain("Named by");
    }

    @Test
    @Tag("R3")
    void ofTheSameFileTwentyTimesAtOnceOneVersionStands() throws Exception {
        var threads = Executors.newFixedThreadPool(20);
        try {
            var sent = new ArrayList<Future<Client.Reply>>();
            for (int i = 0; i < 20; i++) {
                sent.add(threads.submit(() -> ann.upload(collection, "twin.txt", "The same words.".getBytes(UTF_8))));
            }
            var ids = new ArrayList<String>();
            int taken = 0;
            for (var one : sent) {
                var reply = one.get().requireStatus(200, 202);
                taken += reply.status() == 202 ? 1 : 0;
                ids.add(reply.json().getString("id"));
            }
            assertThat(taken).isEqualTo(1);
            assertThat(ids).containsOnly(ids.get(0));
            assertThat(ann.get("/api/v1/documents/" + ids.get(0)).json().getJsonArray("versions"))
                    .hasSize(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    @Tag("L3")
    void ofAKeyOnlyAHashIsKept() throws SQLException {
        var key = ann.post("/api/v1/me/api-keys", Client.json().add("name", "kept"))
                .requireStatus(201)
                .json()
                .getString("key");
        // The secret itself may have underscores, too.
        var secret = key.split("_", 3)[2];
        assertThat(secret).hasSizeGreaterThan(20);

        assertThat(ann.get("/api/v1/me/api-keys").body()).doesNotContain(secret);
        try (var connection = installation.database();
                var search = connection.prepareStatement(
                        "select count(*) from api_key where strpos(to_jsonb(api_key)::text, ?) > 0")) {
            search.setString(1, secret);
            try (var row = search.executeQuery()) {
                row.next();
                assertThat(row.getInt(1)).isZero();
            }
        }
    }

    @Test
    @Tag("P5")
    void whatLooksLikeAnExpressionIsNotEvaluated() {
        var name = "${7*7} #{7*7} {{7*7}} ${env.JWT_SECRET}";
        var made = ann.post("/api/v1/collections", Client.json().add("name", name))
                .requireStatus(201)
                .json();
        assertThat(made.getString("name")).isEqualTo(name);
        var asked = ann.post(
                        "/api/v1/answers",
                        Client.json()
                                .add("question", name)
                                .add("collections", Json.createArrayBuilder(List.of(made.getString("id")))))
                .requireStatus(200);
        assertThat(asked.json().getString("question")).isEqualTo(name);
    }
}
