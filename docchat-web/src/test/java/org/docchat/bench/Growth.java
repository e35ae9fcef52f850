package org.docchat.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.docchat.Crowd;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Language;
import org.docchat.ingest.Collections;
import org.docchat.query.Conversations;
import org.docchat.query.ExtractiveWriter;
import org.docchat.query.Librarian;
import org.docchat.query.Librarian.Filter;
import org.docchat.query.Librarian.Mode;
import org.docchat.query.Librarian.Search;
import org.docchat.web.model.OnnxEmbeddingModel;
import org.docchat.web.platform.PreparedDatabase;

/**
 * {@code ./mvnw -Pbench -Dbench=Growth [-Dsizes=10000,100000] [-Ddatabase=JDBC-URL]}: what a search takes as passages
 * grow, for callers who ask all of them, a tenth and a hundredth, alone and eight at once. Passages are thirty words,
 * of which some are frequent; their embeddings are noise, which is the hardest case for an index of neighbours.
 */
public final class Growth {
    private static final int EACH = 10;
    private static final int SEARCHES = 80;

    private Growth() {}

    /** @param args the module's {@code target} directory */
    public static void main(String[] args) throws Exception {
        var target = Path.of(args[0]);
        var directory = Files.createTempDirectory(target, "growth");
        var url = System.getProperty("database", "");
        var sizes = Arrays.stream(System.getProperty("sizes", "10000,100000").split(","))
                .mapToInt(Integer::parseInt)
                .toArray();
        try (var onnx = OnnxEmbeddingModel.bgeSmall(target.resolve("war/WEB-INF/model"), 2);
                var database = url.isEmpty() ? PreparedDatabase.in(directory) : PreparedDatabase.at(url)) {
            var model = Crowd.model(onnx);
            var librarian = new Librarian(
                    database, model, new ExtractiveWriter(model), new Conversations(database), Librarian.Observer.NONE);
            var owner = database.user("bench");
            var collections = new Collections(database);
            // All there is, a tenth of it and a hundredth of it.
            var scopes = List.of(
                    new ArrayList<CollectionId>(), new ArrayList<CollectionId>(), new ArrayList<CollectionId>());
            int there = 0;
            System.out.println("passages   asked  callers   p50 ms   p95 ms   p50 / embedding the question");
            for (int size : sizes) {
                int added = size - there;
                var parts = new int[] {added - added / 10, added / 10 - added / 100, added / 100};
                for (int i = 0; i < parts.length; i++) {
                    var id = collections
                            .create(owner, "Part " + i, "", Language.SIMPLE)
                            .id();
                    Crowd.documents(database, id, Math.max(1, parts[i] / EACH), "'indexed'");
                    Crowd.passages(database, id, EACH);
                    scopes.subList(0, i + 1).forEach(scope -> scope.add(id));
                }
                there = size;
                database.addVectorIndex(model);
                Crowd.settle(database);
                for (int i = 0; i < scopes.size(); i++) {
                    var scope = List.copyOf(scopes.get(i));
                    for (int callers : new int[] {1, 8}) {
                        var millis = searches(
                                callers,
                                () -> librarian.search(
                                        owner, new Search(question(), scope, 10, Mode.HYBRID, Filter.NONE)));
                        var embedding = searches(callers, () -> model.embedQuestion(question()));
                        System.out.printf(
                                Locale.ROOT,
                                "%8d %5s %% %8d %8.1f %8.1f %8.1f%n",
                                size,
                                (int) Math.pow(10, 2 - i),
                                callers,
                                millis[SEARCHES / 2],
                                millis[SEARCHES * 95 / 100],
                                millis[SEARCHES / 2] / embedding[SEARCHES / 2]);
                    }
                }
            }
        } finally {
            try (var left = Files.walk(directory)) {
                left.sorted(Comparator.reverseOrder())
                        .forEach(path -> path.toFile().delete());
            }
        }
        System.exit(0);
    }

    /** Words as the crowd's passages have them: the lower the number, the more frequent. */
    private static String question() {
        var random = new Random();
        var question = new StringBuilder("where");
        for (int i = 0; i < 6; i++) {
            question.append(" word").append((int) (random.nextDouble() * random.nextDouble() * 20_000));
        }
        return question.toString();
    }

    private static double[] searches(int callers, Callable<?> search) throws InterruptedException, ExecutionException {
        var threads = Executors.newFixedThreadPool(callers);
        try {
            var timed = new ArrayList<Callable<Double>>();
            for (int i = 0; i < SEARCHES; i++) {
                timed.add(() -> {
                    long start = System.nanoTime();
                    search.call();
                    return (System.nanoTime() - start) / 1e6;
                });
            }
            search.call();
            var millis = new double[SEARCHES];
            var done = threads.invokeAll(timed);
            for (int i = 0; i < SEARCHES; i++) {
                millis[i] = done.get(i).get();
            }
            Arrays.sort(millis);
            return millis;
        } catch (Exception e) {
            throw e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
        } finally {
            threads.shutdownNow();
        }
    }
}
