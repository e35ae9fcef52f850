package org.docchat.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.EmbeddingModels;
import org.docchat.query.Librarian;
import org.docchat.query.Librarian.Filter;
import org.docchat.query.Librarian.Mode;
import org.docchat.query.Librarian.Search;
import org.docchat.query.Quality;
import org.docchat.web.model.OnnxEmbeddingModel;
import org.docchat.web.platform.PreparedDatabase;

/**
 * {@code ./mvnw -Pbench -Ddata=DIR[,DIR…] [-Ddatabase=JDBC-URL] [-Dfresh=true]}: how well DocChat finds what people judged relevant,
 * per mode, by document (its best passage counts), with default settings.
 */
public final class Bench {
    private Bench() {}

    /** @param args the module's {@code target} directory */
    public static void main(String[] args) throws IOException, InterruptedException {
        var target = Path.of(args[0]);
        var data = System.getProperty("data", "");
        if (data.isEmpty()) {
            System.err.println("Say -Ddata=DIR: a folder with corpus.jsonl.gz, queries.jsonl and qrels.tsv");
            System.exit(2);
        }
        var url = System.getProperty("database", "");
        try (var onnx = OnnxEmbeddingModel.bgeSmall(target.resolve("war/WEB-INF/model"), 2);
                var model = new RememberedEmbeddings(onnx, target.resolve("bench"));
                var database = url.isEmpty()
                        ? PreparedDatabase.in(target.resolve("bench/database"))
                        : PreparedDatabase.at(url)) {
            database.addVectorIndexes(EmbeddingModels.only(model));
            var owner = database.user("bench");
            var stacks = new Stacks(database, model, target);
            var librarian = database.librarian(EmbeddingModels.only(model));
            for (var folder : data.split(",")) {
                var judged = Judged.read(Path.of(folder));
                var collection = stacks.shelved(owner, judged, Boolean.getBoolean("fresh"));
                database.execute("analyze");
                for (var mode : Mode.values()) {
                    measure(librarian, owner, judged, collection, mode);
                }
            }
        } catch (Exception e) {
            throw e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
        }
    }

    static void measure(Librarian librarian, Caller owner, Judged judged, CollectionId collection, Mode mode) {
        measure(
                judged,
                mode.name().toLowerCase(Locale.ROOT),
                question ->
                        librarian
                                .search(owner, new Search(question, List.of(collection), 100, mode, Filter.NONE))
                                .passages()
                                .stream()
                                .map(found -> Stacks.idOf(found.passage().documentName()))
                                .toList());
    }

    /** @param ranking the documents of the passages found for a question, best first; a document may come again */
    static void measure(Judged judged, String label, Function<String, List<String>> ranking) {
        var qualities = new ArrayList<Quality>();
        var millis = new ArrayList<Long>();
        judged.queries().forEach((query, text) -> {
            long began = System.nanoTime();
            var found = ranking.apply(text);
            millis.add((System.nanoTime() - began) / 1_000_000);
            var documents = found.stream().distinct().toList();
            var grades = judged.grades().getOrDefault(query, Map.of());
            qualities.add(Quality.of(
                    grades.keySet().stream()
                            .mapToInt(document -> documents.indexOf(document) + 1)
                            .toArray(),
                    grades.values().stream().mapToInt(grade -> grade).toArray()));
        });
        millis.sort(null);
        System.out.printf(
                Locale.ROOT,
                "%-14s %-28s nDCG@10 %.4f  recall@100 %.4f  MRR %.4f  ms/query p50 %d p95 %d  (%d queries)%n",
                judged.name(),
                label,
                mean(qualities, Quality::ndcgAt10),
                mean(qualities, quality -> quality.recallAt(100)),
                mean(qualities, Quality::reciprocal),
                millis.get(millis.size() / 2),
                millis.get(millis.size() * 95 / 100),
                millis.size());
    }

    private static double mean(List<Quality> all, ToDoubleFunction<Quality> figure) {
        return all.stream().mapToDouble(figure).average().orElse(0);
    }
}
