package org.docchat.bench;

import jakarta.persistence.EntityManager;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executors;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.Language;
import org.docchat.domain.Slice;
import org.docchat.domain.Transactions;
import org.docchat.ingest.Collections;
import org.docchat.ingest.Library;
import org.docchat.ingest.Worker;
import org.docchat.ingest.extract.ExtractionProcess;
import org.docchat.ingest.extract.Limits;

/** Puts judged collections into DocChat the way that uploads go, or finds them there from a run before. */
final class Stacks {
    private static final int WORKERS = 2;

    private final Transactions<EntityManager> transactions;
    private final EmbeddingModel model;
    private final Path parser;

    /** @param parser the directory of the parser's jars */
    Stacks(Transactions<EntityManager> transactions, EmbeddingModel model, Path parser) {
        this.transactions = transactions;
        this.model = model;
        this.parser = parser;
    }

    /** @param fresh take it through ingestion again, since splitting or storing has changed */
    CollectionId shelved(Caller owner, Judged judged, boolean fresh) throws IOException, InterruptedException {
        var collections = new Collections(transactions);
        var library = new Library(transactions, 1 << 24);
        var name = judged.name() + " " + Integer.toHexString(judged.documents().hashCode());
        for (var known : collections.list(owner, new Slice.Request(100, null)).items()) {
            if (known.name().equals(name)) {
                if (!fresh && isComplete(library, owner, known.id(), judged)) {
                    return known.id();
                }
                collections.delete(owner, known.id());
            }
        }
        var id = collections.create(owner, name, "", Language.ENGLISH).id();
        for (var document : judged.documents().entrySet()) {
            library.accept(
                    owner,
                    id,
                    fileName(document.getKey()),
                    new ByteArrayInputStream(document.getValue().getBytes(StandardCharsets.UTF_8)));
        }
        work(library, owner, id, judged);
        return id;
    }

    private void work(Library library, Caller owner, CollectionId id, Judged judged)
            throws IOException, InterruptedException {
        var clock = Executors.newScheduledThreadPool(1);
        var limits = new Limits(256, Duration.ofMinutes(1), 1 << 24, 100, Integer.MAX_VALUE);
        var threads = new ArrayList<Thread>();
        try (var extraction = new ExtractionProcess(
                ExtractionProcess.classPathOf(parser), limits, Files.createTempDirectory("docchat-bench"))) {
            for (int i = 0; i < WORKERS; i++) {
                var worker = new Thread(new Worker(transactions, model, extraction, clock), "bench-ingest-" + i);
                worker.start();
                threads.add(worker);
            }
            while (!isComplete(library, owner, id, judged)) {
                Thread.sleep(500);
            }
            for (var worker : threads) {
                worker.interrupt();
                worker.join();
            }
        } finally {
            clock.shutdownNow();
        }
    }

    private static boolean isComplete(Library library, Caller owner, CollectionId id, Judged judged) {
        var states = library.states(owner, id);
        long ended = List.of("indexed", "rejected", "failed").stream()
                .mapToLong(state -> states.getOrDefault(state, 0L))
                .sum();
        return ended == judged.documents().size();
    }

    /** Ids may hold characters that names of files may not. */
    private static String fileName(String id) {
        return HexFormat.of().formatHex(id.getBytes(StandardCharsets.UTF_8)) + ".txt";
    }

    /** The id of the document that a file was made of. */
    static String idOf(String fileName) {
        return new String(
                HexFormat.of().parseHex(fileName.substring(0, fileName.length() - 4)), StandardCharsets.UTF_8);
    }
}
