package org.docchat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Language;
import org.docchat.domain.WordBag;
import org.docchat.ingest.Collections;
import org.docchat.query.Conversations;
import org.docchat.query.ExtractiveWriter;
import org.docchat.query.Librarian;
import org.docchat.query.Librarian.Filter;
import org.docchat.query.Librarian.Mode;
import org.docchat.query.Librarian.Search;
import org.docchat.web.platform.PreparedDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A search in one collection of many reads what it needs and no more")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SearchPlanIT {
    private static final int COLLECTIONS = 5;
    private static final int DOCUMENTS = 1_000;
    private static final int EACH = 2;
    private static final int SEARCHED = DOCUMENTS * EACH;
    /** The candidates of both rankings, and as many again that the sign bits let through. */
    private static final int CANDIDATES = 200 + 500;

    private PreparedDatabase database;
    private Caller ann;
    private CollectionId searched;

    @BeforeAll
    void fill(@TempDir Path directory) throws IOException, InterruptedException {
        database = PreparedDatabase.in(directory);
        ann = database.user("ann");
        var collections = new Collections(database);
        for (int i = 0; i < COLLECTIONS; i++) {
            searched = collections
                    .create(ann, "Collection " + i, "", Language.SIMPLE)
                    .id();
            Crowd.documents(database, searched, DOCUMENTS, "'indexed'");
            Crowd.passages(database, searched, EACH);
        }
        Crowd.settle(database);
    }

    @AfterAll
    void close() throws IOException {
        database.close();
    }

    private CountedReads.Read read(Mode mode, Filter filter, String... tables) {
        var reads = new CountedReads(database, tables);
        var model = Crowd.model(new WordBag());
        var librarian = new Librarian(
                reads,
                EmbeddingModels.only(model),
                new ExtractiveWriter(model),
                new Conversations(reads),
                Librarian.Observer.NONE);
        var found = librarian.search(ann, new Search("word3 word7 word1900", List.of(searched), 10, mode, filter));
        assertThat(found.passages()).hasSize(10);
        return reads.last();
    }

    @Test
    void wordsAreLookedUpInTheInvertedIndex() {
        long hits = database.count("select count(*) from posting where collection_id = '" + searched.value()
                + "' and lexeme in ('word3', 'word7', 'word1900')");
        var posting = read(Mode.KEYWORD, Filter.NONE, "posting");

        assertThat(posting.wholeTables()).isZero();
        assertThat(posting.rows()).isLessThanOrEqualTo(hits);
    }

    @Test
    void onlyPassagesThatMayBeShownAreRead() {
        for (var mode : Mode.values()) {
            var passage = read(mode, Filter.NONE, "passage");
            assertThat(passage.wholeTables()).as(mode.name()).isZero();
            assertThat(passage.rows()).as(mode.name()).isLessThanOrEqualTo(CANDIDATES);
        }
    }

    @Test
    void embeddingsOfOtherCollectionsAreNotCompared() {
        for (var mode : List.of(Mode.SEMANTIC, Mode.HYBRID)) {
            var embedding = read(mode, Filter.NONE, "embedding");
            assertThat(embedding.wholeTables()).as(mode.name()).isZero();
            assertThat(embedding.rows()).as(mode.name()).isLessThanOrEqualTo(SEARCHED + CANDIDATES);
        }
    }

    @Test
    void aFilterReadsNoMoreThanTheCollection() {
        var filter = new Filter(List.of(), "report-*", null);
        for (var mode : Mode.values()) {
            var passage = read(mode, filter, "passage");
            assertThat(passage.wholeTables()).as(mode.name()).isZero();
            // Each of the two rankings looks for itself what the filter leaves.
            assertThat(passage.rows()).as(mode.name()).isLessThanOrEqualTo(2 * SEARCHED + CANDIDATES);
        }
    }

    @Test
    void wordsThatAreEverywhereFindNothingButCount() {
        var many = new Collections(database)
                .create(ann, "Everywhere", "", Language.SIMPLE)
                .id();
        Crowd.documents(database, many, 1_600, "'indexed'");
        Crowd.words(database, many, 10, """
                case when v.sha256 = md5('1') and o = 0 then 'rare other'
                     when v.sha256 = md5('1') and o = 1 then 'rare usual'
                     when v.sha256 = md5('2') and o = 0 then 'usual'
                     else 'common usual' end""");
        var model = Crowd.model(new WordBag());
        var librarian = new Librarian(
                database,
                EmbeddingModels.only(model),
                new ExtractiveWriter(model),
                new Conversations(database),
                Librarian.Observer.NONE);

        var found =
                librarian.search(ann, new Search("rare common usual", List.of(many), 100, Mode.KEYWORD, Filter.NONE));

        var texts = found.passages().stream().map(f -> f.passage().text()).toList();
        assertThat(texts).startsWith("rare usual", "rare other", "common usual").doesNotContain("usual");
    }

    @Test
    void wordsAreCountedAsTheyComeAndGo() {
        assertThat(miscounted()).isZero();
        database.execute("delete from document where name = 'report-7.txt' and collection_id = '" + searched + "'");
        assertThat(miscounted()).isZero();
        assertThat(tally(10)).isEqualTo(10);
        assertThat(miscounted()).isZero();
        while (tally(1_000_000) > 0) {
            assertThat(miscounted()).isZero();
        }
        assertThat(database.count("select count(*) - count(distinct (collection_id, lexeme)) from word_count"))
                .isZero();
        assertThat(database.count("select count(*) from word_count where passages <= 0"))
                .isZero();
    }

    @Test
    void countingWaitsForNobody() throws Exception {
        database.execute("insert into word_count (collection_id, lexeme, passages, tallied) values ('" + searched
                + "', 'zebra', 2, true), ('" + searched + "', 'zebra', 1, false)");
        var held = new CountDownLatch(1);
        var counted = new CountDownLatch(1);
        var other = CompletableFuture.runAsync(() -> database.asWorker(session -> session.createNativeQuery(
                        "select ctid::text from word_count where lexeme = 'zebra' and tallied for update", String.class)
                .getResultStream()
                .map(row -> {
                    held.countDown();
                    return await(counted);
                })
                .toList()));
        assertThat(await(held)).isTrue();

        assertThat(tally(1_000_000)).isPositive();
        counted.countDown();
        other.get();
        assertThat(database.count("select sum(passages) from word_count where lexeme = 'zebra'"))
                .isEqualTo(3);
        database.execute("delete from word_count where lexeme = 'zebra'");
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As those do who do it. */
    private int tally(int most) {
        return database.asWorker(session -> (Integer) session.createNativeQuery("select tally(:most)", Integer.class)
                .setParameter("most", most)
                .getSingleResult());
    }

    private long miscounted() {
        return database.count("""
                select count(*)
                  from (select collection_id, lexeme, sum(passages) as n from word_count
                         group by collection_id, lexeme having sum(passages) <> 0) c
                  full join (select collection_id, lexeme, count(*) as n from posting group by collection_id, lexeme) p
                       using (collection_id, lexeme)
                 where c.n is distinct from p.n
                """);
    }
}
