package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.zip.ZipInputStream;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Document;
import org.docchat.domain.DocumentState;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Failure;
import org.docchat.domain.Language;
import org.docchat.domain.WordBag;
import org.docchat.ingest.Archives;
import org.docchat.ingest.Bell;
import org.docchat.ingest.Collections;
import org.docchat.ingest.Library;
import org.docchat.ingest.Quota;
import org.docchat.ingest.Worker;
import org.docchat.ingest.extract.Clamd;
import org.docchat.ingest.extract.ExtractedText;
import org.docchat.web.platform.PreparedDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@Tag("U12")
@DisplayName("What the virus scanner names is kept from everybody, and what it has not seen waits")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InfectedIT {
    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);
    private final Bell bell = new Bell();
    private FakeClamd scanner;
    private PreparedDatabase database;
    private Library library;
    private Caller ann;
    private CollectionId collection;
    private Thread worker;

    @BeforeAll
    void open(@TempDir Path directory) throws Exception {
        scanner = new FakeClamd();
        database = PreparedDatabase.in(directory);
        library = new Library(database, 1 << 20, Quota.NONE, true);
        ann = database.user("ann");
        worker = new Thread(new Worker(
                Worker.Share.EVERYTHING,
                database,
                EmbeddingModels.only(new WordBag()),
                new Clamd(
                        scanner.address(), Duration.ofSeconds(1), (file, mediaType, language, listener) -> read(file)),
                clock,
                bell,
                0,
                (step, outcome, time) -> {}));
        worker.start();
    }

    @AfterAll
    void close() throws Exception {
        worker.interrupt();
        worker.join();
        clock.shutdownNow();
        database.close();
        scanner.close();
    }

    @BeforeEach
    void newCollection() {
        scanner.is(FakeClamd.Mood.WELL);
        collection = new Collections(database)
                .create(ann, "Letters", "", Language.ENGLISH)
                .id();
    }

    @Test
    void whatIsInfectedIsRejectedAndNeitherHandedOutNorExported() throws Exception {
        var clean = accept("clean.txt", "A letter about lighthouses.");
        var infected = accept("infected.txt", FakeClamd.EICAR);
        awaitEnd(clean, infected);

        assertThat(state(clean)).isInstanceOf(DocumentState.Indexed.class);
        assertThat(content(clean)).isEqualTo("A letter about lighthouses.");
        assertThat(state(infected)).isInstanceOfSatisfying(DocumentState.Rejected.class, rejected -> {
            assertThat(rejected.problem().code()).isEqualTo("infected");
            assertThat(rejected.problem().detail()).contains("Eicar-Test-Signature");
        });
        isRefused(infected, "infected");
        assertThat(exported()).anyMatch(text -> text.contains("lighthouses")).noneMatch(text -> text.contains("EICAR"));
        assertThat(exported()).noneMatch(text -> text.contains("infected.txt"));
    }

    @Test
    void aVersionThatIsInfectedLeavesTheOneBeforeItAsItIs() throws Exception {
        awaitEnd(accept("letter.txt", "The letter as it was."));
        var infected = accept("letter.txt", FakeClamd.EICAR);
        awaitEnd(infected);

        isRefused(infected, "infected");
        var first = new ByteArrayOutputStream();
        library.content(ann, infected.id(), 1, first);
        assertThat(first.toString(UTF_8)).isEqualTo("The letter as it was.");
        assertThat(library.passages(ann, infected.id(), null, null, new org.docchat.domain.Slice.Request(9, null))
                        .items())
                .hasSize(1);
    }

    @Test
    void withoutAnAnswerNothingIsReadOrHandedOutAndItIsTriedAgain() throws Exception {
        scanner.is(FakeClamd.Mood.GONE);
        var document = accept("patient.txt", "A letter that waits.");
        Await.until("it was tried", Duration.ofSeconds(20), () -> attempts(document) > 0);
        isRefused(document, "not_scanned");
        assertThat(database.count("select count(*) from passage where document_id = '" + document.id() + "'"))
                .isZero();

        scanner.is(FakeClamd.Mood.WELL);
        Await.until(
                "it is read after all", Duration.ofSeconds(60), () -> state(document) instanceof DocumentState.Indexed);

        assertThat(content(document)).isEqualTo("A letter that waits.");
    }

    private static ExtractedText read(Path file) {
        try {
            var text = Files.readString(file) + "\n";
            var block = new ExtractedText.Block(ExtractedText.Kind.PARAGRAPH, 0, 0, text.length() - 1);
            return new ExtractedText(
                    List.of(new ExtractedText.Page(0, null, text, List.of(block), List.of())), List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Document accept(String name, String text) throws IOException {
        var document = library.accept(ann, collection, name, new ByteArrayInputStream(text.getBytes(UTF_8)))
                .document();
        bell.ring();
        return document;
    }

    private void awaitEnd(Document... documents) {
        for (var document : documents) {
            Await.until("it has come to its end", Duration.ofSeconds(30), () -> state(document)
                    .isFinal());
        }
    }

    private DocumentState state(Document document) {
        return library.document(ann, document.id()).newest().state();
    }

    private long attempts(Document document) {
        return database.count("select attempts from version where document_id = '" + document.id() + "'");
    }

    private String content(Document document) throws IOException {
        var bytes = new ByteArrayOutputStream();
        library.content(ann, document.id(), null, bytes);
        return bytes.toString(UTF_8);
    }

    private void isRefused(Document document, String code) {
        assertThatThrownBy(() -> content(document))
                .isInstanceOfSatisfying(Failure.Conflict.class, refused -> assertThat(refused.code())
                        .isEqualTo(code));
    }

    /** All that stands in an export. */
    private List<String> exported() throws IOException {
        var bytes = new ByteArrayOutputStream();
        new Archives(database, new WordBag(), 1 << 24, Quota.NONE)
                .export(ann, collection)
                .writeTo(bytes);
        var texts = new ArrayList<String>();
        try (var zip = new ZipInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            while (zip.getNextEntry() != null) {
                texts.add(new String(zip.readAllBytes(), UTF_8));
            }
        }
        return texts;
    }
}
