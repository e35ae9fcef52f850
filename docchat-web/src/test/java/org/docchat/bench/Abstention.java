package org.docchat.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import org.docchat.domain.Answer;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Passage;
import org.docchat.query.Conversations;
import org.docchat.query.Librarian;
import org.docchat.query.Writer;
import org.docchat.web.model.OnnxEmbeddingModel;
import org.docchat.web.platform.PreparedDatabase;

/**
 * {@code ./mvnw -Pbench -Dbench=Abstention -Ddata=DIR,DIR[,DIR…] [-Dwithout='TITLE|TITLE']}: asks every collection its
 * own questions and those of the others, and says for each threshold how many of its own would be refused and how many
 * of the others' answered. {@code without} leaves out the documents with these titles and what is asked about them:
 * where two collections share a subject, a question of one is not off-topic in the other.
 */
public final class Abstention {
    private Abstention() {}

    /** @param args the module's {@code target} directory */
    public static void main(String[] args) throws Exception {
        var target = Path.of(args[0]);
        var without = Set.of(System.getProperty("without", "").split("\\|"));
        try (var onnx = OnnxEmbeddingModel.bgeSmall(target.resolve("war/WEB-INF/model"), 2);
                var model = new RememberedEmbeddings(onnx, target.resolve("bench"));
                var database = PreparedDatabase.temporary()) {
            var owner = database.user("bench");
            var stacks = new Stacks(database, model, target);
            var librarian = new Librarian(
                    database,
                    EmbeddingModels.only(model),
                    new Silent(),
                    new Conversations(database),
                    Librarian.Observer.NONE);
            var shelved = new LinkedHashMap<Judged, CollectionId>();
            for (var folder : System.getProperty("data").split(",")) {
                var judged = Judged.read(Path.of(folder)).without(without);
                shelved.put(judged, stacks.shelved(owner, judged, false));
            }
            database.execute("analyze");
            var own = new ArrayList<double[]>();
            var foreign = new ArrayList<double[]>();
            for (var asked : shelved.entrySet()) {
                for (var asking : shelved.keySet()) {
                    var evidence = evidence(
                            librarian, owner, asked.getValue(), asking.queries().values());
                    boolean self = asking == asked.getKey();
                    (self ? own : foreign).add(evidence);
                    curve(asked.getKey().name(), asking.name(), self ? "refused" : "answered", evidence);
                }
                var unanswerable = asked.getKey().unanswerable().values().stream()
                        .flatMap(List::stream)
                        .toList();
                if (!unanswerable.isEmpty()) {
                    var evidence = evidence(librarian, owner, asked.getValue(), unanswerable);
                    curve(asked.getKey().name(), "its unanswerable", "answered", evidence);
                }
            }
            reliability(own, foreign);
        }
        System.exit(0);
    }

    private static double[] evidence(Librarian librarian, Caller owner, CollectionId in, Collection<String> questions) {
        return questions.stream()
                .map(text -> new Librarian.Question(text, List.of(in), null, null, List.of(), text))
                .map(question -> librarian.answer(owner, question, () -> false).answer())
                .mapToDouble(Answer::evidence)
                .toArray();
    }

    private static void curve(String asked, String asking, String what, double[] evidence) {
        System.out.printf("%-14s asked by %-16s %8s %%:", asked, asking, what);
        for (int tenth = 1; tenth < 10; tenth++) {
            double threshold = tenth / 10.0;
            double answered =
                    DoubleStream.of(evidence).filter(it -> it >= threshold).count();
            System.out.printf(
                    Locale.ROOT,
                    "  %.1f: %.1f",
                    threshold,
                    100 * (what.equals("refused") ? 1 - answered / evidence.length : answered / evidence.length));
        }
        System.out.printf("  (%d questions)%n", evidence.length);
    }

    /**
     * What evidence is said to be, beside how often the answer is there; own and foreign questions weigh the same. The
     * expected calibration error is the mean of the differences (Naeini, Cooper and Hauskrecht, <i>Obtaining Well
     * Calibrated Probabilities Using Bayesian Binning</i>, 2015).
     */
    private static void reliability(List<double[]> own, List<double[]> foreign) {
        double error = 0;
        for (int tenth = 0; tenth < 10; tenth++) {
            double from = tenth / 10.0;
            double there = share(own, from, evidence -> 1);
            double all = there + share(foreign, from, evidence -> 1);
            double said = (share(own, from, evidence -> evidence) + share(foreign, from, evidence -> evidence)) / all;
            error += Math.abs(said - there / all) * all / 2;
            System.out.printf(
                    Locale.ROOT,
                    "from %.1f to %.1f: %4.1f %% of the questions, said to be there in %.0f %%, there in %.0f %%%n",
                    from,
                    from + 0.1,
                    50 * all,
                    100 * said,
                    100 * there / all);
        }
        System.out.printf(Locale.ROOT, "expected calibration error: %.1f %%%n", 100 * error);
    }

    /** Of each list as much, summed up over what lies in the tenth. */
    private static double share(List<double[]> all, double from, DoubleUnaryOperator weight) {
        return all.stream()
                .mapToDouble(each -> DoubleStream.of(each)
                                .filter(it -> it >= from && (it < from + 0.1 || from > 0.85))
                                .map(weight)
                                .sum()
                        / each.length)
                .average()
                .orElse(0);
    }

    /** Has nothing to say, so that only the evidence decides and is looked at. */
    private static final class Silent implements Writer {
        @Override
        public String name() {
            return "silent";
        }

        @Override
        public Draft write(
                String question, List<Passage> passages, Consumer<String> tokens, BooleanSupplier isCancelled) {
            return new Draft("", List.of(), new Librarian.Usage(0, 0), name(), null, null);
        }
    }
}
