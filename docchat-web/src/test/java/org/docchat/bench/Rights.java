package org.docchat.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.docchat.Crowd;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Language;
import org.docchat.domain.PassageId;
import org.docchat.domain.Slice;
import org.docchat.ingest.Collections;
import org.docchat.query.Librarian;
import org.docchat.query.Librarian.Filter;
import org.docchat.query.Librarian.Mode;
import org.docchat.query.Librarian.Search;
import org.docchat.web.model.OnnxEmbeddingModel;
import org.docchat.web.platform.PreparedDatabase;

/**
 * {@code ./mvnw -Pbench -Dbench=Rights -Ddata=DIR [-Dtimes=100] [-Ddatabase=JDBC-URL]}: what row-level security costs a
 * search, and what it hides of what somebody may see. The passages of a judged collection are one user's; another has so
 * many times as many copies of them. Both search what is theirs, in turns with the policies and as the owner of the
 * tables, whom they do not bind. Then the nearest of whoever sees the hundredth part are compared with those that an
 * exact comparison finds.
 */
public final class Rights {
    private static final int EACH = 10;
    private static final int SEARCHES = 150;

    private Rights() {}

    /** @param args the module's {@code target} directory */
    public static void main(String[] args) throws Exception {
        var target = Path.of(args[0]);
        var url = System.getProperty("database", "");
        int times = Integer.getInteger("times", 100);
        try (var onnx = OnnxEmbeddingModel.bgeSmall(target.resolve("war/WEB-INF/model"), 2);
                var remembered = new RememberedEmbeddings(onnx, target.resolve("bench"));
                var database = url.isEmpty()
                        ? PreparedDatabase.in(target.resolve("bench/rights"))
                        : PreparedDatabase.at(url)) {
            var few = database.user("bench");
            var many = database.user("crowd");
            var judged = Judged.read(Path.of(System.getProperty("data", "")));
            var own = new Stacks(database, remembered, target).shelved(few, judged, false);
            long seen = database.count("select count(*) from passage where collection_id = '" + own + "'");
            var copies = copies(database, many, (int) (seen * (times - 1) / EACH), own);
            var models = EmbeddingModels.only(remembered);
            database.addVectorIndexes(models);
            Crowd.settle(database);
            var bound = database.librarian(models);
            var unbound = PreparedDatabase.librarian(database.withoutPolicies(), models);
            var questions = new ArrayList<>(judged.queries().values());
            questions.forEach(remembered::embedQuestion);

            System.out.println("whose     passages  mode        p50 ms with policies   without   difference");
            for (var mode : Mode.values()) {
                compare(bound, unbound, few, own, seen, questions, mode);
                compare(bound, unbound, many, copies, seen * (times - 1), questions, mode);
            }
            System.out.printf(
                    Locale.ROOT,
                    "recall@10 of the nearest for whoever sees %d of %d passages: %.3f%n",
                    seen,
                    database.count("select count(*) from passage"),
                    recall(bound, few, own, questions));
        }
        System.exit(0);
    }

    private static CollectionId copies(PreparedDatabase database, Caller owner, int documents, CollectionId original) {
        var collections = new Collections(database);
        var known = collections.list(owner, new Slice.Request(1, null)).items();
        if (!known.isEmpty()) {
            return known.get(0).id();
        }
        var id = collections.create(owner, "Copies", "", Language.ENGLISH).id();
        Crowd.documents(database, id, documents, "'indexed'");
        Crowd.copies(database, id, EACH, List.of(original));
        return id;
    }

    /** In turns, so that whatever else the machine does meanwhile hits both. */
    private static void compare(
            Librarian bound,
            Librarian unbound,
            Caller caller,
            CollectionId collection,
            long passages,
            List<String> questions,
            Mode mode) {
        var with = new double[SEARCHES];
        var without = new double[SEARCHES];
        for (int i = -20; i < SEARCHES; i++) {
            var search = new Search(
                    questions.get(Math.floorMod(i, questions.size())), List.of(collection), 10, mode, Filter.NONE);
            double first = millis(i % 2 == 0 ? bound : unbound, caller, search);
            double second = millis(i % 2 == 0 ? unbound : bound, caller, search);
            // The first ones compile the code.
            if (i >= 0) {
                with[i] = i % 2 == 0 ? first : second;
                without[i] = i % 2 == 0 ? second : first;
            }
        }
        Arrays.sort(with);
        Arrays.sort(without);
        double one = with[SEARCHES / 2];
        double other = without[SEARCHES / 2];
        System.out.printf(
                Locale.ROOT,
                "%-9s %8d  %-10s %21.1f %9.1f %10.1f %%%n",
                caller.username(),
                passages,
                mode.name().toLowerCase(Locale.ROOT),
                one,
                other,
                100 * (one - other) / other);
    }

    /** Without embedding the question, which is remembered. */
    private static double millis(Librarian librarian, Caller caller, Search search) {
        long began = System.nanoTime();
        librarian.search(caller, search);
        return (System.nanoTime() - began) / 1e6;
    }

    /** A filter that everything passes makes the search compare everything. */
    private static double recall(Librarian librarian, Caller caller, CollectionId collection, List<String> questions) {
        int due = 0;
        int found = 0;
        for (var question : questions) {
            var exact = nearest(librarian, caller, collection, question, new Filter(List.of(), "*", null));
            var quick = nearest(librarian, caller, collection, question, Filter.NONE);
            due += exact.size();
            quick.retainAll(exact);
            found += quick.size();
        }
        return (double) found / due;
    }

    private static Set<PassageId> nearest(
            Librarian librarian, Caller caller, CollectionId collection, String question, Filter filter) {
        var nearest = new HashSet<PassageId>();
        librarian
                .search(caller, new Search(question, List.of(collection), 10, Mode.SEMANTIC, filter))
                .passages()
                .forEach(found -> nearest.add(found.passage().id()));
        return nearest;
    }
}
