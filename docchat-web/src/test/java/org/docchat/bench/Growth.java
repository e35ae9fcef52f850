package org.docchat.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.docchat.Crowd;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Language;
import org.docchat.domain.Slice;
import org.docchat.ingest.Collections;
import org.docchat.query.Librarian.Filter;
import org.docchat.query.Librarian.Mode;
import org.docchat.query.Librarian.Search;
import org.docchat.web.model.OnnxEmbeddingModel;
import org.docchat.web.platform.PreparedDatabase;

/**
 * {@code ./mvnw -Pbench -Dbench=Growth -Ddata=DIR[,DIR…] [-Dsizes=30000,100000] [-Ddatabase=JDBC-URL]}: what a search
 * takes as passages grow, for callers who ask all of them, a tenth and a hundredth, alone and several at once. Passages
 * are those of the judged collections and copies of them, so that words are as frequent as they are in texts; the
 * copies' embeddings are turned a little. Questions are those that people asked of the collections.
 */
public final class Growth {
    private static final int EACH = 10;
    private static final int SEARCHES = 80;

    private Growth() {}

    /** @param args the module's {@code target} directory */
    public static void main(String[] args) throws Exception {
        var target = Path.of(args[0]);
        var url = System.getProperty("database", "");
        var sizes = Arrays.stream(System.getProperty("sizes", "30000,100000").split(","))
                .mapToInt(Integer::parseInt)
                .toArray();
        try (var onnx = OnnxEmbeddingModel.bgeSmall(target.resolve("war/WEB-INF/model"), 2);
                var remembered = new RememberedEmbeddings(onnx, target.resolve("bench"));
                var database = url.isEmpty()
                        ? PreparedDatabase.in(target.resolve("bench/growth"))
                        : PreparedDatabase.at(url)) {
            var librarian = database.librarian(EmbeddingModels.only(onnx));
            var owner = database.user("bench");
            var originals = new ArrayList<CollectionId>();
            var questions = new ArrayList<String>();
            for (var folder : System.getProperty("data", "").split(",")) {
                var judged = Judged.read(Path.of(folder));
                originals.add(new Stacks(database, remembered, target).shelved(owner, judged, false));
                questions.addAll(judged.queries().values());
            }
            var asked = new AtomicInteger();
            java.util.Collections.shuffle(questions, new Random(1));
            Supplier<String> question = () -> questions.get(asked.getAndIncrement() % questions.size());
            // All there is, a tenth of it and a hundredth of it.
            var scopes =
                    List.of(new ArrayList<>(originals), new ArrayList<CollectionId>(), new ArrayList<CollectionId>());
            var there = new int[] {0, 0, 0};
            for (var original : originals) {
                there[0] +=
                        (int) database.count("select count(*) from passage where collection_id = '" + original + "'");
            }
            System.out.println("passages   asked  callers   p50 ms   p95 ms   p50 / embedding a question"
                    + "   / embedding as many at once");
            for (int size : sizes) {
                for (int i = 2, share = 100; i >= 0; i--, share /= 10) {
                    int missing = Math.max(EACH, (size / share - there[i]) / EACH * EACH);
                    var part = copies(database, owner, missing + " for " + size + ", " + i, missing, originals);
                    for (int wider = 0; wider <= i; wider++) {
                        scopes.get(wider).add(part);
                        there[wider] += missing;
                    }
                }
                database.addVectorIndexes(EmbeddingModels.only(onnx));
                Crowd.settle(database);
                var all = List.copyOf(scopes.get(0));
                // A server that has been asked nothing yet has not compiled its code.
                for (int i = 0; i < 4; i++) {
                    searches(
                            4,
                            () -> librarian.search(
                                    owner, new Search(question.get(), all, 10, Mode.HYBRID, Filter.NONE)));
                }
                for (int i = 0, share = 100; i < 3; i++, share /= 10) {
                    var scope = List.copyOf(scopes.get(i));
                    for (int callers : new int[] {1, 4, 8}) {
                        var millis = searches(
                                callers,
                                () -> librarian.search(
                                        owner, new Search(question.get(), scope, 10, Mode.HYBRID, Filter.NONE)));
                        var embedding = searches(1, () -> onnx.embedQuestion(question.get()));
                        var embeddings = searches(callers, () -> onnx.embedQuestion(question.get()));
                        System.out.printf(
                                Locale.ROOT,
                                "%8d %5s %% %8d %8.1f %8.1f %8.1f %8.1f%n",
                                size,
                                share,
                                callers,
                                millis[SEARCHES / 2],
                                millis[SEARCHES * 95 / 100],
                                millis[SEARCHES / 2] / embedding[SEARCHES / 2],
                                millis[SEARCHES / 2] / embeddings[SEARCHES / 2]);
                    }
                }
            }
        }
        System.exit(0);
    }

    /** Copies of the originals, as a run before has left them or anew. */
    private static CollectionId copies(
            PreparedDatabase database, Caller owner, String name, int passages, List<CollectionId> originals) {
        var collections = new Collections(database);
        for (var known : collections.list(owner, new Slice.Request(100, null)).items()) {
            if (known.name().equals(name)) {
                if (database.count("select count(*) from embedding where collection_id = '" + known.id() + "'") > 0) {
                    return known.id();
                }
                collections.delete(owner, known.id());
            }
        }
        var id = collections.create(owner, name, "", Language.ENGLISH).id();
        Crowd.documents(database, id, passages / EACH, "'indexed'");
        Crowd.copies(database, id, EACH, originals);
        return id;
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
