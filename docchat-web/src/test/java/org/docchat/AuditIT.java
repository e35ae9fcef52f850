package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.docchat.web.security.Audit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Who did what is written down, and an alteration shows")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("L4")
class AuditIT {
    private static final byte[] CANARY = "# Parrot\n\nThe parrot of the harbour is called Leopold.\n".getBytes(UTF_8);

    private final Installation installation;
    private final Client admin;

    AuditIT(Installation installation) {
        this.installation = installation;
        admin = installation.administrator();
    }

    @Test
    void everyKindOfActLeavesItsEntryAndNoWordOfADocument() {
        var since = Instant.now();
        var ann = installation.newUser("audit.ann");
        installation.newUser("audit.bob");
        installation
                .anybody()
                .post(
                        "/api/v1/login",
                        Client.json().add("username", "audit.ann").add("password", "not-her-pa55word"))
                .requireStatus(401);
        var annId = ann.get("/api/v1/me").json().getString("id");
        var key = ann.post("/api/v1/me/api-keys", Client.json().add("name", "audited"))
                .requireStatus(201)
                .json();
        ann.delete("/api/v1/me/api-keys/" + key.getString("id")).requireStatus(204);

        var collection = ann.newCollection("Harbour birds");
        var path = "/api/v1/collections/" + collection;
        ann.send("PUT", path + "/members/audit.bob", "{\"role\":\"viewer\"}").requireStatus(204);
        ann.send("PUT", path + "/members/audit.bob", "{\"role\":\"editor\"}").requireStatus(204);
        ann.delete(path + "/members/audit.bob").requireStatus(204);
        var group = admin.post("/api/v1/groups", Client.json().add("name", "Audited"))
                .requireStatus(201)
                .json()
                .getString("id");
        admin.send("PUT", "/api/v1/groups/" + group + "/users/audit.bob", "").requireStatus(204);
        ann.send("PUT", path + "/groups/audited", "{\"role\":\"editor\"}").requireStatus(204);
        ann.delete(path + "/groups/audited").requireStatus(204);
        admin.delete("/api/v1/groups/" + group + "/users/audit.bob").requireStatus(204);
        admin.delete("/api/v1/groups/" + group).requireStatus(204);
        var document = ann.indexed(collection, "parrot.md", CANARY);
        ann.bytes("/api/v1/documents/" + document + "/content");
        var answer = ann.post(path + "/answers", Client.json().add("question", "What is the parrot called?"))
                .requireStatus(200)
                .json();
        ann.bytes("/api/v1/conversations/" + answer.getString("conversationId") + "/export");
        ann.delete("/api/v1/conversations/" + answer.getString("conversationId"))
                .requireStatus(204);
        var evaluation = ann.send("POST", path + "/evaluations", "{\"questions\":[{\"question\":\"Who is there?\"}]}")
                .requireStatus(202)
                .json();
        ann.delete(path + "/evaluations/" + evaluation.getString("id")).requireStatus(204);
        changeModel(ann);
        var archive = ann.bytes(path + "/export");
        ann.send("POST", "/api/v1/collections/import", "application/zip", archive)
                .requireStatus(201);
        ann.delete("/api/v1/documents/" + document).requireStatus(204);
        ann.delete(path).requireStatus(204);
        admin.send("PATCH", "/api/v1/users/" + annId, "{\"displayName\":\"Ann\",\"password\":\"An0ther-one\"}")
                .requireStatus(200);
        admin.delete("/api/v1/users/" + annId).requireStatus(204);
        admin.get("/api/v1/audit/export?since=" + since).requireStatus(200);

        var entries = entriesSince(since);
        var acts = entries.stream().map(entry -> entry.getString("act")).toList();
        assertThat(new TreeSet<>(acts)).containsExactlyElementsOf(new TreeSet<>(Audit.ACTS));
        assertThat(of(entries, "document.read")).anySatisfy(entry -> {
            assertThat(entry.getString("actor")).isEqualTo("audit.ann");
            assertThat(entry.getString("subject")).isEqualTo(document);
            assertThat(entry.getJsonArray("collections").getString(0)).isEqualTo(collection);
            assertThat(entry.getString("detail")).isEqualTo("version 1");
        });
        assertThat(of(entries, "member.change"))
                .anySatisfy(entry -> assertThat(entry.getString("detail")).isEqualTo("editor"));
        assertThat(of(entries, "group.share")).anySatisfy(entry -> {
            assertThat(entry.getString("subject")).isEqualTo(group);
            assertThat(entry.getString("detail")).isEqualTo("editor");
        });
        assertThat(of(entries, "group.add"))
                .anySatisfy(entry -> assertThat(entry.getString("detail")).isEqualTo("Audited"));
        assertThat(of(entries, "sign-in.refused")).anySatisfy(entry -> {
            assertThat(entry.isNull("actor")).isTrue();
            assertThat(entry.getString("subject")).isEqualTo(annId);
            assertThat(entry.getString("detail")).isEqualTo("127.0.0.1");
        });
        assertThat(of(entries, "user.delete")).anySatisfy(entry -> {
            assertThat(entry.getString("actor")).isEqualTo("admin");
            assertThat(entry.getString("detail")).isEqualTo("audit.ann");
        });
        // What went with the collection and the user is one act, not many.
        assertThat(of(entries, "document.delete")).hasSize(1);
        assertThat(of(entries, "key.delete")).hasSize(1);
        assertThat(entries.toString())
                .doesNotContainIgnoringCase("parrot")
                .doesNotContain("Harbour", "Leopold", "pa55word", "An0ther-one", key.getString("key"));
    }

    @Test
    @Tag("U7")
    @Tag("L2")
    void theTrailIsTakenAwayAsFilesInWhichNoCellIsAFormula() throws SQLException {
        var since = Instant.now();
        var names =
                List.of("=1+1", "@SUM(A1)", "Birds, \"old\"", "Fish", "Two\r\nlines, ${jndi:ldap:a} \u001b[31m red");
        for (var name : names) {
            admin.post("/api/v1/groups", Client.json().add("name", name)).requireStatus(201);
        }
        var filter = "&act=group.create&actor=ADMIN&since=" + since;

        var lines = admin.get("/api/v1/audit/export?format=jsonl" + filter).requireStatus(200);
        var csv = admin.get("/api/v1/audit/export?format=csv" + filter).requireStatus(200);

        var listed = admin.get("/api/v1/audit?limit=200" + filter).list("items");
        assertThat(lines.body().lines().map(line -> new Client.Reply(200, lines.headers(), line).json()))
                .containsExactlyElementsOf(listed);
        assertThat(csv.header("Content-Type")).startsWith("text/csv");
        assertThat(csv.header("Content-Disposition")).startsWith("attachment");
        assertThat(csv.body().lines()).hasSize(1 + listed.size());
        assertThat(listed).hasSize(names.size());
        assertThat(csv.body()).contains(",'=1+1,", ",'@SUM(A1),", ",\"Birds, \"\"old\"\"\",", ",Fish,");
        try (var database = installation.database();
                var statement = database.createStatement()) {
            statement.execute("select audit_act('sign-in.refused', '{}', null, '') from generate_series(1, 410)");
        }
        var all = admin.get("/api/v1/audit/export").body().lines().count();
        assertThat(verdict().getInt("entries")).isEqualTo((int) all).isGreaterThan(410);
        assertThat(admin.get("/api/v1/audit/export?format=xls").status()).isEqualTo(400);
        assertThat(admin.get("/api/v1/audit/export?act=nothing").status()).isEqualTo(400);
    }

    @Test
    void entriesAreFoundByActAndActor() {
        var cat = installation.newUser("audit.cat");
        cat.newCollection("One");
        cat.newCollection("Two");

        var first = admin.get("/api/v1/audit?actor=audit.cat&act=collection.create&limit=1");
        assertThat(first.list("items")).hasSize(1);
        var second = admin.get("/api/v1/audit?actor=AUDIT.cat&act=collection.create&limit=1&cursor="
                + first.json().getString("nextCursor"));
        assertThat(second.list("items")).hasSize(1);
        assertThat(second.json().isNull("nextCursor")).isTrue();
        assertThat(admin.get("/api/v1/audit?act=nothing").status()).isEqualTo(400);
        assertThat(admin.get("/api/v1/audit?since=yesterday").status()).isEqualTo(400);
    }

    @Test
    void anybodyCanComputeTheChainAgain() throws Exception {
        var previous = "";
        for (var entry : entriesSince(Instant.EPOCH)) {
            var lines = String.join(
                    "\n",
                    previous,
                    Long.toString(entry.getJsonNumber("number").longValue()),
                    entry.getString("at"),
                    text(entry, "actorId"),
                    text(entry, "actor"),
                    entry.getString("act"),
                    entry.getJsonArray("collections").getValuesAs(JsonString.class).stream()
                            .map(JsonString::getString)
                            .collect(Collectors.joining(",")),
                    text(entry, "subject"),
                    entry.getString("detail"));
            var hash = MessageDigest.getInstance("SHA-256").digest(lines.getBytes(UTF_8));
            assertThat(entry.getString("hash"))
                    .as("%s", entry)
                    .isEqualTo(HexFormat.of().formatHex(hash));
            previous = entry.getString("hash");
        }
        assertThat(verdict().getString("head")).isNotEmpty();
    }

    @Test
    void fiftyActsAtOnceMakeOneChain() throws Exception {
        var people = IntStream.range(0, 5)
                .mapToObj(i -> installation.newUser("audit.crowd" + i))
                .toList();
        long before = verdict().getJsonNumber("entries").longValue();
        var acts = IntStream.range(0, 50)
                .<Callable<Integer>>mapToObj(i -> () -> i % 5 == 4
                        ? installation
                                .anybody()
                                .post(
                                        "/api/v1/login",
                                        Client.json()
                                                .add("username", "audit.nobody" + i)
                                                .add("password", "x"))
                                .status()
                        : people.get(i % 5)
                                .post("/api/v1/collections", Client.json().add("name", "Crowd " + i))
                                .status())
                .toList();
        var statuses = atOnce(acts);

        // Of many sign-ins at once some are told to wait; those are no acts.
        long done = statuses.stream()
                .filter(status -> status == 201 || status == 401)
                .count();
        assertThat(statuses).isSubsetOf(201, 401, 429);
        assertThat(statuses).filteredOn(status -> status == 201).hasSize(40);
        assertThat(verdict().getBoolean("intact")).isTrue();
        assertThat(verdict().getJsonNumber("entries").longValue()).isEqualTo(before + done);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update audit set detail = 'nothing' where number = 3",
                "update audit set actor_name = 'somebody' where number = 3",
                "update audit set at = at + interval '1 microsecond' where number = 3",
                "update audit set collections = '{}', subject = gen_random_uuid() where number = 3",
                "delete from audit where number = 3",
                "delete from audit where number >= 3"
            })
    void whatTheDatabasesOwnerAltersIsNamed(String alteration) throws SQLException {
        try (var connection = installation.database();
                var statement = connection.createStatement()) {
            statement.execute("create temporary table kept as select * from audit");
            statement.execute("alter table audit disable trigger audit_refuses");
            try {
                assertThat(statement.executeUpdate(alteration)).isPositive();

                assertThat(verdict().getBoolean("intact")).isFalse();
                assertThat(verdict().getInt("firstAltered")).isEqualTo(3);
            } finally {
                statement.execute("delete from audit where number in (select number from kept)");
                statement.execute("insert into audit select * from kept");
                statement.execute("alter table audit enable trigger audit_refuses");
            }
        }
        assertThat(verdict().getBoolean("intact")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "insert into audit select * from audit limit 1",
                "update audit set detail = ''",
                "delete from audit",
                "truncate audit",
                "update audit_head set number = 1",
                "delete from audit_head"
            })
    void theApplicationsRoleOnlyAddsToTheTrail(String change) throws SQLException {
        var id = admin.get("/api/v1/me").json().getString("id");
        try (var connection = installation.database();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(
                    "select set_config('role', 'docchat_app', true), set_config('docchat.caller', '" + id + "', true)");
            assertThatThrownBy(() -> statement.execute(change)).hasMessageContaining("permission denied");
            connection.rollback();
        }
    }

    @Test
    void notEvenTheDatabasesOwnerAltersTheTrailByMistake() throws SQLException {
        try (var connection = installation.database();
                var statement = connection.createStatement()) {
            for (var change : List.of("update audit set detail = ''", "delete from audit", "truncate audit")) {
                assertThatThrownBy(() -> statement.execute(change)).hasMessageContaining("only added to");
            }
        }
    }

    @Test
    void whatCannotBeWrittenDownDoesNotHappen() throws SQLException {
        var dan = installation.newUser("audit.dan");
        var collection = dan.newCollection("Unwritten");
        var document = dan.indexed(collection, "parrot.md", CANARY);
        try (var connection = installation.database();
                var statement = connection.createStatement()) {
            statement.execute("alter table audit add constraint closed check (false) not valid");
            try {
                assertThat(dan.delete("/api/v1/documents/" + document).status()).isEqualTo(500);
                assertThat(dan.get("/api/v1/documents/" + document + "/content").status())
                        .isEqualTo(500);
                assertThat(dan.post("/api/v1/collections", Client.json().add("name", "More"))
                                .status())
                        .isEqualTo(500);
                assertThat(installation
                                .anybody()
                                .post(
                                        "/api/v1/login",
                                        Client.json()
                                                .add("username", "audit.dan")
                                                .add("password", "Password-of-audit.dan"))
                                .status())
                        .isEqualTo(500);
            } finally {
                statement.execute("alter table audit drop constraint closed");
            }
        }
        assertThat(dan.get("/api/v1/documents/" + document).status()).isEqualTo(200);
        assertThat(dan.get("/api/v1/collections").list("items")).hasSize(1);
        assertThat(verdict().getBoolean("intact")).isTrue();
    }

    @Test
    @DisplayName("Of two administrators who remove each other at once, one stays")
    void twoAdministratorsDoNotRemoveEachOther() throws Exception {
        var first = installation.newUser("audit.first");
        var second = installation.newUser("audit.second");
        var people = List.of(first, second);
        var ids = people.stream()
                .map(client -> client.get("/api/v1/me").json().getString("id"))
                .toList();
        var adminId = admin.get("/api/v1/me").json().getString("id");
        for (var id : ids) {
            promote(admin, id, true).requireStatus(200);
        }
        promote(first, adminId, false).requireStatus(200);
        try {
            for (int round = 0; round < 10; round++) {
                var statuses = atOnce(List.of(
                        () -> promote(first, ids.get(1), false).status(),
                        () -> promote(second, ids.get(0), false).status()));

                assertThat(statuses).as("round %d", round).containsOnlyOnce(200).containsAnyOf(403, 409);
                assertThat(administrators()).isEqualTo(1);
                int left = statuses.indexOf(200);
                promote(people.get(left), ids.get(1 - left), true).requireStatus(200);
            }
        } finally {
            try (var connection = installation.database();
                    var statement = connection.createStatement()) {
                statement.execute("update app_user set admin = (username = 'admin')");
            }
            // Rights are remembered for some seconds.
            Await.until(
                    "the administrator is one again",
                    java.time.Duration.ofSeconds(15),
                    () -> admin.get("/api/v1/users").status() == 200
                            && first.get("/api/v1/users").status() == 403);
        }
    }

    private static Client.Reply promote(Client by, String id, boolean admin) {
        return by.send("PATCH", "/api/v1/users/" + id, "{\"admin\":" + admin + "}");
    }

    private int administrators() throws SQLException {
        try (var connection = installation.database();
                var statement = connection.createStatement();
                var row = statement.executeQuery("select count(*) from app_user where admin and enabled")) {
            row.next();
            return row.getInt(1);
        }
    }

    /** Of a collection without passages, which the model's server need not be there for. */
    private static void changeModel(Client ann) {
        var path = "/api/v1/collections/" + ann.newCollection("Models") + "/embedding-model";
        var second = Client.json().add("name", "second").build().toString();
        ann.send("POST", path, second).requireStatus(202);
        Await.until(
                "it is ready",
                Duration.ofSeconds(20),
                () -> ann.send("PUT", path, second).status() == 200);
        ann.delete(path + "?name=bge-small-en-v1.5-q").requireStatus(204);
    }

    private static List<Integer> atOnce(List<Callable<Integer>> acts) throws Exception {
        var threads = Executors.newFixedThreadPool(acts.size());
        try {
            var start = new CyclicBarrier(acts.size());
            var running = acts.stream()
                    .map(act -> threads.submit(() -> {
                        start.await();
                        return act.call();
                    }))
                    .toList();
            var statuses = new ArrayList<Integer>();
            for (var one : running) {
                statuses.add(one.get());
            }
            return statuses;
        } finally {
            threads.shutdownNow();
        }
    }

    private JsonObject verdict() {
        return admin.get("/api/v1/audit/verify").requireStatus(200).json();
    }

    private List<JsonObject> entriesSince(Instant since) {
        var entries = new ArrayList<JsonObject>();
        var cursor = "";
        do {
            var page = admin.get("/api/v1/audit?limit=200&since=" + since + "&cursor=" + cursor)
                    .requireStatus(200);
            entries.addAll(page.list("items"));
            cursor = page.json().isNull("nextCursor") ? "" : page.json().getString("nextCursor");
        } while (!cursor.isEmpty());
        return entries;
    }

    private static List<JsonObject> of(List<JsonObject> entries, String act) {
        return entries.stream()
                .filter(entry -> entry.getString("act").equals(act))
                .toList();
    }

    private static String text(JsonObject entry, String name) {
        return entry.isNull(name) ? "" : entry.getString(name);
    }
}
