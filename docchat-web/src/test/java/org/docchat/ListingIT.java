package org.docchat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Document;
import org.docchat.domain.DocumentId;
import org.docchat.domain.Language;
import org.docchat.domain.Slice;
import org.docchat.ingest.Collections;
import org.docchat.ingest.Library;
import org.docchat.web.platform.PreparedDatabase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A list of twenty thousand documents is read where it is opened, not from its beginning")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ListingIT {
    private static final int MANY = 20_000;
    private static final int PROBLEMS = MANY / 50;
    private static final int PAGE = 50;

    private PreparedDatabase database;
    private Library library;
    private Collections collections;
    private Caller ann;
    private CollectionId id;
    private CountedReads reads;

    @BeforeAll
    void fill(@TempDir Path directory) throws IOException, InterruptedException {
        database = PreparedDatabase.in(directory);
        ann = database.user("ann");
        reads = new CountedReads(database, "document", "version");
        library = new Library(reads, 1);
        collections = new Collections(reads);
        id = collections.create(ann, "Many", "", Language.ENGLISH).id();
        Crowd.documents(database, id, MANY, "case when n % 50 = 0 then 'failed' else 'indexed' end");
        var others = collections.create(ann, "Others", "", Language.ENGLISH).id();
        Crowd.documents(database, others, MANY, "'indexed'");
        Crowd.settle(database);
    }

    @AfterAll
    void close() throws IOException {
        database.close();
    }

    @Test
    void theFirstPageHoldsTheProblemsNewestFirst() {
        var page = list(null, null, null);

        assertThat(page.items())
                .extracting(Document::name)
                .startsWith("report-50.txt", "report-100.txt")
                .hasSize(PAGE);
        assertThat(reads.last().wholeTables()).isZero();
        assertThat(reads.last().rows()).isLessThan(5 * PAGE);
    }

    @Test
    void aPageFarBehindCostsNoMoreThanTheFirst() {
        String cursor = null;
        for (int seen = 0; seen < MANY / 2; seen += 200) {
            cursor = library.documents(ann, id, null, null, new Slice.Request(200, cursor))
                    .nextCursor();
        }

        var page = list(null, null, cursor);

        assertThat(page.items()).hasSize(PAGE).noneMatch(document -> isProblem(document));
        assertThat(reads.last().wholeTables()).isZero();
        assertThat(reads.last().rows()).isLessThan(5 * PAGE);
    }

    @Test
    void allPagesTogetherHoldEachDocumentOnce() {
        var seen = new HashSet<DocumentId>();
        var cursor = (String) null;
        do {
            var page = library.documents(ann, id, null, null, new Slice.Request(200, cursor));
            page.items().forEach(document -> assertThat(seen.add(document.id())).isTrue());
            cursor = page.nextCursor();
        } while (cursor != null);

        assertThat(seen).hasSize(MANY);
    }

    @Test
    void theDocumentsOfOneStateAreReadAlone() {
        var first = list("failed", null, null);
        var second = list("failed", null, first.nextCursor());

        assertThat(reads.last().wholeTables()).isZero();
        assertThat(reads.last().rows()).isLessThan(5 * PAGE);
        assertThat(first.items()).hasSize(PAGE).allMatch(ListingIT::isProblem);
        assertThat(second.items()).extracting(Document::name).startsWith("report-" + (PAGE + 1) * 50 + ".txt");
    }

    @Test
    void aNameIsLookedForInItsOwnCollectionOnly() {
        var page = list(null, "PORT-7777", null);
        var read = reads.last();
        var problems = list("failed", "report-1995", null);

        assertThat(page.items()).extracting(Document::name).containsExactly("report-7777.txt");
        assertThat(problems.items()).extracting(Document::name).containsExactly("report-19950.txt");
        assertThat(read.wholeTables()).isZero();
        assertThat(read.rows()).isLessThan(MANY + 5 * PAGE);
    }

    @Test
    void theFiguresAreReadFromIndexes() {
        assertThat(library.states(ann, id))
                .isEqualTo(Map.of("failed", (long) PROBLEMS, "indexed", (long) MANY - PROBLEMS));
        assertThat(reads.last()).isEqualTo(new CountedReads.Read(0, 0));

        assertThat(collections.get(ann, id).documents()).isEqualTo(MANY);
        assertThat(reads.last()).isEqualTo(new CountedReads.Read(0, 0));
    }

    @Test
    void onlyTheNewestVersionIsListedInWhateverOrderVersionsCame() {
        var versions = collections.create(ann, "Versions", "", Language.ENGLISH).id();
        Crowd.documents(database, versions, 1, "'indexed'");
        for (int number : new int[] {3, 2}) {
            database.execute("""
                    with c as (insert into content (collection_id, expires_at) values ('%1$s', null) returning id)
                    insert into version (document_id, number, collection_id, content_id, media_type, size, sha256)
                    select d.id, %2$d, d.collection_id, c.id, 'text/plain', 1, '' from c, document d
                     where d.collection_id = '%1$s'
                    """.formatted(versions, number));
        }

        var all = library.documents(ann, versions, null, null, Slice.Request.first());

        assertThat(all.items()).hasSize(1);
        assertThat(all.items().get(0).newest().number()).isEqualTo(3);
        assertThat(library.states(ann, versions)).isEqualTo(Map.of("received", 1L));
    }

    private Slice<Document> list(@Nullable String state, @Nullable String name, @Nullable String cursor) {
        return library.documents(ann, id, state, name, new Slice.Request(PAGE, cursor));
    }

    private static boolean isProblem(Document document) {
        return !document.newest().state().getClass().getSimpleName().equals("Indexed");
    }
}
