package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.DocumentId;
import org.docchat.domain.Failure;
import org.docchat.domain.Language;
import org.docchat.ingest.Collections;
import org.docchat.ingest.Library;
import org.docchat.ingest.Quota;
import org.docchat.web.platform.PreparedDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes: two libraries that have nothing in common but the database. */
@DisplayName("No more is stored than may be, however many send at once")
@Tag("R2")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QuotaIT {
    private static final long MOST_BYTES = 10_000;
    private static final int AT_ONCE = 10;

    private final Quota bytes = new Quota(new Quota.Limit(2 * MOST_BYTES, 0), new Quota.Limit(MOST_BYTES, 0));
    private PreparedDatabase database;
    private Collections collections;
    private Caller ann;
    private Caller bob;
    private CollectionId collection;

    @BeforeAll
    void open(@TempDir Path directory) throws Exception {
        database = PreparedDatabase.in(directory);
        collections = new Collections(database);
        ann = database.user("ann");
        bob = database.user("bob");
    }

    @AfterAll
    void close() throws IOException {
        database.close();
    }

    @BeforeEach
    void empty() {
        database.execute("delete from collection");
        collection = newCollection();
    }

    @Test
    void ofTenUploadsAtOnceAsManyAreTakenAsFit() throws Exception {
        var nodes = List.of(node(bytes), node(bytes));

        var failures = atOnce(i -> () -> accept(nodes.get(i % 2), ann, collection, i + ".txt", 3_000));

        assertThat(failures).hasSize(AT_ONCE - 3).allSatisfy(failure -> assertThat(failure)
                .isInstanceOf(Failure.Full.class)
                .hasMessageContaining("DOCCHAT_COLLECTION_MAX_BYTES"));
        assertThat(stored()).isEqualTo(9_000);
        assertThat(database.count("select count(*) from content")).isEqualTo(3);
        assertThat(database.count("select count(*) from document")).isEqualTo(3);
    }

    @Test
    void ofTenVersionsAtOnceAsManyAreTakenAsFit() throws Exception {
        var nodes = List.of(node(bytes), node(bytes));

        var failures = atOnce(i -> () -> accept(nodes.get(i % 2), ann, collection, "same.txt", 2_000 + i));

        assertThat(failures).hasSize(AT_ONCE - 4);
        assertThat(stored()).isLessThanOrEqualTo(MOST_BYTES);
    }

    @Test
    void whatOnePersonHasSentCountsInAllCollections() throws Exception {
        var nodes = List.of(node(bytes), node(bytes));
        var everywhere = new ArrayList<CollectionId>();
        for (int i = 0; i < AT_ONCE; i++) {
            everywhere.add(newCollection());
        }

        var failures = atOnce(i -> () -> accept(nodes.get(i % 2), ann, everywhere.get(i), "a.txt", 3_000));

        assertThat(failures).hasSize(AT_ONCE - 6).allSatisfy(failure -> assertThat(failure)
                .isInstanceOf(Failure.Full.class)
                .hasMessageContaining("DOCCHAT_USER_MAX_BYTES"));
        share(bob);
        accept(node(bytes), bob, collection, "b.txt", 3_000);
    }

    @Test
    void ofTenDocumentsAtOnceAsManyAreTakenAsMay() throws Exception {
        var quota = new Quota(Quota.NONE.user(), new Quota.Limit(0, 4));
        var nodes = List.of(node(quota), node(quota));

        var failures = atOnce(i -> () -> accept(nodes.get(i % 2), ann, collection, i + ".txt", 10));

        assertThat(failures).hasSize(AT_ONCE - 4);
        assertThat(database.count("select count(*) from document")).isEqualTo(4);
        var there = node(quota).documents(ann, collection, null, null, new org.docchat.domain.Slice.Request(1, null));
        // Another version is no other document.
        accept(node(quota), ann, collection, there.items().get(0).name(), 20);
    }

    @Test
    void whatIsDeletedMakesRoomAndTheSameBytesTakeNone() throws Exception {
        var node = node(bytes);
        var first = accept(node, ann, collection, "first.txt", 8_000);
        assertThatThrownBy(() -> accept(node, ann, collection, "second.txt", 3_000))
                .isInstanceOf(Failure.Full.class);

        assertThat(node.accept(ann, collection, "first.txt", text(8_000)).isNew())
                .as("the same bytes again")
                .isFalse();
        assertThatThrownBy(() -> accept(node, ann, collection, "first.txt", 7_000))
                .as("another version")
                .isInstanceOf(Failure.Full.class);
        node.delete(ann, first);

        accept(node, ann, collection, "second.txt", 10_000);
        assertThat(stored()).isEqualTo(MOST_BYTES);
    }

    @Test
    void whatCannotFitIsNotReadToItsEnd() {
        var endless = new InputStream() {
            private long read;

            @Override
            public int read() {
                read++;
                return 'a';
            }
        };
        var node = new Library(database, 1L << 40, bytes, false);

        assertThatThrownBy(() -> node.accept(ann, collection, "endless.txt", endless))
                .isInstanceOf(Failure.Full.class);
        assertThat(endless.read).isLessThan(2 << 20);
        assertThat(database.count("select count(*) from content")).isZero();
    }

    @Test
    @Tag("U2")
    void aDocumentIsTakenUpToTheLastByteThatMayBeAndNotBeyondNorEmpty() throws Exception {
        var node = node(Quota.NONE);
        accept(node, ann, collection, "most.txt", 1 << 20);

        assertThatThrownBy(() -> accept(node, ann, collection, "more.txt", (1 << 20) + 1))
                .isInstanceOf(Failure.TooLarge.class);
        assertThatThrownBy(() -> accept(node, ann, collection, "empty.txt", 0)).isInstanceOf(Failure.Invalid.class);
        assertThat(database.count("select count(*) from content")).isEqualTo(1);
    }

    @Test
    @Tag("F9")
    void nothingStaysOfAnUploadThatBreaksOff() {
        var node = new Library(database, 4 << 20, Quota.NONE, false);
        var broken = new SequenceInputStream(text(3 << 19), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the connection was reset");
            }
        });

        assertThatThrownBy(() -> node.accept(ann, collection, "half.txt", broken))
                .hasMessageContaining("the connection was reset");

        assertThat(database.count("select count(*) from content where collection_id = '" + collection + "'"))
                .isZero();
        assertThat(database.count("select count(*) from document where collection_id = '" + collection + "'"))
                .isZero();
    }

    @Test
    void nobodyLearnsHowMuchAStrangersCollectionHolds() throws Exception {
        accept(node(bytes), ann, collection, "a.txt", 100);

        Number seen = database.as(
                bob, session -> (Number) session.createNativeQuery("select bytes from stored_in(:id)", Long.class)
                        .setParameter("id", collection.value())
                        .getSingleResult());

        assertThat(seen).isNull();
    }

    private interface Upload {
        Callable<DocumentId> number(int i);
    }

    /** What those who were refused were told. */
    private static List<Throwable> atOnce(Upload upload) throws Exception {
        var threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            var together = new CyclicBarrier(AT_ONCE);
            var all = new ArrayList<Future<DocumentId>>();
            for (int i = 0; i < AT_ONCE; i++) {
                var call = upload.number(i);
                all.add(threads.submit(() -> {
                    together.await();
                    return call.call();
                }));
            }
            var failures = new ArrayList<Throwable>();
            for (var one : all) {
                try {
                    one.get();
                } catch (java.util.concurrent.ExecutionException e) {
                    failures.add(e.getCause());
                }
            }
            return failures;
        } finally {
            threads.shutdownNow();
        }
    }

    private Library node(Quota quota) {
        return new Library(database, 1 << 20, quota, false);
    }

    private static DocumentId accept(Library node, Caller caller, CollectionId id, String name, int size)
            throws IOException {
        return node.accept(caller, id, name, text(size)).document().id();
    }

    private static ByteArrayInputStream text(int size) {
        return new ByteArrayInputStream("a".repeat(size).getBytes(UTF_8));
    }

    private CollectionId newCollection() {
        return collections.create(ann, "Quota", "", Language.ENGLISH).id();
    }

    private void share(Caller other) {
        database.execute("insert into member (collection_id, user_id, role) values ('" + collection + "', '"
                + other.id() + "', 'EDITOR')");
    }

    private long stored() {
        return database.count("select coalesce(sum(size), 0)::bigint from version");
    }
}
