package org.docchat.web.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import org.docchat.Await;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Document;
import org.docchat.domain.DocumentState;
import org.docchat.domain.Language;
import org.docchat.ingest.Collections;
import org.docchat.ingest.Library;
import org.docchat.web.platform.PreparedDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("F6")
@DisplayName("Nodes whose clocks are an hour apart agree on leases and windows: the time is the database's")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FalseClockIT {
    private Path library = Path.of("");
    private PreparedDatabase database;
    private Library documents;
    private Caller ann;
    private CollectionId collection;
    private Thread worker = new Thread();

    @BeforeAll
    void open(@TempDir Path directory) throws Exception {
        var found = FalseClock.library();
        if (found.isEmpty() && "required".equals(System.getProperty("faketime"))) {
            throw new AssertionError("libfaketime is required (-Dfaketime=required) and is not there");
        }
        assumeTrue(found.isPresent(), "libfaketime is not installed");
        library = found.get();
        database = PreparedDatabase.in(directory);
        documents = new Library(database, 1 << 20);
        ann = database.user("ann");
    }

    @AfterAll
    void close() throws IOException {
        if (database != null) {
            database.close();
        }
    }

    @BeforeEach
    void newCollection() {
        database.execute("delete from collection");
        collection = new Collections(database)
                .create(ann, "Clocks", "", Language.ENGLISH)
                .id();
    }

    @AfterEach
    void stop() throws InterruptedException {
        worker.interrupt();
        worker.join();
    }

    /** A node ahead that went by its own clock would take at once what others hold. */
    @ParameterizedTest
    @ValueSource(strings = {"+1h", "-1h"})
    void itTakesNothingThatANodeWithTheRightTimeHolds(String offset) throws Exception {
        work();
        var held = accept("held.txt", FalseClock.HELD);
        awaitLease(held);
        var holder = holder(held);

        try (var node = node(offset)) {
            node.ask("work");
            // Reads the queue, which begins with what is held.
            awaitIndexed(accept("free.txt", "Anybody may read this."));
        }

        assertThat(holder(held)).isEqualTo(holder);
        assertThat(attempts(held)).isOne();
    }

    /** What a node behind leased by its own clock would have run out before it began; of one ahead, it lasted an hour. */
    @ParameterizedTest
    @ValueSource(strings = {"+1h", "-1h"})
    void whatItHoldsIsItsOwnUntilItDiesAndNoLonger(String offset) throws Exception {
        Document held;
        try (var node = node(offset)) {
            node.ask("work");
            held = accept("held.txt", FalseClock.HELD);
            awaitLease(held);
            var holder = holder(held);
            assertThat(secondsLeft(held)).isBetween(1L, 30L);

            work();
            awaitIndexed(accept("free.txt", "Anybody may read this."));
            assertThat(holder(held)).isEqualTo(holder);
            assertThat(attempts(held)).isOne();
        }

        Await.until("the other node has taken it over", Duration.ofSeconds(60), () -> attempts(held) == 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+25h", "-25h"})
    void itCountsInTheWindowThatTheOthersCountIn(String offset) throws Exception {
        var name = UUID.randomUUID().toString();
        var ledger = new SharedLedger();
        ledger.database = new Database(database.source());
        var windows = new Windows();
        windows.ledger = ledger;
        var limit = Windows.Limit.perDay(3);

        try (var node = node(offset)) {
            assertThat(windows.count(name, limit).admitted()).isTrue();
            assertThat(node.ask("count " + name + " 3")).isEqualTo("true");
            assertThat(windows.count(name, limit).admitted()).isTrue();
            assertThat(node.ask("count " + name + " 3")).isEqualTo("false");
            var refused = windows.count(name, limit);
            assertThat(refused.admitted()).isFalse();
            assertThat(refused.reset()).isBetween(Duration.ofHours(23), Duration.ofDays(1));
        }
    }

    private FalseClock node(String offset) throws IOException, SQLException {
        String url;
        try (var connection = database.source().getConnection()) {
            url = connection.getMetaData().getURL().replaceFirst("(//[^/]+/).*", "$1postgres?user=postgres");
        }
        var node = new FalseClock(library, offset, url);
        long apart = Long.parseLong(node.ask("time")) - System.currentTimeMillis();
        var wanted = Duration.ofHours(Long.parseLong(offset.replaceAll("[+h]", "")));
        assertThat(Duration.ofMillis(apart).minus(wanted).abs())
                .as("its clock is wrong")
                .isLessThan(Duration.ofMinutes(5));
        return node;
    }

    private void work() {
        worker = FalseClock.worker(database);
        worker.start();
    }

    private Document accept(String name, String text) throws IOException {
        return documents
                .accept(ann, collection, name, new ByteArrayInputStream(text.getBytes(UTF_8)))
                .document();
    }

    private void awaitLease(Document document) {
        Await.until("it is held", Duration.ofSeconds(30), () -> secondsLeft(document) > 0);
    }

    private void awaitIndexed(Document document) {
        Await.until(
                "it is indexed",
                Duration.ofSeconds(30),
                () -> documents.document(ann, document.id()).newest().state() instanceof DocumentState.Indexed);
    }

    private long secondsLeft(Document document) {
        return of("coalesce(extract(epoch from leased_until - now()), 0)::bigint", document);
    }

    private long attempts(Document document) {
        return of("attempts", document);
    }

    /** A number that stands for it. */
    private long holder(Document document) {
        return of("hashtext(leased_by::text)", document);
    }

    private long of(String column, Document document) {
        return database.count("select " + column + " from version where document_id = '" + document.id() + "'");
    }
}
