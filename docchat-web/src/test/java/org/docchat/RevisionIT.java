package org.docchat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Language;
import org.docchat.domain.WordBag;
import org.docchat.ingest.Collections;
import org.docchat.ingest.Library;
import org.docchat.query.Librarian;
import org.docchat.query.Librarian.Filter;
import org.docchat.query.Librarian.Mode;
import org.docchat.web.platform.PreparedDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A new version costs what is new in it")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RevisionIT {
    private static final Path TARGET = Path.of("target");

    private final CountedEmbeddings model = new CountedEmbeddings(new WordBag());
    private PreparedDatabase database;
    private Indexing indexing;
    private Library library;
    private Collections collections;
    private Caller ann;

    @BeforeAll
    void open(@TempDir Path directory) throws IOException, InterruptedException {
        database = PreparedDatabase.in(directory);
        indexing = new Indexing(database, EmbeddingModels.only(model), TARGET);
        library = new Library(database, 1 << 20);
        collections = new Collections(database);
        ann = database.user("ann");
    }

    @AfterAll
    void close() throws IOException, InterruptedException {
        indexing.close();
        database.close();
    }

    @Test
    void aPageThatChangesIsEmbeddedAndNoOther() throws IOException, InterruptedException {
        var id = collections.create(ann, "Pages", "", Language.ENGLISH).id();
        var handbook = new Handbook(40);
        upload(id, handbook);
        int all = model.takeCount();
        assertThat(all).isGreaterThan(300);

        handbook.rewrite(25, 7);
        upload(id, handbook);

        assertThat(model.takeCount()).isPositive().isLessThanOrEqualTo(2 * all / 40);
        assertThat(answering(id)).isEqualTo(all);
        // Back again: everything has been seen before.
        upload(id, new Handbook(40));
        assertThat(model.takeCount()).isZero();
        assertThat(answering(id)).isEqualTo(all);
    }

    @Test
    void whatIsCopiedIsTheSame() throws IOException, InterruptedException {
        var id = collections.create(ann, "Copies", "", Language.ENGLISH).id();
        var handbook = new Handbook(20);
        handbook.insert(3, "The heron waits below the turbine hall.");
        upload(id, handbook);
        handbook.insert(15, "The osprey circles above the intake.");
        upload(id, handbook);

        assertThat(database.count("""
                        select count(*) from passage a
                          join passage b on b.document_id = a.document_id and b.version > a.version
                                        and b.text = a.text and b.context = a.context
                          join embedding e on e.passage_id = a.id
                          join embedding f on f.passage_id = b.id
                         where a.collection_id = '%s' and (e.vector <> f.vector or e.bits <> f.bits)
                        """.formatted(id))).isZero();
        for (var word : List.of("heron", "osprey")) {
            var found = database.librarian(EmbeddingModels.only(model))
                    .search(ann, new Librarian.Search(word, List.of(id), 10, Mode.KEYWORD, Filter.NONE));
            assertThat(found.passages()).hasSize(1).allSatisfy(one -> {
                assertThat(one.passage().text()).contains(word);
                assertThat(one.passage().version()).isEqualTo(2);
            });
        }
    }

    private void upload(CollectionId id, Handbook handbook) throws IOException, InterruptedException {
        library.accept(ann, id, "handbook.md", new ByteArrayInputStream(handbook.markdown()));
        indexing.ring();
        indexing.finish(library, ann, id);
    }

    private long answering(CollectionId id) {
        return database.count("select count(*) from embedding where live and collection_id = '%s'".formatted(id));
    }
}
