package org.docchat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Document;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Language;
import org.docchat.domain.Slice;
import org.docchat.domain.WordBag;
import org.docchat.ingest.Bell;
import org.docchat.ingest.Collections;
import org.docchat.ingest.Library;
import org.docchat.ingest.Worker;
import org.docchat.query.Librarian;
import org.docchat.web.platform.PreparedDatabase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Old versions are kept as long as the installation says")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RetentionIT {
    private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);
    private final WordBag model = new WordBag();
    private PreparedDatabase database;
    private Library library;
    private Collections collections;
    private Librarian librarian;
    private Caller ann;

    @BeforeAll
    void open(@TempDir Path directory) throws IOException, InterruptedException {
        database = PreparedDatabase.in(directory);
        library = new Library(database, 1);
        collections = new Collections(database);
        librarian = database.librarian(EmbeddingModels.only(model));
        ann = database.user("ann");
    }

    /** What one test keeps, another one's worker would remove. */
    @BeforeEach
    void empty() {
        database.execute("delete from collection");
    }

    @AfterAll
    void close() throws IOException {
        clock.shutdownNow();
        database.close();
    }

    @Test
    void whatHasBeenReplacedOftenEnoughIsRemovedWithItsBytes() throws InterruptedException {
        var id = collection("Replaced", "indexed", "indexed", "indexed", "indexed");

        sweep(2);

        assertThat(numbers(id)).containsExactly(4, 3);
        assertThat(only(id).searchable()).isEqualTo(4);
        assertThat(database.count("select count(*) from content where collection_id = '" + id + "'"))
                .isEqualTo(2);
    }

    @Test
    void whatAnswersIsKeptHoweverManyFailedAfterIt() throws InterruptedException {
        var id = collection("Failed", "indexed", "rejected", "failed", "failed");

        sweep(1);

        assertThat(numbers(id)).containsExactly(4, 1);
        assertThat(only(id).searchable()).isEqualTo(1);
    }

    @Test
    void allAreKeptWhereNothingIsSaid() throws InterruptedException {
        var id = collection("All", "indexed", "indexed", "indexed");

        sweep(0);

        assertThat(numbers(id)).containsExactly(3, 2, 1);
        assertThat(notice(id, NOW.minus(Duration.ofDays(3)))).isNull();
    }

    @Test
    void whoAsksAsOfThenIsToldWhatIsMissing() throws InterruptedException {
        // Version n was current on the nth of the last four days.
        var id = collection("Then", "indexed", "indexed", "indexed", "indexed");

        sweep(2);

        assertThat(notice(id, NOW.minus(Duration.ofHours(80)))).contains("one document", "not all old versions");
        assertThat(notice(id, NOW.minus(Duration.ofHours(30)))).isNull();
        assertThat(notice(id, null)).isNull();
    }

    private @Nullable String notice(CollectionId id, @Nullable Instant asOf) {
        return librarian
                .search(
                        ann,
                        new Librarian.Search(
                                "word",
                                List.of(id),
                                10,
                                Librarian.Mode.KEYWORD,
                                new Librarian.Filter(List.of(), null, asOf)))
                .notice();
    }

    /** Of one document with versions of these states, a day between them; the last indexed one is current. */
    private CollectionId collection(String name, String... states) {
        var id = collections.create(ann, name, "", Language.ENGLISH).id();
        database.execute("insert into document (collection_id, name) values ('%s', 'report.txt')".formatted(id));
        int current = List.of(states).lastIndexOf("indexed") + 1;
        for (int number = 1; number <= states.length; number++) {
            boolean indexed = states[number - 1].equals("indexed");
            var from = NOW.minus(Duration.ofDays(states.length - number + 1));
            database.execute("""
                    with c as (insert into content (collection_id, expires_at) values ('%1$s', null) returning id)
                    insert into version (document_id, number, collection_id, content_id, media_type, size, sha256,
                                         state, current_from, current_to)
                    select d.id, %2$d, d.collection_id, c.id, 'text/plain', 1, '', '%3$s', %4$s, %5$s
                      from c, document d where d.collection_id = '%1$s'
                    """.formatted(
                    id,
                    number,
                    states[number - 1],
                    indexed ? "'" + from + "'::timestamptz" : "null",
                    indexed && number < current ? "'" + from.plus(Duration.ofDays(1)) + "'::timestamptz" : "null"));
        }
        return id;
    }

    /** A worker's first look, which finds no work. */
    private void sweep(int keepVersions) throws InterruptedException {
        var bell = new Bell();
        var worker = new Thread(new Worker(
                Worker.Share.EVERYTHING,
                database,
                EmbeddingModels.only(model),
                (file, mediaType, language, listener) -> {
                    throw new IllegalStateException("there is nothing to read");
                },
                clock,
                bell,
                keepVersions,
                (step, outcome, time) -> {}));
        worker.start();
        Thread.sleep(2_000);
        worker.interrupt();
        worker.join();
    }

    private Document only(CollectionId id) {
        return library.documents(ann, id, null, null, Slice.Request.first())
                .items()
                .get(0);
    }

    private List<Integer> numbers(CollectionId id) {
        return only(id).versions().stream().map(Document.Version::number).toList();
    }
}
