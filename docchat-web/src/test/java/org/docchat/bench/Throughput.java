package org.docchat.bench;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.docchat.Indexing;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Language;
import org.docchat.domain.Slice;
import org.docchat.ingest.Collections;
import org.docchat.ingest.Library;
import org.docchat.web.model.OnnxEmbeddingModel;
import org.docchat.web.platform.PreparedDatabase;

/**
 * {@code ./mvnw -Pbench -Dbench=Throughput [-Drounds=3] [-Ddocuments=8] [-Dparagraphs=120] [-Dworkers=2]}: passages a second that uploads take through reading, splitting, embedding
 * and PostgreSQL, beside those of a bare loop over the same model with the same texts and as many threads. Both take
 * turns, so that what else the machine does falls on both; processor time, of PostgreSQL and the extraction included,
 * says what the rest costs where it falls on one of them.
 */
public final class Throughput {
    private static final int THREADS = Runtime.getRuntime().availableProcessors();
    private static final int ROUNDS = Integer.getInteger("rounds", 3);
    private static final int DOCUMENTS = Integer.getInteger("documents", 8);
    private static final int WARMING_UP = 2;
    private static final int PARAGRAPHS = Integer.getInteger("paragraphs", 120);

    private final PreparedDatabase database;
    private final EmbeddingModel model;
    private final Path target;
    private final Caller owner;
    private final Collections collections;
    private final Library library;
    private final Random random = new Random(1);

    private Throughput(PreparedDatabase database, EmbeddingModel model, Path target) {
        this.database = database;
        this.model = model;
        this.target = target;
        this.owner = database.user("bench");
        this.collections = new Collections(database);
        this.library = new Library(database, 1 << 24);
    }

    /** @param args the module's {@code target} directory */
    public static void main(String[] args) throws Exception {
        var target = Path.of(args[0]);
        try (var model = OnnxEmbeddingModel.bgeSmall(target.resolve("war/WEB-INF/model"), THREADS);
                var database = PreparedDatabase.temporary()) {
            database.execute("alter system set fsync = on");
            database.execute("alter system set synchronous_commit = on");
            database.execute("select pg_reload_conf()");
            new Throughput(database, model, target).run();
        }
        System.exit(0);
    }

    private void run() throws IOException, InterruptedException {
        var ratios = new ArrayList<Double>();
        try (var indexing = new Indexing(database, EmbeddingModels.only(model), target)) {
            measure(indexing, ratios);
        }
        ratios.sort(null);
        System.out.printf(Locale.ROOT, "median %.0f %%%n", 100 * ratios.get(ratios.size() / 2));
    }

    private void measure(Indexing indexing, List<Double> ratios) throws IOException, InterruptedException {
        for (int round = 0; round <= ROUNDS; round++) {
            // The first round is for warming up.
            var id = uploaded(round, round == 0 ? WARMING_UP : DOCUMENTS);
            long start = System.nanoTime();
            long worked = processorNanos();
            collections.resume(owner, id);
            indexing.ring();
            indexing.finish(library, owner, id);
            double product = (System.nanoTime() - start) / 1e9;
            double productWork = processorNanos() - worked;
            var texts = texts(id);
            worked = processorNanos();
            double bare = bareLoop(texts);
            double bareWork = processorNanos() - worked;
            if (round > 0) {
                ratios.add(bare / product);
                System.out.printf(
                        Locale.ROOT,
                        "%d passages of %.0f tokens on %d threads: product %.1f/s, bare loop %.1f/s: %.0f %%; of its"
                                + " processor time, %.0f %% is the bare loop's%n",
                        texts.size(),
                        texts.stream().mapToInt(model::countTokens).average().orElse(0),
                        THREADS,
                        texts.size() / product,
                        texts.size() / bare,
                        100 * bare / product,
                        100 * bareWork / productWork);
            }
            collections.delete(owner, id);
        }
    }

    /** Of this process, those that read documents, and PostgreSQL with its connections. */
    private long processorNanos() {
        var postmaster = ProcessHandle.of(
                        database.count("select cast(split_part(pg_read_file('postmaster.pid'), e'\\n', 1) as bigint)"))
                .orElseThrow();
        return Stream.of(ProcessHandle.current(), postmaster)
                .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                .distinct()
                .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .mapToLong(Duration::toNanos)
                .sum();
    }

    /** A collection whose documents wait to be resumed. */
    private CollectionId uploaded(int round, int documents) throws IOException {
        var id = collections
                .create(owner, "Round " + round, "", Language.ENGLISH)
                .id();
        collections.pause(owner, id);
        for (int i = 0; i < documents; i++) {
            var text = new StringBuilder();
            for (int paragraph = 0; paragraph < PARAGRAPHS; paragraph++) {
                text.append(paragraph(20 + random.nextInt(80))).append("\n\n");
            }
            library.accept(
                    owner,
                    id,
                    "text-" + i + ".md",
                    new ByteArrayInputStream(text.toString().getBytes(StandardCharsets.UTF_8)));
        }
        return id;
    }

    private String paragraph(int words) {
        var text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            var word = Long.toString(Math.abs(random.nextLong()) % 46_656, 36);
            text.append(i % 12 == 0 ? "The report of " : i % 5 == 0 ? "and the " : "")
                    .append(word);
            text.append(i % 12 == 11 ? ". " : " ");
        }
        return text.append('.').toString();
    }

    /** What was embedded, each as it was given to the model. */
    private List<String> texts(CollectionId id) {
        var texts = new ArrayList<String>();
        for (var document :
                library.documents(owner, id, null, null, Slice.Request.first()).items()) {
            String cursor = null;
            do {
                var slice = library.passages(owner, document.id(), null, null, new Slice.Request(200, cursor));
                slice.items().forEach(passage -> texts.add(passage.text()));
                cursor = slice.nextCursor();
            } while (cursor != null);
        }
        return texts;
    }

    /** Seconds. */
    private double bareLoop(List<String> texts) throws InterruptedException {
        long start = System.nanoTime();
        var next = new AtomicInteger();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < THREADS; i++) {
            var thread = new Thread(() -> {
                for (int text = next.getAndIncrement(); text < texts.size(); text = next.getAndIncrement()) {
                    // One text runs on the thread that asks.
                    model.embedPassages(List.of(texts.get(text)));
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (var thread : threads) {
            thread.join();
        }
        return (System.nanoTime() - start) / 1e9;
    }
}
