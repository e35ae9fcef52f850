package org.docchat.bench;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.docchat.Crowd;
import org.docchat.Indexing;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.DocumentId;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Language;
import org.docchat.ingest.Collections;
import org.docchat.ingest.Library;
import org.docchat.web.model.OnnxEmbeddingModel;
import org.docchat.web.platform.PreparedDatabase;

/**
 * {@code ./mvnw -Pbench -Dbench=Crowding [-Duploads=200]}: what a document costs in collections that already hold more
 * and more of them: medians in milliseconds for accepting, replacing and deleting one, and how many a second two workers
 * index, reading, embedding and PostgreSQL included.
 */
public final class Crowding {
    private static final int[] SIZES = {1_000, 0, 1_000, 10_000, 100_000};
    private static final int UPLOADS = Integer.getInteger("uploads", 200);
    private static final int THREADS = Runtime.getRuntime().availableProcessors();

    private final PreparedDatabase database;
    private final Caller owner;
    private final Collections collections;
    private final Library library;
    private final Random random = new Random(1);

    private Crowding(PreparedDatabase database) {
        this.database = database;
        this.owner = database.user("bench");
        this.collections = new Collections(database);
        this.library = new Library(database, 1 << 24);
    }

    /** @param args the module's {@code target} directory */
    public static void main(String[] args) throws Exception {
        var target = Path.of(args[0]);
        try (var onnx = OnnxEmbeddingModel.bgeSmall(target.resolve("war/WEB-INF/model"), THREADS);
                var database = PreparedDatabase.temporary()) {
            database.execute("alter system set fsync = on");
            database.execute("alter system set synchronous_commit = on");
            database.execute("select pg_reload_conf()");
            new Crowding(database).run(Crowd.model(onnx), target);
        }
        System.exit(0);
    }

    private void run(EmbeddingModel model, Path target) throws IOException, InterruptedException {
        System.out.println("documents   accept  replace  delete (ms)   indexed/s");
        // The first line is for warming up.
        for (int size : SIZES) {
            var id = collections
                    .create(owner, "Of " + size, "", Language.ENGLISH)
                    .id();
            Crowd.documents(database, id, size, "'indexed'");
            Crowd.passages(database, id, 1);
            Crowd.settle(database);
            try (var indexing = new Indexing(database, EmbeddingModels.only(model), target)) {
                measure(size, id, indexing);
            }
            collections.delete(owner, id);
        }
    }

    private void measure(int size, CollectionId id, Indexing indexing) throws IOException, InterruptedException {
        collections.pause(owner, id);
        var accepted = new ArrayList<DocumentId>();
        double accept = median(numbers(), number -> accepted.add(upload(id, number)));
        long began = System.nanoTime();
        collections.resume(owner, id);
        indexing.ring();
        indexing.finish(library, owner, id);
        double seconds = (System.nanoTime() - began) / 1e9;
        collections.pause(owner, id);
        double replace = median(numbers(), number -> upload(id, number));
        double delete = median(accepted, document -> library.delete(owner, document));
        System.out.printf(
                Locale.ROOT, "%9d %8.1f %8.1f %7.1f %16.1f%n", size, accept, replace, delete, UPLOADS / seconds);
    }

    private static List<Integer> numbers() {
        return IntStream.range(0, UPLOADS).boxed().toList();
    }

    /** One passage's worth of words: nobody has uploaded the same bytes before. */
    private DocumentId upload(CollectionId id, int number) {
        var text = new StringBuilder();
        for (int word = 0; word < 100; word++) {
            text.append("word").append(random.nextInt(20_000)).append(word % 12 == 11 ? ". " : " ");
        }
        try {
            return library.accept(
                            owner,
                            id,
                            "upload-" + number + ".txt",
                            new ByteArrayInputStream(text.toString().getBytes(StandardCharsets.UTF_8)))
                    .document()
                    .id();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> double median(List<T> things, Consumer<T> work) {
        var nanos = new ArrayList<Long>();
        for (var thing : things) {
            long start = System.nanoTime();
            work.accept(thing);
            nanos.add(System.nanoTime() - start);
        }
        nanos.sort(null);
        return nanos.get(nanos.size() / 2) / 1e6;
    }
}
