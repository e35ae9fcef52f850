package org.docchat;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A collection can be taken away and brought back")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArchiveIT {
    /** Of the model that is built in. */
    private static final int DIMENSIONS = 384;

    private static final List<String> QUERIES =
            List.of("deposit for a bicycle", "Where is the garage?", "euros", "the office opens", "stone on the quay");

    private final Installation installation;
    private final Client ann;
    private final Client bob;
    private final String collection;
    private final byte[] archive;

    ArchiveIT(Installation installation) {
        this.installation = installation;
        ann = installation.newUser("ann.archive");
        bob = installation.newUser("bob.archive");
        collection = ann.newCollection("Handbooks");
        ann.indexed(
                collection,
                "handbook.pdf",
                Pdf.of(
                        List.of("Office", "The office opens at seven in the morning."),
                        List.of("Bicycles", "The deposit for a company bicycle is 75 euros.")));
        ann.indexed(collection, "parking.md", "# Parking\n\nThe garage is in Falkenstrasse.\n".getBytes(UTF_8));
        ann.indexed(collection, "parking.md", "# Parking\n\nThe garage is in Birkenallee.\n".getBytes(UTF_8));
        // Equal passages, so that ties are broken as before.
        for (var name : List.of("north.txt", "south.txt", "east.txt", "west.txt")) {
            ann.indexed(collection, name, "A stone lies on the quay, and nobody moves it.\n".getBytes(UTF_8));
        }
        ann.upload(collection, "image.pdf", Pdf.of(List.of())).requireStatus(202);
        Await.until(
                "the empty document is rejected",
                java.time.Duration.ofSeconds(30),
                () -> ann.get("/api/v1/collections/" + collection)
                                .json()
                                .getJsonObject("states")
                                .getInt("rejected", 0)
                        == 1);
        archive = ann.bytes("/api/v1/collections/" + collection + "/export");
    }

    @Test
    void whatIsImportedAnswersEverySearchWithTheSameScores() {
        var before = ann.get("/api/v1/collections/" + collection).json();
        var copy = restore(bob, archive).requireStatus(201).json();

        assertThat(copy.getString("role")).isEqualTo("owner");
        // Nothing is left to be embedded: it is all there at once.
        var states = bob.get("/api/v1/collections/" + copy.getString("id")).json();
        assertThat(states.get("states")).isEqualTo(before.get("states"));
        assertThat(states.get("passages")).isEqualTo(before.get("passages"));
        for (var mode : List.of("hybrid", "keyword", "semantic")) {
            for (var query : QUERIES) {
                assertThat(search(bob, copy.getString("id"), query, mode))
                        .describedAs("%s by %s", query, mode)
                        .isNotEmpty()
                        .isEqualTo(search(ann, collection, query, mode));
            }
        }
    }

    @Test
    void originalsVersionsTextsAndMarksAreTheSame() {
        var copy = restore(bob, archive).requireStatus(201).json().getString("id");
        var theirs = documents(ann, collection);
        var ours = documents(bob, copy);

        assertThat(ours.keySet()).isEqualTo(theirs.keySet());
        theirs.forEach((name, document) -> {
            var own = ours.get(name);
            for (var same :
                    List.of("mediaType", "size", "sha256", "version", "state", "pages", "passages", "problem")) {
                assertThat(own.get(same)).describedAs("%s of %s", same, name).isEqualTo(document.get(same));
            }
            assertThat(bob.bytes("/api/v1/documents/" + own.getString("id") + "/content"))
                    .isEqualTo(ann.bytes("/api/v1/documents/" + document.getString("id") + "/content"));
            if (document.getString("state").equals("rejected")) {
                return;
            }
            for (var part :
                    List.of("/text?start=0&end=500", "/marks?start=0&end=500", "/text?version=1&start=0&end=50")) {
                assertThat(bob.get("/api/v1/documents/" + own.getString("id") + part)
                                .body())
                        .isEqualTo(ann.get("/api/v1/documents/" + document.getString("id") + part)
                                .body()
                                .replace(document.getString("id"), own.getString("id")));
            }
        });
    }

    /** A flipped bit anywhere, also where no reader of zips would look. */
    @Test
    @Tag("U4")
    void aSingleDamagedByteRefusesTheWhole() throws SQLException {
        long before = rows();
        var random = new Random(7);
        var places = random.ints(25, 0, archive.length).boxed().toList();
        for (int place : Stream.concat(places.stream(), Stream.of(0, archive.length - 1, archive.length - 70))
                .toList()) {
            var damaged = archive.clone();
            damaged[place] ^= 1;
            requireRefused(damaged, "damaged_archive");
        }
        for (int length : List.of(0, 10, 64, 100, archive.length / 2, archive.length - 1)) {
            requireRefused(Arrays.copyOf(archive, length), "damaged_archive");
        }
        assertThat(rows()).isEqualTo(before);
    }

    /** Whoever can compute a checksum can lie. */
    @Test
    @Tag("R2")
    void aSecondImportWaitsForTheFirst() throws Exception {
        var cat = installation.newUser("cat.archive");
        try (var first = new Socket("localhost", installation.address().getPort())) {
            first.getOutputStream()
                    .write(("POST /api/v1/collections/import HTTP/1.1\r\nHost: localhost\r\nContent-Type:"
                                    + " application/zip\r\nContent-Length: 100000000\r\nAuthorization: "
                                    + cat.authorization() + "\r\n\r\nPK")
                            .getBytes(UTF_8));
            first.getOutputStream().flush();
            // Of two at the same moment, either may be the first.
            Thread.sleep(3_000);

            var second = restored(cat, archive);
            assertThat(second.status()).as(second.body()).isEqualTo(429);
            assertThat(second.json().getString("code")).isEqualTo("import_running");
            assertThat(second.header("Retry-After")).isNotEmpty();
            assertThat(restored(bob, archive).status()).as("somebody else's").isEqualTo(201);
        }

        Await.until(
                "the first one is over",
                Duration.ofSeconds(20),
                () -> restored(cat, archive).status() == 201);
    }

    private static Client.Reply restored(Client user, byte[] archive) {
        return user.send("POST", "/api/v1/collections/import", "application/zip", archive);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forgeries")
    @Tag("U1")
    @Tag("U4")
    @Tag("Q5")
    void aForgedArchiveIsRefusedWhole(String what, Consumer<Map<String, byte[]>> forger) throws SQLException {
        long before = rows();
        var entries = entries();
        forger.accept(entries);

        requireRefused(sealed(entries), "damaged_archive");
        assertThat(rows()).isEqualTo(before);
    }

    static Stream<Arguments> forgeries() {
        return Stream.of(
                forgery("an original is another file", entries -> entries.put("originals/2", "other".getBytes(UTF_8))),
                forgery("an original is missing", entries -> entries.remove("originals/1")),
                forgery(
                        "a path as a name",
                        entries -> replace(entries, "documents.jsonl", "parking.md", "../parking.md")),
                forgery("one name twice", entries -> replace(entries, "documents.jsonl", "north.txt", "south.txt")),
                forgery(
                        "an unknown state",
                        entries -> replace(entries, "documents.jsonl", "\"rejected\"", "\"blessed\"")),
                forgery("no JSON", entries -> entries.put("documents.jsonl", "[1,\n".getBytes(UTF_8))),
                forgery(
                        "no array",
                        entries -> replace(entries, "documents.jsonl", "\"versions\":[", "\"versions\":7,\"x\":[")),
                forgery("another text", entries -> entries.put("texts/1.txt", "short".getBytes(UTF_8))),
                forgery("a null character", entries -> replace(entries, "texts/1.txt", "office", "off\0ce")),
                forgery(
                        "a range beyond the text",
                        entries -> replace(entries, "passages/2.jsonl", "\"end\":", "\"end\":99")),
                forgery("a passage too few", entries -> entries.put("passages/1.jsonl", new byte[0])),
                forgery(
                        "an embedding that is none",
                        entries -> replace(entries, "passages/1.jsonl", "-q\":\"", "-q\":\"AAAA")),
                forgery("an embedding of nothing", entries -> embed(entries, new float[DIMENSIONS])),
                forgery("an embedding that is no number", entries -> embed(entries, floats(Float.NaN))),
                forgery("an endless embedding", entries -> embed(entries, floats(Float.POSITIVE_INFINITY))),
                forgery("an embedding too short", entries -> embed(entries, new float[] {1})),
                forgery("a bomb", entries -> entries.put("texts/1.txt", new byte[300 << 20])));
    }

    @Test
    void anotherVersionOfTheFormatIsToldApart() {
        var entries = entries();
        replace(entries, "manifest.json", "\"version\":1", "\"version\":2");

        requireRefused(sealed(entries), "unknown_archive_version");
    }

    @Test
    @Tag("Q5")
    void whatAnotherModelEmbeddedIsEmbeddedAnew() {
        var entries = entries();
        for (var name : List.copyOf(entries.keySet())) {
            if (name.startsWith("passages/")) {
                replace(entries, name, "-q\":\"", "-of-others\":\"");
            }
        }
        var copy = restore(bob, sealed(entries)).requireStatus(201).json().getString("id");
        documents(bob, copy).values().stream()
                .filter(document -> !document.getString("state").equals("rejected"))
                .forEach(document -> bob.requireIndexed(document.getString("id")));

        for (var query : QUERIES) {
            assertThat(search(bob, copy, query, "semantic")).hasSameSizeAs(search(ann, collection, query, "semantic"));
        }
    }

    private static Arguments forgery(String what, Consumer<Map<String, byte[]>> forger) {
        return Arguments.of(what, forger);
    }

    private static Client.Reply restore(Client client, byte[] archive) {
        return client.send("POST", "/api/v1/collections/import", "application/zip", archive);
    }

    private static float[] floats(float first) {
        var vector = new float[DIMENSIONS];
        vector[0] = first;
        return vector;
    }

    /** Instead of the first one. */
    private static void embed(Map<String, byte[]> entries, float[] vector) {
        var bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        var name = "passages/1.jsonl";
        var text = new String(entries.get(name), UTF_8);
        var changed =
                text.replaceFirst("(-q\":\")[^\"]+", "$1" + Base64.getEncoder().encodeToString(bytes.array()));
        assertThat(changed).isNotEqualTo(text);
        entries.put(name, changed.getBytes(UTF_8));
    }

    private void requireRefused(byte[] damaged, String code) {
        var refused = restore(bob, damaged).requireStatus(400);
        assertThat(refused.json().getString("code")).isEqualTo(code);
    }

    /** Of all tables that an import writes to. */
    private long rows() throws SQLException {
        try (var connection = installation.database();
                var statement = connection.createStatement();
                var row = statement.executeQuery("""
                        select (select count(*) from collection) + (select count(*) from document)
                             + (select count(*) from content) + (select count(*) from passage)
                        """)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static Map<String, JsonObject> documents(Client client, String collection) {
        var documents = new LinkedHashMap<String, JsonObject>();
        client.get("/api/v1/collections/" + collection + "/documents").list("items").stream()
                .sorted(java.util.Comparator.comparing(document -> document.getString("name")))
                .forEach(document -> documents.put(document.getString("name"), document));
        return documents;
    }

    /** What was found, without ids. */
    private static List<String> search(Client client, String collection, String query, String mode) {
        return client
                .post(
                        "/api/v1/collections/" + collection + "/search",
                        Client.json().add("query", query).add("mode", mode))
                .requireStatus(200)
                .list("passages")
                .stream()
                .map(found -> Stream.of("documentName", "version", "page", "section", "text", "score", "ranks")
                        .map(field -> String.valueOf(found.get(field)))
                        .toList()
                        .toString())
                .toList();
    }

    private static void replace(Map<String, byte[]> entries, String name, String old, String now) {
        var text = new String(entries.get(name), UTF_8);
        assertThat(text).contains(old);
        entries.put(name, text.replace(old, now).getBytes(UTF_8));
    }

    private Map<String, byte[]> entries() {
        var entries = new LinkedHashMap<String, byte[]>();
        try (var zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                entries.put(entry.getName(), zip.readAllBytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return entries;
    }

    /** As the README of docchat-ingest says. */
    private static byte[] sealed(Map<String, byte[]> entries) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.setLevel(Deflater.BEST_SPEED);
            zip.setComment("0".repeat(64));
            for (var entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
            zip.finish();
            var unsealed = Arrays.copyOf(bytes.toByteArray(), bytes.size() - 64);
            var seal = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(unsealed));
            bytes.reset();
            bytes.writeBytes(unsealed);
            bytes.writeBytes(seal.getBytes(US_ASCII));
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
