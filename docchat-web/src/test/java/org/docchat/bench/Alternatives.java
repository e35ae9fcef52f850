package org.docchat.bench;

import dev.langchain4j.data.document.Document;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.document.splitter.DocumentSplitters;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.TokenCountEstimator;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.EmbeddingStoreIngestor;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Embedding;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.EmbeddingModels;
import org.docchat.query.Librarian.Mode;
import org.docchat.web.model.OnnxEmbeddingModel;
import org.docchat.web.platform.PreparedDatabase;

/**
 * {@code ./mvnw -Pbench -Dbench=Alternatives -Ddata=DIR[,DIR…]}: DocChat beside what one has without it, in one run, with
 * the same embedding model: LangChain4j's easy way (its recursive splitter at 300 tokens with 30 of overlap, its store in
 * memory), and PostgreSQL's own ranking of words fused by reciprocal rank with the exact nearest embeddings, which is what
 * pgvector finds at best, over the passages that DocChat makes.
 */
public final class Alternatives {
    private static final int DEPTH = 100;
    /** Cormack, Clarke and Büttcher, 2009. */
    private static final double RRF = 60;

    private Alternatives() {}

    /** @param args the module's {@code target} directory */
    public static void main(String[] args) throws Exception {
        var target = Path.of(args[0]);
        try (var onnx = OnnxEmbeddingModel.bgeSmall(target.resolve("war/WEB-INF/model"), 2);
                var model = new RememberedEmbeddings(onnx, target.resolve("bench"));
                var database = PreparedDatabase.in(target.resolve("bench/database"))) {
            var owner = database.user("bench");
            var librarian = database.librarian(EmbeddingModels.only(model));
            for (var folder : System.getProperty("data").split(",")) {
                var judged = Judged.read(Path.of(folder));
                var collection = new Stacks(database, model, target).shelved(owner, judged, false);
                database.execute("analyze");
                Bench.measure(librarian, owner, judged, collection, Mode.HYBRID);
                Bench.measure(judged, "LangChain4j", langChain4j(judged, model));
                postgres(database, collection, judged, model);
            }
        }
        System.exit(0);
    }

    private static Function<String, List<String>> langChain4j(Judged judged, EmbeddingModel model) {
        var store = new InMemoryEmbeddingStore<TextSegment>();
        var adapted = new Adapted(model);
        EmbeddingStoreIngestor.builder()
                .documentSplitter(DocumentSplitters.recursive(300, 30, new Tokens(model)))
                .embeddingModel(adapted)
                .embeddingStore(store)
                .build()
                .ingest(judged.documents().entrySet().stream()
                        .map(document -> Document.from(document.getValue(), Metadata.from("id", document.getKey())))
                        .toList());
        return question -> store
                .search(EmbeddingSearchRequest.builder()
                        .queryEmbedding(adapted.embed(question).content())
                        .maxResults(DEPTH)
                        .build())
                .matches()
                .stream()
                .map(match -> match.embedded().metadata().getString("id"))
                .toList();
    }

    private record Tokens(EmbeddingModel model) implements TokenCountEstimator {
        @Override
        public int estimateTokenCountInText(String text) {
            return model.countTokens(text);
        }

        @Override
        public int estimateTokenCountInMessage(ChatMessage message) {
            throw new UnsupportedOperationException("only texts are split");
        }

        @Override
        public int estimateTokenCountInMessages(Iterable<ChatMessage> messages) {
            throw new UnsupportedOperationException("only texts are split");
        }
    }

    /** As LangChain4j's own class of this model embeds: a question is a text like others. */
    private record Adapted(EmbeddingModel model) implements dev.langchain4j.model.embedding.EmbeddingModel {
        @Override
        public Response<List<dev.langchain4j.data.embedding.Embedding>> embedAll(List<TextSegment> segments) {
            return Response.from(
                    model.embedPassages(segments.stream().map(TextSegment::text).toList()).stream()
                            .map(embedding -> dev.langchain4j.data.embedding.Embedding.from(embedding.vector()))
                            .toList());
        }
    }

    private static void postgres(
            PreparedDatabase database, CollectionId collection, Judged judged, EmbeddingModel model)
            throws SQLException {
        database.execute("drop table if exists plain");
        database.execute("""
                create table plain as
                select d.name, to_tsvector('english', p.context || ' ' || p.text) as words, e.vector
                  from passage p
                  join document d on d.id = p.document_id
                  join embedding e on e.passage_id = p.id and e.live
                 where p.collection_id = '%s' order by p.id
                """.formatted(collection));
        database.execute("create index on plain using gin (words)");
        database.execute("analyze plain");
        var documents = new ArrayList<String>();
        var embeddings = new ArrayList<Embedding>();
        try (var connection = database.source().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select name, vector from plain")) {
            while (rows.next()) {
                documents.add(Stacks.idOf(rows.getString(1)));
                var numbers = (Float[]) rows.getArray(2).getArray();
                var vector = new float[numbers.length];
                IntStream.range(0, vector.length).forEach(i -> vector[i] = numbers[i]);
                embeddings.add(new Embedding(vector));
            }
        }
        Function<String, List<String>> near = question -> nearest(model.embedQuestion(question), embeddings, documents);
        for (var syntax : List.of("plainto_tsquery", "websearch_to_tsquery")) {
            Function<String, List<String>> words = question -> ranked(database, syntax, question);
            Bench.measure(judged, "ts_rank, " + syntax, words);
            Bench.measure(
                    judged,
                    "the same and exact vectors",
                    question -> fused(words.apply(question), near.apply(question)));
        }
        database.execute("drop table plain");
    }

    private static List<String> ranked(PreparedDatabase database, String syntax, String question) {
        try (var connection = database.source().getConnection();
                var statement = connection.prepareStatement("select name from plain, " + syntax
                        + "('english', ?) q where words @@ q order by ts_rank(words, q) desc, name limit " + DEPTH)) {
            statement.setString(1, question);
            var found = new ArrayList<String>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(Stacks.idOf(rows.getString(1)));
                }
            }
            return found;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> nearest(Embedding question, List<Embedding> embeddings, List<String> documents) {
        var cosines = embeddings.stream().mapToDouble(question::cosine).toArray();
        return IntStream.range(0, cosines.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -cosines[i]))
                .limit(DEPTH)
                .map(documents::get)
                .toList();
    }

    @SafeVarargs
    private static List<String> fused(List<String>... lists) {
        var scores = new HashMap<String, Double>();
        for (var list : lists) {
            var distinct = list.stream().distinct().toList();
            for (int i = 0; i < distinct.size(); i++) {
                scores.merge(distinct.get(i), 1 / (RRF + i + 1), Double::sum);
            }
        }
        return scores.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .toList();
    }
}
