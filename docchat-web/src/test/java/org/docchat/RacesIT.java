package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("R4")
@DisplayName("Whatever happens at the same time, every document is whole or gone")
@ExtendWith(Installation.Parameter.class)
class RacesIT {
    private static final String DOCUMENTS = "/api/v1/documents/";
    private static final String CONVERSATIONS = "/api/v1/conversations";

    private static final String EVALUATION = """
            {"questions": [{"question": "Who is first in a race?", "expected": [{"document": "beset-0.txt"}]}]}""";

    private final Installation installation;
    private final ExecutorService others = Executors.newCachedThreadPool();
    private List<String> before = List.of();

    RacesIT(Installation installation) {
        this.installation = installation;
    }

    @BeforeEach
    void look() throws SQLException {
        before = violations();
    }

    @AfterEach
    void everythingHolds() throws Exception {
        others.shutdown();
        assertThat(others.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        Await.until("all work is done, and nothing is left over", Duration.ofSeconds(60), () -> {
            var now = violations();
            now.removeAll(before);
            if (!now.isEmpty()) {
                throw new IllegalStateException(String.join("\n", now));
            }
            return true;
        });
    }

    @Test
    void whatIsDeletedWhileItIsReadAndEmbeddedLeavesNothing() throws Exception {
        var owner = installation.newUser("races.ann");
        var collection = owner.newCollection("Deleted in time");
        var deleted = new ArrayList<String>();
        for (int i = 0; i < 14; i++) {
            var id = owner.upload(collection, "doomed-" + i + ".txt", text("doomed " + i, 60))
                    .requireStatus(202)
                    .json()
                    .getString("id");
            Thread.sleep(i * 25L);
            owner.delete("/api/v1/documents/" + id).requireStatus(204);
            owner.get("/api/v1/documents/" + id).requireStatus(404);
            deleted.add(id);
        }

        assertThat(remains(deleted)).isEmpty();
        owner.indexed(collection, "last.txt", text("the last one", 3));
        assertThat(remains(deleted)).as("when workers have come to its end").isEmpty();
    }

    @Test
    void anUploadBesideTheDeletionOfItsNameIsWholeOrGone() throws Exception {
        var owner = installation.newUser("races.bob");
        var collection = owner.newCollection("Uploaded again");
        var id = owner.indexed(collection, "same.txt", text("round none", 10));
        int survived = 0;
        for (int round = 0; round < 8; round++) {
            var bytes = text("round " + round, 10);
            var target = id;
            var deletion = later(() -> owner.delete("/api/v1/documents/" + target));
            Thread.sleep(round * 2L);
            var upload = owner.upload(collection, "same.txt", bytes).requireStatus(202);
            deletion.get().requireStatus(204);

            id = upload.json().getString("id");
            if (owner.get("/api/v1/documents/" + id).status() == 404) {
                assertThat(id).as("only what it was a version of took it along").isEqualTo(target);
                id = owner.indexed(collection, "same.txt", bytes);
            } else {
                survived++;
                owner.requireIndexed(id);
            }
            assertThat(owner.bytes("/api/v1/documents/" + id + "/content")).isEqualTo(bytes);
            assertThat(owner.get("/api/v1/collections/" + collection + "/documents")
                            .list("items"))
                    .hasSize(1);
        }
        System.out.printf("%d of 8 uploads came after the deletion%n", survived);
    }

    /** The deletion holds its lock until the upload has found the name taken. */
    @Test
    void anUploadThatFindsItsNameOnItsWayOutIsAnotherDocument() throws Exception {
        var owner = installation.newUser("races.gus");
        var collection = owner.newCollection("Taken and gone");
        var id = owner.indexed(collection, "same.txt", text("before", 2));
        Future<Client.Reply> upload;
        try (var database = installation.database();
                var statement = database.createStatement()) {
            database.setAutoCommit(false);
            statement.executeUpdate("delete from document where id = '" + id + "'");
            upload = later(() -> owner.upload(collection, "same.txt", text("after", 2)));
            awaitLock("the upload waits for the deletion");
            database.commit();
        }

        var reply = upload.get().requireStatus(202).json();
        assertThat(reply.getString("id")).isNotEqualTo(id);
        assertThat(reply.getInt("version")).isEqualTo(1);
        owner.requireIndexed(reply.getString("id"));
    }

    @Test
    void aCollectionThatIsDeletedUnderUploadsTakesAllOfThemAlong() throws Exception {
        var owner = installation.newUser("races.cat");
        var collection = owner.newCollection("Deleted as a whole");
        var uploads = new ArrayList<Future<List<Integer>>>();
        for (int thread = 0; thread < 4; thread++) {
            int number = thread;
            uploads.add(later(() -> {
                var statuses = new ArrayList<Integer>();
                for (int i = 0; i < 200 && !statuses.contains(404); i++) {
                    var name = "under-" + number + "-" + i + ".txt";
                    statuses.add(owner.upload(collection, name, text(name, 20)).status());
                }
                return statuses;
            }));
        }
        Thread.sleep(300);

        owner.delete("/api/v1/collections/" + collection).requireStatus(204);

        for (var statuses : uploads) {
            assertThat(statuses.get()).containsOnly(202, 404).endsWith(404);
        }
        assertThat(remains(List.of(collection))).isEmpty();
    }

    /** The worker comes to its end when the deletion has begun and waits for it. */
    @Test
    void aCollectionThatIsDeletedWhileADocumentBecomesSearchableLeavesNothingToPack() throws Exception {
        var owner = installation.newUser("races.hal");
        var collection = owner.newCollection("Searchable too late");
        var id = owner.indexed(collection, "late.txt", text("late", 2));
        Future<Client.Reply> deletion;
        try (var worker = installation.database();
                var statement = worker.createStatement()) {
            worker.setAutoCommit(false);
            statement.executeUpdate("update version set passages = passages + 1 where document_id = '" + id + "'");
            deletion = later(() -> owner.delete("/api/v1/collections/" + collection));
            awaitLock("the deletion waits for the worker");
            statement.executeUpdate("insert into unpacked (collection_id, places) values ('" + collection + "', 1)");
            statement.executeUpdate(
                    "insert into unposted (collection_id, passage_id, places) values ('" + collection + "', 1, 1)");
            worker.commit();
        }

        deletion.get().requireStatus(204);

        assertThat(remains(List.of(collection))).isEmpty();
    }

    /** Whoever deletes a collection waits for what is leased in it, which therefore must not wait for the collection. */
    @Test
    void aVersionIsLeasedWhileItsCollectionIsLocked() throws Exception {
        var owner = installation.newUser("races.lea");
        var collection = owner.newCollection("Locked");
        owner.send("POST", "/api/v1/collections/" + collection + "/pause", "").requireStatus(200);
        var id = owner.upload(collection, "leased.txt", text("leased", 2))
                .requireStatus(202)
                .json()
                .getString("id");
        try (var locking = installation.database();
                var other = installation.database();
                var statement = locking.createStatement()) {
            locking.setAutoCommit(false);
            statement.executeQuery("select from collection where id = '" + collection + "' for update");
            other.createStatement().executeUpdate("delete from pause where collection_id = '" + collection + "'");

            Await.until("it is leased", Duration.ofSeconds(20), () -> {
                var attempts = other.createStatement()
                        .executeQuery("select from version where attempts = 1 and document_id = '" + id + "'");
                return attempts.next();
            });
            locking.rollback();
        }
        owner.requireIndexed(id);
    }

    @Test
    void whoLosesTheRightAmongRenamesAndUploadsAddsNothingFromThenOn() throws Exception {
        var owner = installation.newUser("races.dan");
        var editor = installation.newUser("races.eve");
        var collection = owner.newCollection("Shared for a while");
        var member = "/api/v1/collections/" + collection + "/members/races.eve";
        Set<String> accepted = ConcurrentHashMap.newKeySet();
        for (int round = 0; round < 4; round++) {
            owner.send("PUT", member, "{\"role\":\"editor\"}").requireStatus(200, 201, 204);
            var names = "round-" + round + "-";
            var uploads = new ArrayList<Future<Integer>>();
            for (int i = 0; i < 6; i++) {
                var name = names + i + ".txt";
                uploads.add(later(() -> {
                    int status = editor.upload(collection, name, text(name, 2)).status();
                    if (status == 202) {
                        accepted.add(name);
                    }
                    return status;
                }));
            }
            var renamed = later(() ->
                    owner.send("PATCH", "/api/v1/collections/" + collection, "{\"name\":\"Shared " + names + "\"}"));
            Thread.sleep(round * 15L);

            owner.delete(member).requireStatus(204);

            editor.upload(collection, names + "late.txt", text("late", 2)).requireStatus(404);
            for (var upload : uploads) {
                assertThat(upload.get()).isIn(202, 404);
            }
            assertThat(renamed.get().requireStatus(200).json().getString("name"))
                    .isEqualTo("Shared " + names);
        }

        var there = owner.get("/api/v1/collections/" + collection + "/documents?limit=200").list("items").stream()
                .map(item -> item.getString("name"))
                .toList();
        assertThat(there).containsExactlyInAnyOrderElementsOf(accepted);
    }

    @Test
    void nobodysChangeIsLostWhereEverybodySaysWhatTheyChanged() throws Exception {
        var owner = installation.newUser("races.fay");
        var path = "/api/v1/collections/" + owner.newCollection("Edited by many");
        var turns = new ArrayList<Future<Integer>>();
        for (int i = 0; i < 8; i++) {
            char own = (char) ('a' + i);
            turns.add(later(() -> {
                for (int refused = 0; ; refused++) {
                    var read = owner.get(path).requireStatus(200);
                    var changed = "{\"description\":\"" + read.json().getString("description") + own + "\"}";
                    var reply = owner.sendIfMatch("PATCH", path, changed, read.header("ETag"))
                            .requireStatus(200, 412);
                    if (reply.status() == 200) {
                        assertThat(reply.header("ETag")).isNotEqualTo(read.header("ETag"));
                        return refused;
                    }
                    assertThat(reply.json().getString("code")).isEqualTo("collection_changed");
                }
            }));
        }
        int refused = 0;
        for (var turn : turns) {
            refused += turn.get();
        }

        assertThat(refused).as("who came second was told so").isPositive();
        assertThat(owner.get(path).json().getString("description").chars())
                .containsExactlyInAnyOrderElementsOf("abcdefgh".chars().boxed().toList());
        var weak = owner.get(path).header("ETag");
        owner.sendIfMatch("PATCH", path, "{\"name\":\"No\"}", "\"another\"").requireStatus(412);
        owner.sendIfMatch("PATCH", path, "{\"name\":\"No\"}", "W/" + weak).requireStatus(412);
        owner.sendIfMatch("PATCH", path, "{\"name\":\"Any\"}", "*").requireStatus(200);
        owner.sendIfMatch("PATCH", path, "{\"name\":\"No\"}", "no tag").requireStatus(400);
    }

    /** Whoever locks rows of a collection locks its row first, so none of these ever waits for another that waits for it. */
    @Test
    void whateverIsDoneAtOnceToTheSameFewThingsIsDoneOrRefused() throws Exception {
        var administrator = installation.administrator();
        var lot = "/api/v1/groups/"
                + administrator
                        .post("/api/v1/groups", Client.json().add("name", "races.lot"))
                        .requireStatus(201)
                        .json()
                        .getString("id");
        var owners = List.of(installation.newUser("races.ida"), installation.newUser("races.jon"));
        var collections = new AtomicReferenceArray<String>(2);
        for (int i = 0; i < collections.length(); i++) {
            collections.set(i, newShared(owners.get(0), "Beset " + i));
        }
        List<BiFunction<Client, String, Client.Reply>> changes = List.of(
                RacesIT::upload,
                RacesIT::upload,
                (owner, collection) -> anyOf(owner, collection + "/documents", id -> owner.delete(DOCUMENTS + id)),
                (owner, collection) -> anyOf(
                        owner, collection + "/documents", id -> owner.send("POST", DOCUMENTS + id + "/cancel", "")),
                (owner, collection) -> anyOf(
                        owner, collection + "/documents", id -> owner.send("POST", DOCUMENTS + id + "/retry", "")),
                (owner, collection) -> owner.send("POST", collection + "/pause", ""),
                (owner, collection) -> owner.send("POST", collection + "/resume", ""),
                (owner, collection) -> owner.send("PATCH", collection, "{\"description\":\"beset\"}"),
                (owner, collection) -> owner.send("POST", collection + "/embedding-model", "{\"name\":\"second\"}"),
                (owner, collection) -> owner.delete(collection + "/embedding-model?name=second"),
                (owner, collection) -> owner.send("POST", collection + "/evaluations", EVALUATION),
                (owner, collection) -> owner.post("/api/v1/answers", question(collections)),
                (owner, collection) -> anyOf(
                        owner,
                        CONVERSATIONS,
                        id -> owner.post(
                                "/api/v1/answers", question(collections).add("conversationId", id))),
                (owner, collection) -> anyOf(
                        owner,
                        CONVERSATIONS,
                        id -> owner.send("PATCH", CONVERSATIONS + "/" + id, "{\"title\":\"Beset\"}")),
                (owner, collection) -> anyOf(owner, CONVERSATIONS, id -> owner.delete(CONVERSATIONS + "/" + id)),
                (owner, collection) -> share(owner, collection, "races.ida", "owner"),
                (owner, collection) -> share(owner, collection, "races.jon", "owner"),
                (owner, collection) -> share(owner, collection, "races.kim", "editor"),
                (owner, collection) -> owner.delete(collection + "/members/races.jon"),
                (owner, collection) -> owner.delete(collection + "/members/races.kim"),
                (owner, collection) -> owner.send("PUT", collection + "/groups/races.lot", "{\"role\":\"editor\"}"),
                (owner, collection) -> owner.delete(collection + "/groups/races.lot"),
                (owner, collection) -> administrator.send("PUT", lot + "/users/races.kim", ""),
                (owner, collection) -> administrator.delete(lot + "/users/races.kim"),
                (owner, collection) -> {
                    for (int i = 0; i < collections.length(); i++) {
                        if (collections.get(i).equals(collection)) {
                            collections.set(i, newShared(owner, "Beset again"));
                        }
                    }
                    return owner.delete(collection);
                });
        var end = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        var running = new ArrayList<Future<Map<Integer, Integer>>>();
        for (int thread = 0; thread < 6; thread++) {
            var random = new Random(thread);
            running.add(later(() -> {
                var statuses = new TreeMap<Integer, Integer>();
                while (System.nanoTime() < end) {
                    var reply = changes.get(random.nextInt(changes.size()))
                            .apply(
                                    owners.get(random.nextInt(owners.size())),
                                    collections.get(random.nextInt(collections.length())));
                    assertThat(reply.status()).as(reply.body()).isLessThan(500).isNotEqualTo(400);
                    statuses.merge(reply.status(), 1, Integer::sum);
                }
                return statuses;
            }));
        }
        running.add(later(() -> {
            var statuses = new TreeMap<Integer, Integer>();
            while (System.nanoTime() < end) {
                var kim = installation.newUser("races.kim");
                for (int i = 0; i < 12; i++) {
                    statuses.merge(upload(kim, collections.get(i % 2)).status(), 1, Integer::sum);
                    kim.newCollection("Of somebody who goes");
                }
                administrator
                        .delete("/api/v1/users/" + kim.get("/api/v1/me").json().getString("id"))
                        .requireStatus(204);
            }
            return statuses;
        }));

        var statuses = new TreeMap<Integer, Integer>();
        for (var one : running) {
            one.get().forEach((status, times) -> statuses.merge(status, times, Integer::sum));
        }
        System.out.println("replies by status: " + statuses);
        assertThat(statuses.lastKey()).isLessThan(500);
        try (var database = installation.database();
                var statement = database.createStatement()) {
            statement.executeUpdate("delete from pause");
            statement.executeUpdate("update version set state = 'received', attempts = 0, not_before = now()"
                    + " where state = 'failed' and problem_code = 'cancelled'");
        }
    }

    /** The path of a new collection. */
    private static String newShared(Client owner, String name) {
        var path = "/api/v1/collections/" + owner.newCollection(name);
        share(owner, path, "races.ida", "owner");
        share(owner, path, "races.jon", "owner");
        return path;
    }

    private static Client.Reply share(Client owner, String collection, String with, String role) {
        return owner.send("PUT", collection + "/members/" + with, "{\"role\":\"" + role + "\"}");
    }

    private static Client.Reply upload(Client editor, String collection) {
        var random = ThreadLocalRandom.current();
        return editor.send(
                "PUT",
                collection + "/documents/beset-" + random.nextInt(3) + ".txt",
                "text/plain",
                text("beset " + random.nextInt(), 8));
    }

    private static JsonObjectBuilder question(AtomicReferenceArray<String> collections) {
        var ids = Json.createArrayBuilder();
        for (int i = 0; i < collections.length(); i++) {
            ids.add(collections.get(i).replaceFirst(".*/", ""));
        }
        return Client.json()
                .add("question", "Who of the runners is first in a race?")
                .add("collections", ids);
    }

    private static Client.Reply anyOf(Client owner, String list, Function<String, Client.Reply> change) {
        var listed = owner.get(list);
        if (listed.status() != 200 || listed.list("items").isEmpty()) {
            return listed;
        }
        var items = listed.list("items");
        return change.apply(
                items.get(ThreadLocalRandom.current().nextInt(items.size())).getString("id"));
    }

    private <T> Future<T> later(Callable<T> work) {
        return others.submit(work);
    }

    private void awaitLock(String expected) {
        Await.until(expected, Duration.ofSeconds(20), () -> {
            try (var waiting = installation.database();
                    var rows = waiting.createStatement()
                            .executeQuery("select from pg_stat_activity where wait_event_type = 'Lock'")) {
                return rows.next();
            }
        });
    }

    private static byte[] text(String words, int paragraphs) {
        return ("About " + words + ". A race has runners, and one of them is first. ")
                .concat("\n\n")
                .repeat(paragraphs)
                .getBytes(UTF_8);
    }

    /** Of the audit trail, only that it happened. */
    private List<String> remains(List<String> ids) throws SQLException {
        try (var database = installation.database()) {
            var remains = Remains.of(database, ids);
            remains.removeIf(table -> table.startsWith("audit "));
            return remains;
        }
    }

    private List<String> violations() throws SQLException {
        try (var database = installation.database()) {
            return KillInvariants.violations(database);
        }
    }
}
