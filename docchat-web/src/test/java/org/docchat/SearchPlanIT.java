package org.docchat;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Language;
import org.docchat.domain.Transactions;
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
        var found =
                librarian(reads).search(ann, new Search("word3 word7 word1900", List.of(searched), 10, mode, filter));
        assertThat(found.passages()).hasSize(10);
        return reads.last();
    }

    @Test
    void wordsAreLookedUpInTheInvertedIndex() {
        long segments = rows("segment", searched);
        assertThat(segments).isPositive();
        var lists = read(Mode.KEYWORD, Filter.NONE, "posting_list");

        assertThat(lists.wholeTables()).isZero();
        assertThat(lists.rows()).isLessThanOrEqualTo(3 * segments);
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
        Crowd.documents(database, many, 160, "'indexed'");
        Crowd.words(database, many, 10, """
                case when v.sha256 = md5('1') and o = 0 then 'rare other'
                     when v.sha256 = md5('1') and o = 1 then 'rare usual'
                     when v.sha256 = md5('2') and o = 0 then 'usual'
                     else 'common usual' end""");
        // In as many passages elsewhere as nobody wants to read.
        database.execute("""
                with made as (insert into segment (collection_id, places) values ('%1$s', 600000) returning id)
                insert into posting_list (segment_id, lexeme, collection_id, places)
                select id, 'usual', '%1$s', (select string_agg(int8send(1000000000 + n) || int2send(1::int2) || int2send(2::int2), ''::bytea)
                                               from generate_series(1, 600000) n)
                  from made""".formatted(many));

        var found = librarian(database)
                .search(ann, new Search("rare common usual", List.of(many), 100, Mode.KEYWORD, Filter.NONE));

        var texts = found.passages().stream().map(f -> f.passage().text()).toList();
        assertThat(texts).startsWith("rare usual", "rare other", "common usual").doesNotContain("usual");
        new Collections(database).delete(ann, many);
    }

    @Test
    void packingChangesNothingThatIsFound() throws Exception {
        var collections = new Collections(database);
        var packed = collections.create(ann, "Packed", "", Language.SIMPLE).id();
        Crowd.documents(database, packed, 300, "'indexed'");
        Crowd.passages(database, packed, 2);
        var before = found(packed);
        assertThat(before).hasSize(50);

        Crowd.pack(database, 100, 1_000);

        assertThat(rows("posting", packed)).isZero();
        assertThat(rows("signature", packed)).isZero();
        assertThat(rows("signature_block", packed)).isGreaterThan(1);
        assertThat(rows("extent", packed)).isEqualTo(1);
        // Eight of a size are merged, so few are left of dozens.
        assertThat(rows("segment", packed)).isBetween(1L, 15L);
        assertThat(found(packed)).isEqualTo(before);
        assertThat(violations()).isEmpty();

        database.execute("delete from document where name ~ '-(7|19|4.)[.]txt$' and collection_id = '" + packed + "'");
        assertThat(rows("unposted", packed)).isPositive();
        assertThat(rows("signature_gone", packed)).isPositive();
        assertThat(violations()).isEmpty();
        var without = found(packed);
        assertThat(without).isNotEqualTo(before);

        for (var gone : List.of("unposted", "signature_gone")) {
            database.execute("update " + gone + " set since = since - interval '25 hours'");
        }
        Crowd.pack(database, 100, 1_000);

        assertThat(rows("unposted", packed)).isZero();
        assertThat(rows("signature_gone", packed)).isZero();
        assertThat(rows("segment", packed)).isEqualTo(1);
        assertThat(violations()).isEmpty();
        assertThat(found(packed)).isEqualTo(without);

        collections.delete(ann, packed);
        // As a document leaves it that was deleted at the same time.
        database.execute("insert into extent values ('" + packed.value() + "', -1, -10)");
        Crowd.pack(database, 100, 1_000);
        for (var table : List.of(
                "posting",
                "segment",
                "posting_list",
                "unposted",
                "unpacked",
                "signature",
                "signature_block",
                "signature_gone",
                "extent")) {
            assertThat(rows(table, packed)).as(table).isZero();
        }
    }

    @Test
    void whatIsEmbeddedAgainIsFoundAgain() throws Exception {
        var again = new Collections(database)
                .create(ann, "Again", "", Language.SIMPLE)
                .id();
        Crowd.documents(database, again, 100, "'indexed'");
        Crowd.passages(database, again, 1);
        Crowd.pack(database, 30, 900);
        var before = found(again);
        assertThat(rows("signature_block", again)).isPositive();

        database.execute("create table aside as select passage_id, model, collection_id, vector, bits, live"
                + " from embedding where collection_id = '" + again.value() + "'");
        database.execute("delete from embedding where collection_id = '" + again.value() + "'");
        assertThat(semantic(again)).isEmpty();
        database.execute("insert into embedding select * from aside where passage_id % 2 = 0");
        assertThat(semantic(again)).hasSizeBetween(40, 50);
        database.execute("insert into embedding select * from aside where passage_id % 2 = 1");

        assertThat(violations()).isEmpty();
        assertThat(found(again)).isEqualTo(before);
        Crowd.pack(database, 30, 900);
        assertThat(violations()).isEmpty();
        assertThat(found(again)).isEqualTo(before);
        database.execute("drop table aside");
        new Collections(database).delete(ann, again);
    }

    private List<Librarian.Found> semantic(CollectionId collection) {
        return librarian(database)
                .search(ann, new Search("word3", List.of(collection), 50, Mode.SEMANTIC, Filter.NONE))
                .passages();
    }

    @Test
    void packingWaitsForNobody() throws Exception {
        var busy = new Collections(database)
                .create(ann, "Busy", "", Language.SIMPLE)
                .id();
        Crowd.documents(database, busy, 10, "'indexed'");
        Crowd.passages(database, busy, 1);
        var held = new CountDownLatch(1);
        var packed = new CountDownLatch(1);
        var other = CompletableFuture.runAsync(() -> database.asWorker(session -> {
            session.createNativeQuery("delete from posting where collection_id = '" + busy.value()
                            + "' and lexeme = (select min(lexeme) from posting where collection_id = '" + busy.value()
                            + "')")
                    .executeUpdate();
            held.countDown();
            return await(packed);
        }));
        assertThat(await(held)).isTrue();

        Crowd.pack(database, 1, 1000);
        assertThat(rows("posting_list", busy)).isPositive();
        // Another has the lists of a collection that is being deleted.
        packed.countDown();
        other.get();
        assertThat(rows("posting", busy)).isZero();
        new Collections(database).delete(ann, busy);
    }

    private Librarian librarian(Transactions<EntityManager> transactions) {
        var model = Crowd.model(new WordBag());
        return new Librarian(
                transactions,
                EmbeddingModels.only(model),
                new ExtractiveWriter(model),
                new Conversations(transactions),
                Librarian.Observer.NONE);
    }

    private List<Librarian.Found> found(CollectionId collection) {
        return librarian(database)
                .search(
                        ann,
                        new Search("word3 word7 word19 word100", List.of(collection), 50, Mode.HYBRID, Filter.NONE))
                .passages();
    }

    private long rows(String table, CollectionId collection) {
        return database.count("select count(*) from " + table + " where collection_id = '" + collection.value() + "'");
    }

    private List<String> violations() throws SQLException {
        try (var connection = database.source().getConnection()) {
            return KillInvariants.violations(connection).stream()
                    .filter(violation -> violation.contains("inverted index")
                            || violation.contains("signature")
                            || violation.contains("says it has"))
                    .toList();
        }
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
