package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.docchat.domain.Answer;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Embedding;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Failure;
import org.docchat.domain.Language;
import org.docchat.domain.PassageId;
import org.docchat.domain.Role;
import org.docchat.domain.WordBag;
import org.docchat.ingest.Bell;
import org.docchat.ingest.Collections;
import org.docchat.ingest.Embeddings;
import org.docchat.ingest.Embeddings.State;
import org.docchat.ingest.Library;
import org.docchat.ingest.Sharing;
import org.docchat.ingest.Worker;
import org.docchat.ingest.extract.ExtractedText;
import org.docchat.ingest.extract.Extractor;
import org.docchat.query.Conversations;
import org.docchat.query.ExtractiveWriter;
import org.docchat.query.Librarian;
import org.docchat.query.Librarian.Filter;
import org.docchat.query.Librarian.Mode;
import org.docchat.query.Librarian.Search;
import org.docchat.query.Traces;
import org.docchat.web.platform.PreparedDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A collection changes its embedding model without a gap")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ModelChangeIT {
    private static final String QUERY = "harbour lantern meadow";
    private static final List<String> WORDS = List.of(
            "harbour", "lantern", "meadow", "granite", "copper", "violin", "orchard", "thunder", "pepper", "saddle");

    private final WordBag standard = new WordBag();
    private final Trigrams second = new Trigrams();
    private final EmbeddingModels models = new EmbeddingModels(standard, List.of(second));
    private final Bell bell = new Bell();
    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Thread> workers = new ArrayList<>();
    private PreparedDatabase database;
    private Library library;
    private Collections collections;
    private Embeddings embeddings;
    private Librarian librarian;
    private Caller ann;

    /** Texts that share groups of three letters are close. */
    private static final class Trigrams implements EmbeddingModel {
        private volatile int passagesToFailure = Integer.MAX_VALUE;
        private volatile CountDownLatch gate = new CountDownLatch(0);
        private volatile boolean silent;
        private final AtomicInteger failures = new AtomicInteger();

        @Override
        public String name() {
            return "trigrams";
        }

        @Override
        public int dimensions() {
            return 100;
        }

        @Override
        public int maxTokens() {
            return 100;
        }

        @Override
        public int countTokens(String text) {
            return text.length();
        }

        @Override
        public List<Embedding> embedPassages(List<String> texts) {
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
            passagesToFailure -= texts.size();
            if (passagesToFailure < 0) {
                failures.incrementAndGet();
                throw new Failure.Unavailable("embedding_model_failed", "It is out of order.", new IOException());
            }
            return texts.stream().map(this::embedQuestion).toList();
        }

        @Override
        public Embedding embedQuestion(String text) {
            if (silent) {
                throw new Failure.Unavailable("embedding_model_unreachable", "It does not answer.", new IOException());
            }
            var vector = new float[dimensions()];
            vector[0] = 0.01f;
            var letters = text.toLowerCase(Locale.ROOT);
            for (int i = 3; i <= letters.length(); i++) {
                vector[Math.floorMod(letters.substring(i - 3, i).hashCode(), dimensions())] += 1;
            }
            return Embedding.normalized(vector);
        }
    }

    @BeforeAll
    void open(@TempDir Path directory) throws IOException, InterruptedException {
        database = PreparedDatabase.in(directory);
        library = new Library(database, 1 << 20);
        collections = new Collections(database);
        embeddings = new Embeddings(database, models);
        librarian = new Librarian(
                database, models, new ExtractiveWriter(standard), new Conversations(database), Librarian.Observer.NONE);
        ann = database.user("ann");
    }

    @AfterEach
    void stop() throws InterruptedException {
        second.passagesToFailure = Integer.MAX_VALUE;
        second.gate.countDown();
        second.silent = false;
        for (var worker : workers) {
            worker.interrupt();
            worker.join();
        }
        workers.clear();
    }

    @AfterAll
    void close() throws IOException {
        clock.shutdownNow();
        threads.shutdownNow();
        database.close();
    }

    private void start() {
        for (int i = 0; i < 2; i++) {
            var worker = new Thread(new Worker(
                    Worker.Share.EVERYTHING,
                    database,
                    models,
                    ModelChangeIT::read,
                    clock,
                    bell,
                    0,
                    (step, outcome, time) -> {}));
            worker.start();
            workers.add(worker);
        }
    }

    private static ExtractedText read(Path file, String mediaType, Language language, Extractor.Listener listener) {
        try {
            var text = Files.readString(file) + "\n";
            var block = new ExtractedText.Block(ExtractedText.Kind.PARAGRAPH, 0, 0, text.length() - 1);
            return new ExtractedText(
                    List.of(new ExtractedText.Page(0, null, text, List.of(block), List.of())), List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private CollectionId collection(int documents) throws IOException {
        var id = collections.create(ann, "Changing", "", Language.ENGLISH).id();
        for (int i = 0; i < documents; i++) {
            upload(id, "old-" + i + ".txt", sentences(i, 2_000));
        }
        awaitIndexed(id);
        return id;
    }

    private static String sentences(int seed, int words) {
        var random = new Random(seed);
        var text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            text.append(WORDS.get(random.nextInt(WORDS.size()))).append(i % 15 == 14 ? ". " : " ");
        }
        return text.toString();
    }

    private void upload(CollectionId id, String name, String text) throws IOException {
        library.accept(ann, id, name, new ByteArrayInputStream(text.getBytes(UTF_8)));
        bell.ring();
    }

    private void awaitIndexed(CollectionId id) {
        Await.until("all is indexed", Duration.ofSeconds(30), () -> library.states(ann, id)
                .keySet()
                .equals(java.util.Set.of("indexed")));
    }

    private void awaitState(CollectionId id, State state) {
        Await.until("it is " + state, Duration.ofSeconds(30), () -> standing(id).state() == state);
    }

    private Embeddings.Standing standing(CollectionId id) {
        return embeddings.of(ann, id).stream()
                .filter(each -> each.model().equals(second.name()))
                .findFirst()
                .orElseThrow();
    }

    /** Of what was there first: what comes meanwhile would change the list. */
    private List<PassageId> found(CollectionId id, String model) {
        var search =
                new Search(QUERY, List.of(id), 10, Mode.SEMANTIC, new Filter(List.of(), "old-*", null), model, false);
        return librarian.search(ann, search).passages().stream()
                .map(each -> each.passage().id())
                .toList();
    }

    private long embedded(CollectionId id) {
        return database.count(
                "select count(*) from embedding where model = 'trigrams' and collection_id = '" + id + "'");
    }

    /** Every passage that can be found has both embeddings, and both agree on whether it answers now. */
    private void assertThatBothAreWhole(CollectionId id) {
        assertThat(database.count("""
                select count(*) from passage p
                  join version v on v.document_id = p.document_id and v.number = p.version
                  left join embedding a on a.passage_id = p.id and a.model = 'word-bag'
                  left join embedding b on b.passage_id = p.id and b.model = 'trigrams'
                 where p.collection_id = '%s'
                   and (a.live is distinct from (v.current_from is not null and v.current_to is null)
                        or b.live is distinct from a.live or v.state <> 'indexed')
                """.formatted(id))).isZero();
    }

    @Test
    void searchersSeeTheOneModelOrTheOtherWhileDocumentsComeAndGo() throws Exception {
        start();
        var id = collection(6);
        var before = found(id, null);
        var odd = new ArrayList<List<PassageId>>();
        var over = new AtomicBoolean();
        second.gate = new CountDownLatch(1);
        embeddings.fill(ann, id, second.name());
        upload(id, "new-0.txt", sentences(100, 1_000));
        upload(id, "old-5.txt", sentences(5, 2_000) + "And one more sentence.");
        awaitIndexed(id);
        assertThat(standing(id).state()).isEqualTo(State.FILLING);
        var now = found(id, null);
        assertThat(now).as("all but the last version's last passage").containsAnyElementsOf(before);
        assertThatThrownBy(() -> embeddings.use(ann, id, second.name())).isInstanceOf(Failure.Conflict.class);

        second.gate.countDown();
        awaitState(id, State.READY);
        assertThatBothAreWhole(id);
        var after = found(id, second.name());
        assertThat(after).hasSize(10).isNotEqualTo(now);
        assertThat(found(id, null)).isEqualTo(now);

        Future<Integer> searching = threads.submit(() -> {
            int searches = 0;
            for (; !over.get(); searches++) {
                var seen = found(id, null);
                if (!seen.equals(now) && !seen.equals(after)) {
                    odd.add(seen);
                }
            }
            return searches;
        });
        for (int i = 0; i < 6; i++) {
            upload(id, "new-" + i + ".txt", sentences(200 + i, 600));
            var wanted = i % 2 == 0 ? second.name() : standard.name();
            Await.until("it is switched to " + wanted, Duration.ofSeconds(20), () -> {
                try {
                    return embeddings.use(ann, id, wanted).get(0).model().equals(wanted);
                } catch (Failure.Conflict e) {
                    return false;
                }
            });
            assertThat(found(id, null)).isEqualTo(i % 2 == 0 ? after : now);
        }
        over.set(true);
        assertThat(searching.get()).isGreaterThan(10);
        assertThat(odd).isEmpty();
        awaitIndexed(id);
        Await.until("both are whole again", Duration.ofSeconds(20), () -> embeddings.of(ann, id).stream()
                .noneMatch(each -> each.state() == State.FILLING));
        assertThatBothAreWhole(id);

        embeddings.drop(ann, id, second.name());
        assertThat(embedded(id)).isZero();
        assertThat(found(id, null)).isEqualTo(now);
        assertThatThrownBy(() -> found(id, second.name())).isInstanceOf(Failure.Conflict.class);
        assertThatThrownBy(() -> embeddings.drop(ann, id, standard.name())).isInstanceOf(Failure.Conflict.class);
    }

    @Test
    @Tag("F5")
    void aFailureHalfWayChangesNothingForSearchersAndIsGoneOnWith() throws Exception {
        start();
        var id = collection(4);
        var before = found(id, null);
        second.passagesToFailure = 40;
        embeddings.fill(ann, id, second.name());
        Await.until("it has failed", Duration.ofSeconds(20), () -> standing(id).problem() != null);
        long kept = embedded(id);

        assertThat(standing(id).problem()).isEqualTo("It is out of order.");
        assertThat(kept).isEqualTo(32);
        assertThat(standing(id).done()).isEqualTo(32);
        assertThat(found(id, null)).isEqualTo(before);
        assertThatThrownBy(() -> embeddings.use(ann, id, second.name())).isInstanceOf(Failure.Conflict.class);
        // The pauses between attempts add up to half a minute.
        database.execute("update standby set attempts = 4, not_before = now()");
        awaitState(id, State.FAILED);
        upload(id, "beside.txt", "What comes meanwhile is indexed as ever.");
        awaitIndexed(id);

        second.passagesToFailure = Integer.MAX_VALUE;
        embeddings.fill(ann, id, second.name());
        bell.ring();
        awaitState(id, State.READY);
        assertThatBothAreWhole(id);
        assertThat(found(id, null)).isEqualTo(before);
    }

    @Test
    void aModelThatFailsIsNotTriedForEachCollectionWhileDocumentsWait() throws Exception {
        start();
        var ids = List.of(collection(1), collection(1), collection(1), collection(1), collection(1));
        second.passagesToFailure = 0;
        int before = second.failures.get();
        for (var id : ids) {
            embeddings.fill(ann, id, second.name());
        }
        bell.ring();
        Await.until("it has failed", Duration.ofSeconds(20), () -> second.failures.get() > before);
        for (var id : ids) {
            upload(id, "meanwhile.txt", "Nobody waits until all of them have found out.");
            awaitIndexed(id);
        }
        Thread.sleep(1_000);

        assertThat(second.failures.get() - before)
                .as("each worker finds out for itself")
                .isLessThanOrEqualTo(workers.size());
    }

    @Test
    @Tag("F2")
    void whatADeadWorkerHeldIsGoneOnWithByAnother() throws Exception {
        start();
        var id = collection(2);
        collections.pause(ann, id);
        embeddings.fill(ann, id, second.name());
        Thread.sleep(2_500);
        assertThat(embedded(id)).as("paused").isZero();
        database.execute("update standby set leased_by = gen_random_uuid(), attempts = 1,"
                + " leased_until = now() + interval '3 seconds'");
        collections.resume(ann, id);
        bell.ring();
        Thread.sleep(1_000);

        assertThat(embedded(id)).as("leased by somebody else").isZero();
        awaitState(id, State.READY);
        assertThatBothAreWhole(id);
    }

    @Test
    void whatIsDroppedHalfWayLeavesNothingBehind() throws Exception {
        start();
        var id = collection(2);
        second.gate = new CountDownLatch(1);
        embeddings.fill(ann, id, second.name());
        Await.until(
                "a worker has it",
                Duration.ofSeconds(20),
                () -> database.count("select count(*) from standby where leased_by is not null") == 1);

        embeddings.drop(ann, id, second.name());
        second.gate.countDown();
        Await.until("the worker goes on", Duration.ofSeconds(20), () -> {
            try {
                upload(id, "next.txt", "What comes next.");
                awaitIndexed(id);
                return true;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });

        assertThat(standing(id).state()).isEqualTo(State.NONE);
        assertThat(embedded(id)).isZero();
    }

    @Test
    void collectionsWithDifferentModelsAreAskedTogether() throws Exception {
        start();
        var one = collection(2);
        var other = collection(2);
        upload(one, "cat.txt", "The lighthouse keeper owns eleven cats.");
        upload(other, "dog.txt", "The lighthouse keeper owns seven dogs.");
        awaitIndexed(one);
        awaitIndexed(other);
        embeddings.fill(ann, other, second.name());
        awaitState(other, State.READY);
        embeddings.use(ann, other, second.name());

        for (var mode : Mode.values()) {
            var search = new Search("what does the lighthouse keeper own", List.of(one, other), 10, mode, Filter.NONE);
            var found = librarian.search(ann, search).passages();
            assertThat(found.subList(0, 2))
                    .as(mode.toString())
                    .extracting(each -> each.passage().documentName())
                    .containsExactlyInAnyOrder("cat.txt", "dog.txt");
            assertThat(librarian.search(ann, search).passages()).isEqualTo(found);
        }
    }

    @Test
    @Tag("F5")
    void whileTheModelDoesNotAnswerWordsDoAndSaySo() throws Exception {
        start();
        var id = collection(1);
        upload(id, "cat.txt", "The lighthouse keeper owns eleven cats.");
        awaitIndexed(id);
        embeddings.fill(ann, id, second.name());
        awaitState(id, State.READY);
        embeddings.use(ann, id, second.name());
        var librarian = new Librarian(
                database, models, new ExtractiveWriter(standard), new Conversations(database), Librarian.Observer.NONE);
        var question = "What does the lighthouse keeper own?";
        var asked = new Librarian.Question(question, List.of(id), null, null, null, null);
        var before = librarian.answer(ann, asked, () -> false);
        second.silent = true;

        var findings = librarian.search(ann, new Search(question, List.of(id), 10, Mode.HYBRID, Filter.NONE));
        assertThat(findings.passages().get(0).passage().documentName()).isEqualTo("cat.txt");
        assertThat(findings.notice()).startsWith("The embedding model does not answer");
        var given = librarian.answer(ann, asked, () -> false);
        assertThat(given.answer()).isInstanceOf(Answer.Cited.class);
        assertThat(given.notice()).startsWith("The embedding model does not answer");
        assertThatThrownBy(
                        () -> librarian.search(ann, new Search(question, List.of(id), 10, Mode.SEMANTIC, Filter.NONE)))
                .isInstanceOf(Failure.Unavailable.class);

        // Who asks why is told.
        var traces = new Traces(database, librarian);
        assertThat(traces.replay(ann, given.id()).identical()).isTrue();
        assertThat(traces.replay(ann, before.id()).changes())
                .extracting(Traces.Change::detail)
                .containsExactly(
                        "Meaning was compared by " + second.name() + "; now the embedding model does not answer.");
        second.silent = false;
        assertThat(new Traces(database, this.librarian).replay(ann, given.id()).changes())
                .extracting(Traces.Change::detail)
                .containsExactly("Meaning was not compared; now it is, by " + second.name() + ".");
    }

    @Test
    @Tag("A3")
    void onlyOwnersChangeTheModelAndOnlyToOneThatIsKnown() throws Exception {
        start();
        var id = collection(1);
        var bob = database.user("bob");
        var eve = database.user("eve");
        new Sharing(database).share(ann, id, "bob", Role.EDITOR);

        assertThat(embeddings.of(bob, id)).hasSize(2);
        assertThatThrownBy(() -> embeddings.fill(bob, id, second.name())).isInstanceOf(Failure.Forbidden.class);
        assertThatThrownBy(() -> embeddings.use(bob, id, second.name())).isInstanceOf(Failure.Forbidden.class);
        assertThatThrownBy(() -> embeddings.drop(bob, id, second.name())).isInstanceOf(Failure.Forbidden.class);
        assertThatThrownBy(() -> embeddings.of(eve, id)).isInstanceOf(Failure.NotFound.class);
        assertThatThrownBy(() -> embeddings.fill(ann, id, "guessed")).isInstanceOf(Failure.Invalid.class);
    }
}
