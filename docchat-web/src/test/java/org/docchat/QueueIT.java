package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Document;
import org.docchat.domain.DocumentState;
import org.docchat.domain.Embedding;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Language;
import org.docchat.ingest.Bell;
import org.docchat.ingest.Collections;
import org.docchat.ingest.Library;
import org.docchat.ingest.Worker;
import org.docchat.ingest.extract.ExtractedText;
import org.docchat.ingest.extract.Extractor;
import org.docchat.web.platform.PreparedDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Documents wait their turn, and no longer")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QueueIT {
    private static final int MANY = 10_000;

    private final Bell bell = new Bell();
    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);
    private PreparedDatabase database;
    private Library library;
    private Collections collections;
    private Caller ann;
    private final List<Thread> workers = new ArrayList<>();
    private volatile CountDownLatch gate = new CountDownLatch(0);

    @BeforeAll
    void open(@TempDir Path directory) throws IOException, InterruptedException {
        database = PreparedDatabase.in(directory);
        library = new Library(database, 1 << 20);
        collections = new Collections(database);
        ann = database.user("ann");
    }

    @AfterAll
    void close() throws IOException {
        clock.shutdownNow();
        database.close();
    }

    @BeforeEach
    void empty() {
        database.execute("delete from collection");
    }

    @AfterEach
    void stop() throws InterruptedException {
        gate.countDown();
        for (var worker : workers) {
            worker.interrupt();
            worker.join();
        }
        workers.clear();
    }

    /** One page of the whole file, which the worker reads only while the gate is open; of scans, only the last step. */
    private ExtractedText read(Path file, String mediaType, Language language, Extractor.Listener listener)
            throws InterruptedException {
        try {
            var text = Files.readString(file) + "\n";
            if (text.startsWith("Scanned")) {
                listener.scans(1, 2);
            }
            if (text.startsWith("Deadly")) {
                throw new IOException("the extraction process was killed from outside");
            }
            if (text.startsWith("Larger than /tmp")) {
                throw new IOException("No space left on device");
            }
            gate.await();
            var block = new ExtractedText.Block(ExtractedText.Kind.PARAGRAPH, 0, 0, text.length() - 1);
            return new ExtractedText(
                    List.of(new ExtractedText.Page(0, null, text, List.of(block), List.of())), List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void start(Worker.Share... shares) {
        for (var share : shares.length == 0 ? new Worker.Share[] {Worker.Share.EVERYTHING} : shares) {
            var worker = new Thread(
                    new Worker(
                            share,
                            database,
                            EmbeddingModels.only(new Counting()),
                            this::read,
                            clock,
                            bell,
                            0,
                            (step, outcome, time) -> {}),
                    "queue-test-" + share);
            worker.start();
            workers.add(worker);
        }
    }

    @Test
    void theOnlyDocumentOfOneCollectionDoesNotWaitForTenThousandOfAnother() throws Exception {
        var single = collections.create(ann, "One", "", Language.ENGLISH).id();
        start();
        var alone = indexed(single, "alone.txt");

        var crowded = collections.create(ann, "Many", "", Language.ENGLISH).id();
        Crowd.documents(database, crowded, MANY, "'received'");
        Await.until("the crowd is being worked on", Duration.ofSeconds(20), () -> library.states(ann, crowded)
                .containsKey("indexed"));
        var among = indexed(single, "among.txt");

        System.out.printf("alone %d ms, beside %d waiting documents %d ms%n", alone.toMillis(), MANY, among.toMillis());
        assertThat(library.states(ann, crowded).get("received")).isGreaterThan(MANY / 2L);
        assertThat(among).isLessThan(alone.plusSeconds(3));
    }

    @Test
    void aSmallDocumentPassesALargeOneThatCameBefore() throws Exception {
        var id = collections.create(ann, "Sizes", "", Language.ENGLISH).id();
        gate = new CountDownLatch(1);
        start();
        accept(id, "first.txt", "holds the worker");
        accept(id, "large.txt", "word ".repeat(100_000));
        var small = accept(id, "small.txt", "small");
        gate.countDown();
        Await.until("both are indexed", Duration.ofSeconds(60), () -> Long.valueOf(3)
                .equals(library.states(ann, id).get("indexed")));

        var large = library.documents(ann, id, null, "large", new org.docchat.domain.Slice.Request(1, null))
                .items()
                .get(0);
        assertThat(library.document(ann, small.id()).newest().indexedAt())
                .isBefore(large.newest().indexedAt());
    }

    @Test
    void aSmallDocumentOfOthersEndsTheTurnOfALongOne() throws Exception {
        var tome = collections.create(ann, "Long", "", Language.ENGLISH).id();
        var others = collections.create(ann, "Others", "", Language.ENGLISH).id();
        start();
        var running = accept(tome, "running.txt", "A sentence of a few words. ".repeat(30_000));
        Await.until("it is being embedded", Duration.ofSeconds(60), () -> embedded(running) > 0);
        int before = embedded(running);

        indexed(others, "small.txt");

        // In a whole turn it would be some five hundred more.
        assertThat(embedded(running) - before).isLessThan(350);
    }

    @Test
    void recognizingScannedPagesKeepsNothingElseWaiting() throws Exception {
        var id = collections.create(ann, "Scans", "", Language.ENGLISH).id();
        start(Worker.Share.TEXT, Worker.Share.SCANS);
        indexed(id, "before.txt");
        gate = new CountDownLatch(1);
        var scan = accept(id, "scan.pdf.txt", "Scanned pages take long.");
        Await.until(
                "its pages are being recognized",
                Duration.ofSeconds(20),
                () -> library.document(ann, scan.id()).newest().state() instanceof DocumentState.Parsing parsing
                        && parsing.progress().equals(new DocumentState.Progress("recognizing pages", 1, 2)));
        var closed = gate;
        gate = new CountDownLatch(0);

        indexed(id, "beside.txt");

        assertThat(library.document(ann, scan.id()).newest().state()).isInstanceOf(DocumentState.Parsing.class);
        closed.countDown();
        awaitIndexed(scan);
        assertThat(database.count("select max(attempts) from version")).isEqualTo(1);
    }

    @Test
    void whatIsCancelledStopsAndCanBeTriedAgain() throws Exception {
        var id = collections.create(ann, "Cancelled", "", Language.ENGLISH).id();
        gate = new CountDownLatch(1);
        start();
        var document = accept(id, "doomed.txt", "nobody wants this");
        Await.until(
                "it is being read",
                Duration.ofSeconds(20),
                () -> library.document(ann, document.id()).newest().state() instanceof DocumentState.Parsing);

        var cancelled = library.cancel(ann, document.id()).newest().state();
        gate.countDown();
        var next = indexed(id, "next.txt");

        assertThat(cancelled).isInstanceOfSatisfying(DocumentState.Failed.class, failed -> assertThat(
                        failed.problem().code())
                .isEqualTo("cancelled"));
        assertThat(next).isLessThan(Duration.ofSeconds(20));
        assertThat(library.document(ann, document.id()).newest().state()).isEqualTo(cancelled);
        library.retry(ann, document.id());
        awaitIndexed(document);
    }

    @Test
    @Tag("U9")
    void whatItsReaderDiesOnIsTriedLaterAndFiveTimesAtMost() throws Exception {
        var id = collections.create(ann, "Deadly", "", Language.ENGLISH).id();
        var document = accept(id, "deadly.txt", "Deadly");

        start();
        for (int attempt = 1; attempt < 5; attempt++) {
            var tried = "select count(*) from version where leased_by is null and attempts = " + attempt;
            var wait = Math.pow(2, attempt);
            Await.until("it is tried again later", Duration.ofSeconds(20), () -> database.count(tried) == 1);
            assertThat(database.count(tried + " and not_before > now() + interval '" + (wait - 1) + " seconds'"))
                    .isEqualTo(1);
            database.execute("update version set not_before = now()");
            bell.ring();
        }

        Await.until(
                "it is given up",
                Duration.ofSeconds(20),
                () -> library.document(ann, document.id()).newest().state() instanceof DocumentState.Failed failed
                        && failed.problem().code().equals("gave_up"));
    }

    @Test
    @Tag("O7")
    void whatFindsNoRoomForTemporaryFilesSaysSoInTheEnd() throws Exception {
        var id = collections.create(ann, "Small", "", Language.ENGLISH).id();
        var document = accept(id, "large.txt", "Larger than /tmp");
        database.execute("update version set attempts = 4");

        start();

        Await.until(
                "it is given up",
                Duration.ofSeconds(20),
                () -> library.document(ann, document.id()).newest().state() instanceof DocumentState.Failed failed
                        && failed.problem().detail().contains("no room left for temporary files"));
    }

    @Test
    void whatIsPausedWaitsAsFarAsItHasComeAndGoesOnWhenItIsResumed() throws Exception {
        var id = collections.create(ann, "Paused", "", Language.ENGLISH).id();
        var beside = collections.create(ann, "Beside", "", Language.ENGLISH).id();
        start();
        // Some hundred passages: several batches of embeddings.
        var running = accept(id, "running.txt", "A sentence of a few words. ".repeat(5_000));
        Await.until("it is being embedded", Duration.ofSeconds(60), () -> embedded(running) > 0);

        assertThat(collections.pause(ann, id).paused()).isTrue();
        var waiting = accept(id, "waiting.txt", "comes later");
        var other = indexed(beside, "other.txt");
        Await.until("it is put back", Duration.ofSeconds(20), () -> database.count("""
                select count(*) from version where leased_by is not null""") == 0);
        long embedded = database.count("select count(*) from embedding");
        Thread.sleep(3_000);

        assertThat(other).isLessThan(Duration.ofSeconds(20));
        assertThat(library.document(ann, running.id()).newest().state()).isInstanceOf(DocumentState.Embedding.class);
        int before = embedded(running);
        assertThat(before).isPositive();
        assertThat(library.document(ann, waiting.id()).newest().state()).isInstanceOf(DocumentState.Received.class);
        assertThat(database.count("select count(*) from embedding")).isEqualTo(embedded);
        assertThat(collections.resume(ann, id).paused()).isFalse();
        bell.ring();
        var seen = new ArrayList<Integer>();
        Await.until("it goes on to its end", Duration.ofSeconds(60), () -> {
            var state = library.document(ann, running.id()).newest().state();
            if (state instanceof DocumentState.Embedding progress) {
                seen.add(progress.progress().done());
            }
            return state instanceof DocumentState.Indexed;
        });
        assertThat(seen).allMatch(done -> done >= before);
        awaitIndexed(waiting);
        assertThat(database.count("select max(attempts) from version")).isEqualTo(1);
    }

    private Document accept(CollectionId id, String name, String text) throws IOException {
        var document = library.accept(ann, id, name, new ByteArrayInputStream(text.getBytes(UTF_8)))
                .document();
        bell.ring();
        return document;
    }

    private Duration indexed(CollectionId id, String name) throws IOException {
        long start = System.nanoTime();
        awaitIndexed(accept(id, name, "what " + name + " says"));
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** How many of its passages, while that goes on. */
    private int embedded(Document document) {
        return library.document(ann, document.id()).newest().state() instanceof DocumentState.Embedding state
                ? state.progress().done()
                : 0;
    }

    private void awaitIndexed(Document document) {
        Await.until(
                "it is indexed",
                Duration.ofSeconds(30),
                () -> library.document(ann, document.id()).newest().state() instanceof DocumentState.Indexed);
    }

    /** Embeds nothing in particular, in about the time that a small document takes. */
    private static final class Counting implements EmbeddingModel {
        @Override
        public String name() {
            return "counting";
        }

        @Override
        public int dimensions() {
            return 2;
        }

        @Override
        public int maxTokens() {
            return 500;
        }

        @Override
        public int countTokens(String text) {
            return text.split(" ").length;
        }

        @Override
        public List<Embedding> embedPassages(List<String> texts) {
            return texts.stream().map(this::embedQuestion).toList();
        }

        @Override
        public Embedding embedQuestion(String text) {
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Embedding.normalized(new float[] {1, text.length()});
        }
    }
}
