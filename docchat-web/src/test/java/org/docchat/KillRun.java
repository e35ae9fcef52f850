package org.docchat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Kills docchat.jar, or its PostgreSQL, again and again while documents are uploaded, replaced and deleted, and then
 * looks whether anything was lost or doubled: {@code java … org.docchat.KillRun KILLS SEED application|database}, in
 * docchat-web after {@code package}. Described in docchat-ingest/README.md.
 */
public final class KillRun {
    private static final int WRITERS = 3;
    private static final String PASSWORD = "Tr4vel-light-and-far";
    private static final Duration SETTLE = Duration.ofMinutes(10);
    /** What is asked of the application while its database is gone, and when it is back. */
    private static final Duration REFUSAL = Duration.ofSeconds(5);

    private static final Duration RECOVERY = Duration.ofSeconds(15);
    private static final String WAITING =
            "select count(*) from version where state in ('received', 'parsing', 'embedding')";

    /** What is waited for before a kill, so that every step is hit. */
    private static final List<String> MOMENTS = List.of(
            "select true",
            "select true from version where state = 'parsing'",
            "select true from version where state = 'embedding'",
            "select true from content c where not exists (select from version v where v.content_id = c.id)");

    private enum Victim {
        APPLICATION,
        DATABASE
    }

    private final KillableDatabase database;
    private final Path home;
    private final int kills;
    private final int port = Installation.freePort();
    private final Random random;
    private final List<KillWriter> writers = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();
    private String collection = "";
    private Duration longestRefusal = Duration.ZERO;
    private Duration longestRecovery = Duration.ZERO;

    private KillRun(KillableDatabase database, Path home, int kills, long seed) throws IOException {
        this.database = database;
        this.home = home;
        this.kills = kills;
        this.random = new Random(seed);
    }

    /** @param args how many kills, the seed of all that is random, and what is killed */
    public static void main(String[] args) throws Exception {
        int kills = args.length > 0 ? Integer.parseInt(args[0]) : 100;
        long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
        var victim = args.length > 2 ? Victim.valueOf(args[2].toUpperCase(Locale.ROOT)) : Victim.APPLICATION;
        var home = Files.createTempDirectory("docchat-kills");
        List<String> wrong;
        try (var database = new KillableDatabase(Files.createDirectory(home.resolve("data")))) {
            wrong = new KillRun(database, home, kills, seed).run(victim);
        } finally {
            try (var left = Files.walk(home)) {
                left.sorted(Comparator.reverseOrder())
                        .forEach(path -> path.toFile().delete());
            }
        }
        wrong.forEach(line -> System.out.println("WRONG " + line));
        System.out.println(wrong.isEmpty() ? "nothing lost, nothing doubled" : wrong.size() + " things are wrong");
        System.exit(wrong.isEmpty() ? 0 : 1);
    }

    private List<String> run(Victim victim) throws Exception {
        if (victim == Victim.APPLICATION) {
            for (int kill = 1; kill <= kills; kill++) {
                try (var process = start()) {
                    disturb(kill, client(process), process::kill);
                }
            }
        }
        try (var process = start()) {
            var client = client(process);
            if (victim == Victim.DATABASE) {
                for (int kill = 1; kill <= kills; kill++) {
                    if (random.nextInt(4) == 0) {
                        disturb(kill, client, database::killOneConnection);
                    } else {
                        disturb(kill, client, database::kill);
                        watchRefusal(client);
                        database.restart();
                    }
                    watchRecovery(client);
                }
                System.out.printf(
                        "without its database it refused within %d ms, and served again %d ms after that was back%n",
                        longestRefusal.toMillis(), longestRecovery.toMillis());
            }
            judge(client);
        }
        return wrong;
    }

    /** Ready, and with writers for its collection. */
    private Client client(LauncherProcess process) {
        process.awaitGreeting();
        var client = process.client().signIn("admin", PASSWORD);
        if (collection.isEmpty()) {
            collection = client.newCollection("Under fire");
            var pdfs = pdfs();
            IntStream.range(0, WRITERS)
                    .forEach(i -> writers.add(new KillWriter(i, random.nextLong(), pdfs, collection)));
        }
        return client;
    }

    private interface Kill {
        void strike() throws Exception;
    }

    private void disturb(int kill, Client client, Kill victim) throws Exception {
        for (var writer : writers) {
            writer.begin(client);
        }
        int moment = random.nextInt(MOMENTS.size());
        Thread.sleep(500 + random.nextInt(4_000));
        boolean seen = awaitMoment(MOMENTS.get(moment));
        victim.strike();
        for (var writer : writers) {
            writer.end();
        }
        System.out.printf(
                "kill %d of %d at moment %d%s, %d operations acknowledged%n",
                kill,
                kills,
                moment,
                seen ? "" : " (not met)",
                writers.stream().mapToInt(KillWriter::acknowledged).sum());
    }

    /** For a while the application lives, is not ready, and says so to whoever asks. */
    private void watchRefusal(Client client) throws InterruptedException {
        long until =
                System.nanoTime() + Duration.ofMillis(random.nextInt(4_000)).toNanos();
        do {
            long start = System.nanoTime();
            var reply = client.get("/api/v1/collections/" + collection);
            longestRefusal = longer(longestRefusal, start);
            expect(reply.status() == 503 && !reply.header("Retry-After").isEmpty(), "refused with " + reply);
            expect(client.get("/health/live").status() == 200, "not alive without its database");
            expect(client.get("/health/ready").status() == 503, "ready without its database");
            Thread.sleep(200);
        } while (System.nanoTime() < until);
        expect(longestRefusal.compareTo(REFUSAL) < 0, "refused only after " + longestRefusal);
    }

    private void watchRecovery(Client client) {
        long start = System.nanoTime();
        Await.until(
                "it serves again",
                RECOVERY,
                () -> client.get("/health/ready").status() == 200
                        && client.get("/api/v1/collections/" + collection).status() == 200);
        longestRecovery = longer(longestRecovery, start);
    }

    private static Duration longer(Duration one, long since) {
        var other = Duration.ofNanos(System.nanoTime() - since);
        return one.compareTo(other) > 0 ? one : other;
    }

    private void expect(boolean condition, String otherwise) {
        if (!condition) {
            wrong.add(otherwise);
        }
    }

    private void judge(Client client) throws Exception {
        Await.until("nothing is left to do", SETTLE, () -> count(WAITING) == 0);
        execute("update content set expires_at = now() where expires_at is not null");
        Await.until("broken uploads are swept", Duration.ofSeconds(90), () -> count("""
                select count(*) from content where expires_at is not null""") == 0);
        writers.forEach(writer -> wrong.addAll(writer.compare(client)));
        try (var connection = database.connection()) {
            wrong.addAll(KillInvariants.violations(connection));
            // The same documents once more, without a kill: as many pages, passages and lexemes.
            var again = client.newCollection("Undisturbed");
            writers.forEach(writer -> writer.repeat(client, again));
            Await.until("all of it is indexed", SETTLE, () -> count(WAITING) == 0);
            wrong.addAll(KillInvariants.differences(connection, collection, again));
        }
        System.out.printf(
                "%d documents, %d versions, %d passages compared with an undisturbed run%n",
                count("select count(*) from document where collection_id = '" + collection + "'"),
                count("select count(*) from version where collection_id = '" + collection + "'"),
                count("select count(*) from passage where collection_id = '" + collection + "'"));
    }

    private LauncherProcess start() throws IOException {
        return new LauncherProcess(
                home,
                Map.of(
                        "DOCCHAT_PORT",
                        Integer.toString(port),
                        "DATABASE_URL",
                        database.url(),
                        "JWT_SECRET",
                        "f3Qz8Lk1Vb6Nw0Xr5Ty2Hs7Jd4Gm9PcAe5Ui",
                        "DOCCHAT_ADMIN_PASSWORD",
                        PASSWORD));
    }

    private boolean awaitMoment(String sql) throws SQLException, InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
        try (var connection = database.connection();
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
        try (var connection = database.connection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (var connection = database.connection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Real ones where they are at hand; the text of the others is made up. */
    private static List<byte[]> pdfs() {
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
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
