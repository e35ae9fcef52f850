package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A program that uploads, replaces and deletes documents until something dies, and remembers what it was promised. */
final class KillWriter {
    private static final int NAMES = 12;

    private final int number;
    private final Random random;
    private final List<byte[]> pdfs;
    private final String collection;
    /** By name, the bytes of each version that was acknowledged. */
    private final Map<String, List<byte[]>> known = new TreeMap<>();
    /** What was asked for when it died: it may or may not have happened. */
    private String doubtful = "";

    private List<byte[]> doubtfulVersions = List.of();
    private final List<String> wrong = new ArrayList<>();
    private int acknowledged;
    private Thread thread = new Thread();

    KillWriter(int number, long seed, List<byte[]> pdfs, String collection) {
        this.number = number;
        this.random = new Random(seed);
        this.pdfs = pdfs;
        this.collection = collection;
    }

    /** How much it was promised. */
    int acknowledged() {
        return acknowledged;
    }

    void begin(Client client) {
        settle(client);
        thread = new Thread(() -> write(client), "writer-" + number);
        thread.start();
    }

    /** Returns once it has noticed. */
    void end() throws InterruptedException {
        thread.join();
    }

    private void write(Client client) {
        try {
            while (true) {
                step(client);
                Thread.sleep(random.nextInt(60));
            }
        } catch (Unavailable | UncheckedIOException | InterruptedException e) {
            // Killed: what is in doubt is settled when all is up again.
        } catch (AssertionError e) {
            wrong.add(String.valueOf(e.getMessage()));
        }
    }

    private void step(Client client) {
        int choice = random.nextInt(NAMES);
        var name = name(choice);
        var versions = known.getOrDefault(name, List.of());
        if (!versions.isEmpty() && random.nextInt(3) == 0) {
            var ids = idsOf(client, name);
            doubtful = name;
            doubtfulVersions = List.of();
            for (var id : ids) {
                answered(client.delete("/api/v1/documents/" + id), 204);
            }
        } else {
            var bytes = choice % 4 == 0 ? pdfs.get(random.nextInt(pdfs.size())) : text();
            boolean same = !versions.isEmpty() && Arrays.equals(versions.get(versions.size() - 1), bytes);
            doubtful = name;
            doubtfulVersions = same ? versions : plus(versions, bytes);
            answered(client.upload(collection, name, bytes), same ? 200 : 202);
        }
        acknowledged++;
        take(doubtfulVersions);
    }

    /** Says that it is killed, in a way. */
    private static final class Unavailable extends RuntimeException {}

    private static Client.Reply answered(Client.Reply reply, int expected) {
        if (reply.status() == 503) {
            throw new Unavailable();
        }
        return reply.requireStatus(expected);
    }

    private String name(int choice) {
        return "writer" + number + "-" + choice + (choice % 4 == 0 ? ".pdf" : ".md");
    }

    private void take(List<byte[]> versions) {
        if (versions.isEmpty()) {
            known.remove(doubtful);
        } else {
            known.put(doubtful, versions);
        }
        doubtful = "";
    }

    private static List<byte[]> plus(List<byte[]> versions, byte[] bytes) {
        return Stream.concat(versions.stream(), Stream.of(bytes)).toList();
    }

    private List<String> idsOf(Client client, String name) {
        return answered(client.get("/api/v1/collections/" + collection + "/documents?name=" + name), 200)
                .list("items")
                .stream()
                .filter(item -> item.getString("name").equals(name))
                .map(item -> item.getString("id"))
                .toList();
    }

    /** A few hundred paragraphs at most, some of them in every text. */
    private byte[] text() {
        var text = new StringBuilder("# Text " + random.nextInt(1_000_000) + "\n\n");
        int paragraphs = random.nextInt(5) == 0 ? 200 : 5;
        for (int i = 0; i < paragraphs; i++) {
            text.append("Paragraph ").append(i).append(" is about number ");
            text.append(random.nextInt(3) == 0 ? random.nextInt(1000) : i).append(" and what follows from it. ");
            text.append("It says so at some length, as paragraphs do. ".repeat(6))
                    .append("\n\n");
        }
        return text.toString().getBytes(UTF_8);
    }

    /** What was in doubt is now known: it happened wholly, or not at all. */
    private void settle(Client client) {
        if (doubtful.isEmpty()) {
            return;
        }
        var before = known.getOrDefault(doubtful, List.of());
        var now = stored(client, doubtful);
        if (now.equals(hashes(doubtfulVersions))) {
            take(doubtfulVersions);
        } else if (!now.equals(hashes(before))) {
            wrong.add(doubtful + " is neither as before nor as after: " + now);
        }
        doubtful = "";
    }

    private List<String> stored(Client client, String name) {
        return idsOf(client, name).stream()
                .map(id -> client.get("/api/v1/documents/" + id).requireStatus(200))
                .flatMap(reply -> reply.list("versions").stream())
                .sorted(Comparator.comparing(version -> version.getInt("version")))
                .map(version -> version.getString("sha256"))
                .toList();
    }

    /** What is not as promised. */
    List<String> compare(Client client) {
        settle(client);
        for (int choice = 0; choice < NAMES; choice++) {
            var expected = hashes(known.getOrDefault(name(choice), List.of()));
            var found = stored(client, name(choice));
            if (!found.equals(expected)) {
                wrong.add(name(choice) + " should have versions " + expected + " and has " + found);
            }
        }
        return wrong;
    }

    /** All that it was promised, once more. */
    void repeat(Client client, String other) {
        known.forEach((name, versions) ->
                versions.forEach(bytes -> client.upload(other, name, bytes).requireStatus(202)));
    }

    private static List<String> hashes(List<byte[]> versions) {
        return versions.stream()
                .map(bytes -> {
                    try {
                        return HexFormat.of()
                                .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
                    } catch (NoSuchAlgorithmException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toList();
    }
}
