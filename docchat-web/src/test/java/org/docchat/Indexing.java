package org.docchat;

import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Transactions;
import org.docchat.ingest.Bell;
import org.docchat.ingest.Library;
import org.docchat.ingest.Worker;
import org.docchat.ingest.extract.ExtractionProcess;
import org.docchat.ingest.extract.Extractor;
import org.docchat.ingest.extract.Limits;

/** The product's workers on a database without a server around them, for as long as it is open. */
public final class Indexing implements AutoCloseable {
    private static final int WORKERS = Integer.getInteger("workers", 2);
    private static final Set<String> FINAL = Set.of("indexed", "rejected", "failed");

    private final Path scratch = Files.createTempDirectory("docchat-indexing");
    private final ExtractionProcess extraction;
    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);
    private final Bell bell = new Bell();
    private final List<Thread> workers = new ArrayList<>();

    /** Makes a worker. */
    @FunctionalInterface
    public interface Hiring {
        Worker worker(Extractor extractor, ScheduledExecutorService clock, Bell bell);
    }

    /** @param target the module's {@code target} directory, where the parser's jars have been unpacked */
    public Indexing(Transactions<EntityManager> transactions, EmbeddingModels models, Path target) throws IOException {
        this(
                target,
                (extractor, clock, bell) -> new Worker(
                        Worker.Share.EVERYTHING,
                        transactions,
                        models,
                        extractor,
                        clock,
                        bell,
                        0,
                        (step, outcome, time) -> {}));
    }

    public Indexing(Path target, Hiring hiring) throws IOException {
        var limits = new Limits(384, Duration.ofMinutes(2), 1 << 24, 5_000, Integer.MAX_VALUE, Duration.ofMinutes(1));
        extraction = new ExtractionProcess(
                ExtractionProcess.classPathOf(target.resolve("war/WEB-INF/parser")), limits, null, scratch);
        for (int i = 0; i < WORKERS; i++) {
            var worker = new Thread(hiring.worker(extraction, clock, bell), "docchat-ingest-" + i);
            worker.start();
            workers.add(worker);
        }
    }

    /** There is something to do; else it is found within two seconds. */
    public void ring() {
        bell.ring();
    }

    /** Waits until every document of a collection has come to its end. */
    public void finish(Library library, Caller caller, CollectionId collection) throws InterruptedException {
        while (!isFinished(library, caller, collection)) {
            Thread.sleep(200);
        }
    }

    /** Whether nothing of a collection is on its way. */
    public static boolean isFinished(Library library, Caller caller, CollectionId collection) {
        return FINAL.containsAll(library.states(caller, collection).keySet());
    }

    @Override
    public void close() throws InterruptedException, IOException {
        for (var worker : workers) {
            worker.interrupt();
            worker.join();
        }
        clock.shutdownNow();
        extraction.close();
        // Empty now, or somebody has left something behind.
        Files.delete(scratch);
    }
}
