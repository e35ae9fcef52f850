package org.docchat.ingest;

import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.docchat.domain.Caller;
import org.docchat.domain.Collection;
import org.docchat.domain.CollectionId;
import org.docchat.domain.EmbeddingModel;
import org.hibernate.Session;
import org.hibernate.jdbc.Work;
import org.jspecify.annotations.Nullable;

/** Stores what an archive holds, in one transaction. */
final class Restoration {
    private final EntityManager session;
    private final Caller caller;
    private final Archive archive;
    private final EmbeddingModel model;
    private final String language;

    Restoration(EntityManager session, Caller caller, Archive archive, EmbeddingModel model) {
        this.session = session;
        this.caller = caller;
        this.archive = archive;
        this.model = model;
        this.language = archive.language().toString();
    }

    Collection run(Archive.Checked checked) {
        var id = Collections.insert(
                session, caller, archive.name(), archive.description().strip(), archive.language());
        try {
            var documents = new ArrayList<UUID>();
            jdbc(connection -> documents.addAll(storeDocuments(connection, id, checked.documents())));
            for (var file : checked.files()) {
                store(id, documents.get(file.document()), file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Collections.collection(session, id);
    }

    /** Statements of the session in the midst of this would take the connection away. */
    private void jdbc(Work work) {
        session.unwrap(Session.class).doWork(work);
    }

    private static List<UUID> storeDocuments(
            Connection connection, CollectionId id, List<ArchivedVersion.Document> documents) throws SQLException {
        var ids = new ArrayList<UUID>();
        try (var insert = connection.prepareStatement(
                "insert into document (id, collection_id, name, created_at) values (?, ?, ?, ?)")) {
            for (var document : documents) {
                var own = UUID.randomUUID();
                insert.setObject(1, own);
                insert.setObject(2, id.value());
                insert.setString(3, document.name());
                insert.setObject(4, time(document.createdAt()));
                insert.executeUpdate();
                ids.add(own);
            }
        }
        return ids;
    }

    private void store(CollectionId id, UUID document, Archive.Checked.File file) throws IOException {
        var version = file.version();
        var text = new VersionText(document, version.number(), id.value());
        var content = storeOriginal(id, version);
        jdbc(connection -> insertVersion(connection, text, file, content));
        if (version.isIndexed()) {
            var archived = new ArchivedText(archive, version);
            var pages = archived.pages();
            jdbc(connection -> text.storePages(connection, pages));
            boolean live = version.isCurrent() && file.hasEmbeddings();
            archived.passages(model, (first, passages) -> {
                var chunks = passages.stream().map(ArchivedText.Passage::chunk).toList();
                jdbc(connection -> {
                    text.storePassages(connection, first, chunks, archived.whole(), language);
                    storeEmbeddings(connection, text, first, passages, live);
                });
            });
            text.run(session, """
                    update version v
                       set lexemes = (select coalesce(sum(length_of(p.lexemes)), 0) from passage p
                                       where p.document_id = v.document_id and p.version = v.number),
                           pages = (select count(*) from page g where g.document_id = v.document_id
                                                                  and g.version = v.number and g.number > 0)
                     where document_id = :document and number = :version
                    """);
            text.post(session);
        }
    }

    private UUID storeOriginal(CollectionId id, ArchivedVersion version) throws IOException {
        var content = UUID.randomUUID();
        session.createNativeQuery("insert into content (id, collection_id, expires_at) values (:id, :collection, null)")
                .setParameter("id", content)
                .setParameter("collection", id.value())
                .executeUpdate();
        try (var in = archive.open(version.original())) {
            for (int ordinal = 0; ; ordinal++) {
                var piece = in.readNBytes(Uploads.PIECE);
                if (piece.length == 0) {
                    return content;
                }
                Uploads.storePiece(session, content, id, ordinal, piece);
            }
        }
    }

    private static void insertVersion(Connection connection, VersionText text, Archive.Checked.File file, UUID content)
            throws SQLException {
        var version = file.version();
        // What lacks embeddings waits for a worker like every version whose text is stored.
        var state = version.isIndexed() && !file.hasEmbeddings() ? "embedding" : version.state();
        try (var insert = connection.prepareStatement("""
                insert into version (document_id, number, collection_id, content_id, media_type, size, sha256, state,
                                     problem_code, problem_detail, notes, passages, created_at, indexed_at,
                                     current_from, current_to)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)) {
            insert.setObject(1, text.document());
            insert.setInt(2, text.version());
            insert.setObject(3, text.collection());
            insert.setObject(4, content);
            insert.setString(5, file.mediaType());
            insert.setLong(6, version.size());
            insert.setString(7, version.sha256());
            insert.setString(8, state);
            insert.setString(9, version.problemCode());
            insert.setString(10, version.problemDetail());
            insert.setString(11, version.notes());
            insert.setInt(12, version.passages());
            insert.setObject(13, time(version.createdAt()));
            insert.setObject(14, time(version.indexedAt()));
            insert.setObject(15, time(version.currentFrom()));
            insert.setObject(16, time(version.currentTo()));
            insert.executeUpdate();
        }
    }

    private void storeEmbeddings(
            Connection connection, VersionText text, int first, List<ArchivedText.Passage> passages, boolean live)
            throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into embedding (passage_id, model, collection_id, vector, bits, live)
                select id, ?, collection_id, ?, cast(? as bit varying), ? from passage
                 where document_id = ? and version = ? and ordinal = ?
                """)) {
            for (int i = 0; i < passages.size(); i++) {
                var embedding = passages.get(i).embedding();
                if (embedding == null) {
                    continue;
                }
                insert.setString(1, model.name());
                insert.setObject(2, embedding.vector());
                insert.setString(3, embedding.signs());
                insert.setBoolean(4, live);
                insert.setObject(5, text.document());
                insert.setInt(6, text.version());
                insert.setInt(7, first + i);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static @Nullable OffsetDateTime time(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }
}
