package org.docchat.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.docchat.domain.CollectionId;
import org.docchat.domain.DocumentId;
import org.docchat.domain.Location;
import org.docchat.domain.Passage;
import org.docchat.domain.PassageId;
import org.docchat.domain.Sentences;
import org.docchat.query.ChatModel;
import org.docchat.query.ChatWriter;
import org.docchat.query.ExtractiveWriter;
import org.docchat.query.Librarian.Usage;
import org.docchat.web.model.OnnxEmbeddingModel;

/**
 * {@code ./mvnw -Pbench -Dbench=Claims -Ddata=DIR [-Dshow=10]}: has a chat model write sentences of the documents, true
 * and altered, each citing the passage that it was made of, and says how many stay in the answer.
 * {@code paraphrases.tsv}, beside this class, holds statements in other words, made up by us; {@code written.tsv} what
 * Qwen2.5-Coder-1.5B-Instruct answered to questions of squad2-half, found true or false by reading. {@code show}
 * prints so many of the false that stay and of the true that do not, of each kind.
 */
public final class Claims {
    private static final int SENTENCES = 400;
    private static final String NO_QUESTION = "?";

    private final Random random = new Random(11);
    private final Map<String, List<Claim>> kinds = new LinkedHashMap<>();

    /** What a model is made to write, and the passages that it was given, the cited one first. */
    private record Claim(String text, String question, List<Passage> given) {}

    private Claims() {}

    /** @param args the module's {@code target} directory */
    public static void main(String[] args) throws Exception {
        var target = Path.of(args[0]);
        var judged = Judged.read(Path.of(System.getProperty("data")));
        var claims = new Claims();
        claims.make(judged);
        claims.answered(judged);
        var statements = target.resolve("../src/test/resources/org/docchat/bench");
        claims.paraphrased(judged, statements.resolve("paraphrases.tsv"));
        claims.written(judged, statements.resolve("written.tsv"));
        int show = Integer.getInteger("show", 0);
        try (var onnx = OnnxEmbeddingModel.bgeSmall(target.resolve("war/WEB-INF/model"), 2);
                var model = new RememberedEmbeddings(onnx, target.resolve("bench"))) {
            for (var kind : claims.kinds.entrySet()) {
                int stay = 0;
                int shown = 0;
                for (var claim : kind.getValue()) {
                    var writer = new ChatWriter(new Repeating(claim.text + " [1]"), model, new ExtractiveWriter(model));
                    var draft = writer.write(claim.question, claim.given, token -> {}, () -> false);
                    // Where nothing stays, the documents' own sentences stand there.
                    boolean stays = draft.writer().equals(writer.name());
                    stay += stays ? 1 : 0;
                    if (stays != kind.getKey().startsWith("true") && shown++ < show) {
                        System.out.println("    " + claim.text + (stays ? "\n      = " + draft.quotes() : ""));
                    }
                }
                System.out.printf(
                        Locale.ROOT,
                        "| %s | %d | %d | %.1f |%n",
                        kind.getKey(),
                        kind.getValue().size(),
                        stay,
                        100.0 * stay / Math.max(1, kind.getValue().size()));
            }
        }
        System.exit(0);
    }

    private void make(Judged judged) {
        var ids = new ArrayList<>(judged.documents().keySet());
        java.util.Collections.shuffle(ids, random);
        var alterations = new Alterations(judged.documents().values(), random);
        int made = 0;
        for (var id : ids) {
            var given = given(judged, id);
            var text = given.get(0).text();
            var sentences = Sentences.of(text).stream()
                    .map(range -> text.substring(range.start(), range.end()))
                    .filter(sentence -> sentence.matches("\\p{Lu}.{50,250}\\."))
                    .toList();
            if (!sentences.isEmpty() && made++ < SENTENCES) {
                var sentence = sentences.get(random.nextInt(sentences.size()));
                alterations.of(sentence, text).forEach((kind, altered) -> add(kind, altered, given));
            }
        }
    }

    /** What questions ask for and nothing else, and what other questions on the same paragraph do. */
    private void answered(Judged judged) {
        var ids = new ArrayList<>(judged.answers().keySet());
        java.util.Collections.shuffle(ids, random);
        for (var document : judged.documents().keySet()) {
            var asked = ids.stream()
                    .filter(id -> judged.grades().getOrDefault(id, Map.of()).containsKey(document))
                    .map(id -> new Asked(
                            Objects.requireNonNull(judged.queries().get(id)),
                            Objects.requireNonNull(judged.answers().get(id))))
                    .toList();
            for (int i = 0; i + 1 < asked.size(); i += 2) {
                var one = asked.get(i);
                var other = asked.get(i + 1).answers.get(0);
                if (one.answers.stream().noneMatch(own -> own.contains(other) || other.contains(own))) {
                    add("true: the answer alone", one.answers.get(0), one.question, given(judged, document));
                    add("another answer alone", other, one.question, given(judged, document));
                }
            }
        }
    }

    private record Asked(String question, List<String> answers) {}

    private void paraphrased(Judged judged, Path file) throws java.io.IOException {
        for (var line : Files.readAllLines(file)) {
            var row = line.split("\t");
            if (!judged.documents().containsKey(row[1])) {
                continue;
            }
            add(row[0].equals("true") ? "true: in other words" : "false in other words", row[2], given(judged, row[1]));
        }
    }

    private void written(Judged judged, Path file) throws java.io.IOException {
        for (var line : Files.readAllLines(file)) {
            var row = line.split("\t");
            if (judged.documents().containsKey(row[1])) {
                var kind = row[0].equals("true") ? "true: written by a model" : "false, written by a model";
                add(kind, row[3], row[2], given(judged, row[1]));
            }
        }
    }

    private void add(String kind, String claim, List<Passage> given) {
        add(kind, claim, NO_QUESTION, given);
    }

    private void add(String kind, String claim, String question, List<Passage> given) {
        kinds.computeIfAbsent(kind, k -> new ArrayList<>()).add(new Claim(claim, question, given));
    }

    /** The paragraph and those next to it in its article. */
    private static List<Passage> given(Judged judged, String id) {
        var place = id.split("#");
        int number = place.length > 1 ? Integer.parseInt(place[1]) : 0;
        return IntStream.of(number, number + 1, number - 1)
                .mapToObj(n -> place.length > 1 ? place[0] + "#" + n : id)
                .distinct()
                .filter(judged.documents()::containsKey)
                .map(one -> {
                    var text = Objects.requireNonNull(judged.documents().get(one));
                    var body = text.substring(text.indexOf('\n') + 1);
                    return new Passage(
                            new PassageId(one.hashCode() & 0x7fffffffL),
                            new CollectionId(new UUID(0, 1)),
                            new DocumentId(new UUID(1, one.hashCode())),
                            one,
                            1,
                            0,
                            new Location(null, null, 0, body.length()),
                            body);
                })
                .toList();
    }

    /** Writes what it is told to write. */
    private record Repeating(String text) implements ChatModel {
        @Override
        public String name() {
            return "repeating";
        }

        @Override
        public int contextTokens() {
            return 16_384;
        }

        @Override
        public int answerTokens() {
            return 1_000;
        }

        @Override
        public Completion complete(Prompt prompt, Consumer<String> tokens, BooleanSupplier isCancelled) {
            tokens.accept(text);
            return new Completion(text, End.COMPLETE, new Usage(1, 1));
        }
    }
}
