package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Kills docchat.jar again and again while documents are uploaded, replaced and deleted, and then looks whether anything
 * was lost or doubled: {@code java … org.docchat.KillRun KILLS SEED}, in docchat-web after {@code package}. Described in
 * docchat-ingest/README.md.
 */
public final class KillRun {
    private static final int WRITERS = 3;
    private static final int NAMES = 12;
    private static final String PASSWORD = "Tr4vel-light-and-far";
    private static final Duration SETTLE = Duration.ofMinutes(5);

    /** What is waited for before a kill, so that every step is hit. */
    private static final List<String> MOMENTS = List.of(
            "select true",
            "select true from version where state = 'parsing'",
            "select true from version where state = 'embedding'",
            "select true from content c where not exists (select from version v where v.content_id = c.id)");

    private final EmbeddedPostgres database;
    private final Path home;
    private final int port;
    private final Random random;
    private final List<byte[]> files;
    private final List<Writer> writers = new ArrayList<>();
    private String collection = "";

    private KillRun(EmbeddedPostgres database, Path home, long seed) throws IOException {
        this.database = database;
        this.home = home;
        this.port = Installation.freePort();
        this.random = new Random(seed);
        this.files = pdfs();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new Writer(i, random.nextLong()));
        }
    }

    /** @param args how many kills, and the seed of all that is random */
    public static void main(String[] args) throws Exception {
        int kills = args.length > 0 ? Integer.parseInt(args[0]) : 100;
        long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
        var home = Files.createTempDirectory("docchat-kills");
        List<String> wrong;
        try (var database = EmbeddedPostgres.builder()
                .setPGStartupWait(Duration.ofMinutes(2))
                .start()) {
            wrong = new KillRun(database, home, seed).run(kills);
        } finally {
            try (var left = Files.walk(home)) {
                left.sorted(java.util.Comparator.reverseOrder())
                        .forEach(path -> path.toFile().delete());
            }
        }
        wrong.forEach(line -> System.out.println("WRONG " + line));
        System.out.println(wrong.isEmpty() ? "nothing lost, nothing doubled" : wrong.size() + " things are wrong");
        System.exit(wrong.isEmpty() ? 0 : 1);
    }

    private List<String> run(int kills) throws Exception {
        for (int kill = 1; kill <= kills; kill++) {
            try (var process = start()) {
                process.awaitGreeting();
                for (var writer : writers) {
                    writer.begin(signedIn(process));
                }
                int moment = random.nextInt(MOMENTS.size());
                Thread.sleep(500 + random.nextInt(4_000));
                boolean seen = awaitMoment(MOMENTS.get(moment));
                process.kill();
                for (var writer : writers) {
                    writer.end();
                }
                System.out.printf(
                        "kill %d of %d at moment %d%s, %d operations acknowledged%n",
                        kill,
                        kills,
                        moment,
                        seen ? "" : " (not met)",
                        writers.stream().mapToInt(writer -> writer.acknowledged).sum());
            }
        }
        try (var process = start()) {
            process.awaitGreeting();
            var client = signedIn(process);
            Await.until("nothing is left to do", SETTLE, () -> count("""
                    select count(*) from version where state in ('received', 'parsing', 'embedding')""") == 0);
            execute("update content set expires_at = now() where expires_at is not null");
            Await.until("broken uploads are swept", Duration.ofSeconds(90), () -> count("""
                    select count(*) from content where expires_at is not null""") == 0);
            var wrong = new ArrayList<String>();
            writers.forEach(writer -> wrong.addAll(writer.compare(client)));
            wrong.addAll(KillInvariants.violations(database.getPostgresDatabase()));
            wrong.addAll(undisturbed(client));
            return wrong;
        }
    }

    /** The same documents once more, without a kill: as many pages, passages and lexemes. */
    private List<String> undisturbed(Client client) throws SQLException {
        var again = client.newCollection("Undisturbed");
        for (var writer : writers) {
            writer.known.forEach((name, versions) -> {
                for (var bytes : versions) {
                    client.upload(again, name, bytes).requireStatus(202);
                }
            });
        }
        Await.until("all of it is indexed", SETTLE, () -> count("""
                select count(*) from version where state in ('received', 'parsing', 'embedding')""") == 0);
        return KillInvariants.differences(database.getPostgresDatabase(), collection, again);
    }

    private LauncherProcess start() throws IOException {
        return new LauncherProcess(
                home,
                Map.of(
                        "DOCCHAT_PORT",
                        Integer.toString(port),
                        "DATABASE_URL",
                        "postgresql://postgres:postgres@localhost:" + database.getPort() + "/postgres",
                        "JWT_SECRET",
                        "f3Qz8Lk1Vb6Nw0Xr5Ty2Hs7Jd4Gm9PcAe5Ui",
                        "DOCCHAT_ADMIN_PASSWORD",
                        PASSWORD));
    }

    private Client signedIn(LauncherProcess process) {
        var client = process.client().signIn("admin", PASSWORD);
        if (collection.isEmpty()) {
            collection = client.newCollection("Under fire");
        }
        return client;
    }

    private boolean awaitMoment(String sql) throws SQLException, InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
        try (var connection = database.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            while (System.nanoTime() < end) {
                try (var row = statement.executeQuery(sql + " limit 1")) {
                    if (row.next()) {
                        return true;
                    }
                }
                Thread.sleep(2);
            }
        }
        return false;
    }

    private long count(String sql) throws SQLException {
        try (var connection = database.getPostgresDatabase().getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (var connection = database.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Real ones where they are at hand; the text of the others is made up. */
    private static List<byte[]> pdfs() throws IOException {
        var folder =
                Path.of(System.getProperty("docchat.data", "../../shared/data")).resolve("formats/good");
        if (!Files.isDirectory(folder)) {
            return List.of(Pdf.of(List.of("A page", "with a sentence."), List.of("Another page", "with another one.")));
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path ->
                            path.toString().endsWith(".pdf") && path.toFile().length() < 300_000)
                    .sorted()
                    .map(path -> {
                        try {
                            return Files.readAllBytes(path);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .toList();
        }
    }

    /** A program that uploads, replaces and deletes, and remembers what it was promised. */
    private final class Writer {
        private final int number;
        private final Random random;
        /** By name, the bytes of each version that was acknowledged. */
        private final Map<String, List<byte[]>> known = new TreeMap<>();
        /** What was asked for when the server died: it may or may not have happened. */
        private String doubtful = "";

        private List<byte[]> doubtfulVersions = List.of();
        private final List<String> wrong = new ArrayList<>();
        private int acknowledged;
        private Thread thread = new Thread();

        Writer(int number, long seed) {
            this.number = number;
            this.random = new Random(seed);
        }

        void begin(Client client) {
            settle(client);
            thread = new Thread(() -> write(client), "writer-" + number);
            thread.start();
        }

        void end() throws InterruptedException {
            thread.join();
        }

        /** Until the server dies. */
        private void write(Client client) {
            try {
                while (true) {
                    step(client);
                    Thread.sleep(random.nextInt(60));
                }
            } catch (UncheckedIOException | InterruptedException e) {
                // Killed: what is in doubt is settled after the next start.
            } catch (AssertionError e) {
                wrong.add(String.valueOf(e.getMessage()));
            }
        }

        private void step(Client client) {
            int choice = random.nextInt(NAMES);
            boolean pdf = choice % 4 == 0;
            var name = "writer" + number + "-" + choice + (pdf ? ".pdf" : ".md");
            var versions = known.getOrDefault(name, List.of());
            doubtful = name;
            if (!versions.isEmpty() && random.nextInt(3) == 0) {
                doubtfulVersions = List.of();
                for (var id : idsOf(client, name)) {
                    client.delete("/api/v1/documents/" + id).requireStatus(204);
                }
            } else {
                var bytes = pdf ? files.get(random.nextInt(files.size())) : text();
                boolean same = !versions.isEmpty() && java.util.Arrays.equals(versions.get(versions.size() - 1), bytes);
                doubtfulVersions = same ? versions : plus(versions, bytes);
                client.upload(collection, name, bytes).requireStatus(same ? 200 : 202);
            }
            acknowledged++;
            take(doubtfulVersions);
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
            return client
                    .get("/api/v1/collections/" + collection + "/documents?name=" + name)
                    .requireStatus(200)
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
                    .sorted(java.util.Comparator.comparing(version -> version.getInt("version")))
                    .map(version -> version.getString("sha256"))
                    .toList();
        }

        List<String> compare(Client client) {
            settle(client);
            for (int choice = 0; choice < NAMES; choice++) {
                var name = "writer" + number + "-" + choice + (choice % 4 == 0 ? ".pdf" : ".md");
                var expected = hashes(known.getOrDefault(name, List.of()));
                var found = stored(client, name);
                if (!found.equals(expected)) {
                    wrong.add(name + " should have versions " + expected + " and has " + found);
                }
            }
            return wrong;
        }

        private static List<String> hashes(List<byte[]> versions) {
            return versions.stream()
                    .map(bytes -> {
                        try {
                            return HexFormat.of()
                                    .formatHex(java.security.MessageDigest.getInstance("SHA-256")
                                            .digest(bytes));
                        } catch (java.security.NoSuchAlgorithmException e) {
                            throw new IllegalStateException(e);
                        }
                    })
                    .collect(Collectors.toList());
        }
    }
}
