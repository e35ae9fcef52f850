package org.docchat.bench;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.docchat.Indexing;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Language;
import org.docchat.domain.Passage;
import org.docchat.ingest.Collections;
import org.docchat.ingest.Library;
import org.docchat.query.Librarian.Filter;
import org.docchat.query.Librarian.Mode;
import org.docchat.query.Librarian.Search;
import org.docchat.web.model.OnnxEmbeddingModel;
import org.docchat.web.platform.PreparedDatabase;

/**
 * {@code ./mvnw -Pbench -Dbench=Articles -Ddata=DIR}: how well the paragraph that answers is found where all paragraphs
 * with the same title are one file without headings, once with a name that says nothing, once with the title for a name.
 */
public final class Articles {
    private Articles() {}

    /** A paragraph's place in its file. */
    private record Place(String paragraph, int start, int end) {}

    /** @param args the module's {@code target} directory */
    public static void main(String[] args) throws Exception {
        var target = Path.of(args[0]);
        var judged = Judged.read(Path.of(System.getProperty("data")));
        var articles = new LinkedHashMap<String, StringBuilder>();
        var places = new LinkedHashMap<String, List<Place>>();
        judged.documents().forEach((paragraph, text) -> {
            var title = text.substring(0, text.indexOf('\n'));
            var article = articles.computeIfAbsent(title, it -> new StringBuilder());
            int start = article.length();
            article.append(text.substring(text.indexOf('\n') + 1).strip()).append("\n\n");
            places.computeIfAbsent(title, it -> new ArrayList<>()).add(new Place(paragraph, start, article.length()));
        });
        try (var onnx = OnnxEmbeddingModel.bgeSmall(target.resolve("war/WEB-INF/model"), 2);
                var model = new RememberedEmbeddings(onnx, target.resolve("bench"));
                var database = PreparedDatabase.in(target.resolve("bench/database"))) {
            var owner = database.user("bench");
            var librarian = database.librarian(EmbeddingModels.only(model));
            for (boolean named : new boolean[] {false, true}) {
                var id = new Collections(database)
                        .create(owner, "Articles " + System.nanoTime(), "", Language.ENGLISH)
                        .id();
                var library = new Library(database, 1 << 24);
                var files = new LinkedHashMap<String, List<Place>>();
                for (var article : articles.entrySet()) {
                    var name = (named ? article.getKey().replace('/', ' ') : 1_000 + files.size()) + ".txt";
                    files.put(name, places.get(article.getKey()));
                    library.accept(
                            owner,
                            id,
                            name,
                            new ByteArrayInputStream(
                                    article.getValue().toString().getBytes(StandardCharsets.UTF_8)));
                }
                try (var indexing = new Indexing(database, EmbeddingModels.only(model), target)) {
                    indexing.finish(library, owner, id);
                }
                database.execute("analyze");
                for (var mode : Mode.values()) {
                    Bench.measure(
                            judged,
                            (named ? "named, " : "nameless, ") + mode.name().toLowerCase(Locale.ROOT),
                            question -> librarian
                                    .search(owner, new Search(question, List.of(id), 100, mode, Filter.NONE))
                                    .passages()
                                    .stream()
                                    .flatMap(found -> paragraphs(found.passage(), files))
                                    .toList());
                }
                new Collections(database).delete(owner, id);
            }
        }
        System.exit(0);
    }

    /** Those that a passage has most of, or that have most of it. */
    private static Stream<String> paragraphs(Passage passage, Map<String, List<Place>> files) {
        return files.getOrDefault(passage.documentName(), List.of()).stream()
                .filter(place -> 2
                                * (Math.min(place.end(), passage.location().end())
                                        - Math.max(
                                                place.start(),
                                                passage.location().start()))
                        > Math.min(
                                place.end() - place.start(),
                                passage.location().end() - passage.location().start()))
                .map(Place::paragraph);
    }
}
