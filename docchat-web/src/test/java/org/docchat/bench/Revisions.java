package org.docchat.bench;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.Locale;
import org.docchat.CountedEmbeddings;
import org.docchat.Handbook;
import org.docchat.Indexing;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Language;
import org.docchat.domain.Slice;
import org.docchat.ingest.Collections;
import org.docchat.ingest.Library;
import org.docchat.web.model.OnnxEmbeddingModel;
import org.docchat.web.platform.PreparedDatabase;

/**
 * {@code ./mvnw -Pbench -Dbench=Revisions [-Dpages=500]}: what versions of a long document cost that differ in a page,
 * in a sentence, and in nothing that was not there before, in passages embedded and seconds until they answer.
 */
public final class Revisions {
    private static final int PAGES = Integer.getInteger("pages", 500);

    private Revisions() {}

    /** @param args the module's {@code target} directory */
    public static void main(String[] args) throws Exception {
        var target = Path.of(args[0]);
        try (var onnx = OnnxEmbeddingModel.bgeSmall(
                        target.resolve("war/WEB-INF/model"),
                        Runtime.getRuntime().availableProcessors());
                var database = PreparedDatabase.temporary()) {
            var model = new CountedEmbeddings(onnx);
            var owner = database.user("bench");
            var id = new Collections(database)
                    .create(owner, "Versions", "", Language.ENGLISH)
                    .id();
            var library = new Library(database, 1 << 24);
            var handbook = new Handbook(PAGES);
            try (var indexing = new Indexing(database, EmbeddingModels.only(model), target)) {
                for (var change : new String[] {"new", "a page", "a sentence", "another page", "as it was"}) {
                    switch (change) {
                        case "a page" -> handbook.rewrite(PAGES / 3, 2);
                        case "a sentence" -> handbook.insert(PAGES / 2 + 4, "The relay hums when the pump is dry.");
                        case "another page" -> handbook.rewrite(PAGES / 4, 3);
                        case "as it was" -> handbook = new Handbook(PAGES);
                        default -> {}
                    }
                    long start = System.nanoTime();
                    library.accept(owner, id, "handbook.md", new ByteArrayInputStream(handbook.markdown()));
                    indexing.ring();
                    indexing.finish(library, owner, id);
                    double seconds = (System.nanoTime() - start) / 1e9;
                    int passages = library.documents(owner, id, null, null, Slice.Request.first())
                            .items()
                            .get(0)
                            .versions()
                            .get(0)
                            .passages();
                    int embedded = model.takeCount();
                    System.out.printf(
                            Locale.ROOT,
                            "%-12s %5d of %5d passages embedded, %5.1f pages' worth; answers after %5.1f s%n",
                            change,
                            embedded,
                            passages,
                            (double) embedded * PAGES / passages,
                            seconds);
                }
            }
        }
        System.exit(0);
    }
}
