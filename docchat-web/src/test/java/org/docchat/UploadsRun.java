package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.multipdf.PageExtractor;

/**
 * How long whoever uploads waits: for a hundred pages to be found by their words and by their meaning, and for one small
 * file, alone and behind a hundred pages of somebody else: {@code java … org.docchat.UploadsRun FILE ROUNDS}, in
 * docchat-web after {@code package}. Described in docchat-ingest/README.md.
 */
public final class UploadsRun {
    private static final int PAGES = 100;
    private static final int FIRST = 20;
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final String PASSWORD = "Tr4vel-light-and-far";

    private final Client admin;

    private UploadsRun(Client admin) {
        this.admin = admin;
    }

    /** @param args a PDF of at least 120 pages in English about Debian, and how often it is uploaded */
    public static void main(String[] args) throws Exception {
        var manual = pages(Path.of(args[0]));
        int rounds = Integer.parseInt(args[1]);
        var home = Files.createTempDirectory("docchat-uploads");
        try (var database = new KillableDatabase(Files.createDirectory(home.resolve("data")));
                var docchat = new LauncherProcess(
                        Files.createDirectory(home.resolve("home")),
                        Map.of(
                                "DATABASE_URL",
                                database.url(),
                                "JWT_SECRET",
                                "f3Qz8Lk1Vb6Nw0Xr5Ty2Hs7Jd4Gm9PcAe5Ui",
                                "DOCCHAT_PORT",
                                Integer.toString(Installation.freePort()),
                                "DOCCHAT_ADMIN_PASSWORD",
                                PASSWORD))) {
            docchat.awaitGreeting();
            new UploadsRun(docchat.client().signIn("admin", PASSWORD)).run(manual, rounds);
        } finally {
            try (var left = Files.walk(home)) {
                left.sorted(Comparator.reverseOrder())
                        .forEach(path -> path.toFile().delete());
            }
        }
        System.exit(0);
    }

    private static byte[] pages(Path file) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var whole = Loader.loadPDF(file.toFile());
                var part = new PageExtractor(whole, FIRST, FIRST + PAGES - 1).extract()) {
            part.save(bytes);
        }
        return bytes.toByteArray();
    }

    private void run(byte[] manual, int rounds) {
        System.out.println(PAGES + " pages, seconds after the upload was acknowledged");
        System.out.println("passages   by words  by meaning   a small file alone   behind the pages");
        // The first line is for warming up.
        for (int round = 0; round <= rounds; round++) {
            var collection = admin.newCollection("Manuals " + round);
            var pages = upload(collection, "manual.pdf", manual);
            double words = seconds(pages, () -> finds(pages, "keyword"));
            double meaning = seconds(pages, () -> isIndexed(pages) && finds(pages, "semantic"));
            var alone = small(collection, "alone");
            double alonePassed = seconds(alone, () -> isIndexed(alone));
            upload(collection, "once-more.pdf", manual);
            var behind = small(admin.newCollection("Notes " + round), "behind");
            double behindPassed = seconds(behind, () -> isIndexed(behind));
            System.out.printf(
                    Locale.ROOT,
                    "%8d %10.1f %11.1f %20.1f %18.1f%n",
                    admin.get("/api/v1/documents/" + pages.document()).json().getInt("passages"),
                    words,
                    meaning,
                    alonePassed,
                    behindPassed);
            admin.delete("/api/v1/collections/" + collection).requireStatus(204);
        }
    }

    private record Uploaded(String collection, String document, long at) {}

    private Uploaded small(String collection, String name) {
        return upload(collection, name + ".md", "The lighthouse is 41 metres high.\n".getBytes(UTF_8));
    }

    private Uploaded upload(String collection, String name, byte[] bytes) {
        var document =
                admin.upload(collection, name, bytes).requireStatus(202).json().getString("id");
        return new Uploaded(collection, document, System.nanoTime());
    }

    private static double seconds(Uploaded uploaded, Callable<Boolean> condition) {
        Await.until("it is there", LONGEST, condition);
        return (System.nanoTime() - uploaded.at()) / 1e9;
    }

    private boolean isIndexed(Uploaded uploaded) {
        return admin.get("/api/v1/documents/" + uploaded.document())
                .json()
                .getString("state")
                .equals("indexed");
    }

    private boolean finds(Uploaded uploaded, String mode) {
        var documents = Json.createArrayBuilder().add(uploaded.document());
        return !admin.post(
                        "/api/v1/collections/" + uploaded.collection() + "/search",
                        Client.json()
                                .add("query", "package archive")
                                .add("mode", mode)
                                .add("filter", Client.json().add("documents", documents)))
                .requireStatus(200)
                .json()
                .getJsonArray("passages")
                .isEmpty();
    }
}
