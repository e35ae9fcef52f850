package org.docchat.bench;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.docchat.Crowd;
import org.docchat.Indexing;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Failure;
import org.docchat.domain.Language;
import org.docchat.ingest.Collections;
import org.docchat.ingest.Library;
import org.docchat.query.Librarian.Filter;
import org.docchat.query.Librarian.Mode;
import org.docchat.query.Librarian.Search;
import org.docchat.web.model.OnnxEmbeddingModel;
import org.docchat.web.platform.PreparedDatabase;

/**
 * {@code ./mvnw -Pbench -Dbench=Attack -Ddata=../shared/data/formats/hostile [-Drounds=3] [-Dworkers=1]}: what a search
 * takes while workers read a folder of hostile files, beside what it takes while they have nothing to do, in turns.
 */
public final class Attack {
    private static final int ROUNDS = Integer.getInteger("rounds", 3);
    private static final int IDLE_SEARCHES = 300;

    private Attack() {}

    /** @param args the module's {@code target} directory */
    public static void main(String[] args) throws Exception {
        var target = Path.of(args[0]);
        List<Path> files;
        try (var listed = Files.list(Path.of(System.getProperty("data")))) {
            files = listed.sorted().toList();
        }
        try (var onnx = OnnxEmbeddingModel.bgeSmall(target.resolve("war/WEB-INF/model"), 2);
                var database = PreparedDatabase.temporary()) {
            var owner = database.user("bench");
            var collections = new Collections(database);
            var library = new Library(database, 1 << 28);
            var asked = collections.create(owner, "Asked", "", Language.SIMPLE).id();
            Crowd.documents(database, asked, 2_000, "'indexed'");
            Crowd.passages(database, asked, 10);
            Crowd.settle(database);
            var librarian = database.librarian(EmbeddingModels.only(Crowd.model(onnx)));
            var search = new Search("word3 word7 word19 word100", List.of(asked), 10, Mode.HYBRID, Filter.NONE);
            var idle = new ArrayList<Double>();
            var attacked = new ArrayList<Double>();
            int seconds = 0;
            try (var indexing = new Indexing(database, EmbeddingModels.only(onnx), target)) {
                for (int round = 0; round <= ROUNDS; round++) {
                    if (round == 1) {
                        // The round before was for warming up.
                        idle.clear();
                        attacked.clear();
                        seconds = 0;
                    }
                    var left = new int[] {IDLE_SEARCHES};
                    time(() -> librarian.search(owner, search), () -> left[0]-- == 0, idle);
                    var hostile = collections
                            .create(owner, "Hostile " + round, "", Language.SIMPLE)
                            .id();
                    collections.pause(owner, hostile);
                    for (var file : files) {
                        accept(() -> library.accept(
                                owner,
                                hostile,
                                file.getFileName().toString(),
                                new ByteArrayInputStream(Files.readAllBytes(file))));
                    }
                    long start = System.nanoTime();
                    collections.resume(owner, hostile);
                    indexing.ring();
                    time(
                            () -> librarian.search(owner, search),
                            () -> Indexing.isFinished(library, owner, hostile),
                            attacked);
                    seconds += (int) ((System.nanoTime() - start) / 1_000_000_000);
                    collections.delete(owner, hostile);
                }
            }
            idle.sort(null);
            attacked.sort(null);
            System.out.printf(Locale.ROOT, "%d files, %d s under attack%n", files.size() * ROUNDS, seconds);
            System.out.println("              searches   p50 ms   p95 ms");
            print("idle", idle);
            print("attacked", attacked);
            System.out.printf(
                    Locale.ROOT,
                    "attacked / idle       %8.2f %8.2f%n",
                    at(attacked, 0.5) / at(idle, 0.5),
                    at(attacked, 0.95) / at(idle, 0.95));
        }
        System.exit(0);
    }

    private interface Upload {
        void send() throws IOException;
    }

    /** Some are known for what they are before they are read. */
    private static void accept(Upload upload) throws IOException {
        try {
            upload.send();
        } catch (Failure refused) {
            System.out.println("refused: " + refused.getMessage());
        }
    }

    private static void time(Runnable search, BooleanSupplier done, List<Double> millis) {
        while (!done.getAsBoolean()) {
            long start = System.nanoTime();
            search.run();
            millis.add((System.nanoTime() - start) / 1e6);
        }
    }

    private static void print(String what, List<Double> millis) {
        System.out.printf(
                Locale.ROOT, "%-13s %8d %8.1f %8.1f%n", what, millis.size(), at(millis, 0.5), at(millis, 0.95));
    }

    private static double at(List<Double> sorted, double share) {
        return sorted.get((int) (share * (sorted.size() - 1)));
    }
}
