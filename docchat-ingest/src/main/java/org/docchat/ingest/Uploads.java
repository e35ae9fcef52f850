package org.docchat.ingest;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.DocumentId;
import org.docchat.domain.Failure;
import org.docchat.domain.Role;
import org.docchat.domain.Transactions;

/**
 * Takes bytes in. Each piece is a transaction of its own, so that neither a large upload nor a slow one holds memory or
 * a connection; the version that makes them a document is the last, and the acknowledgement.
 */
final class Uploads {
    static final int PIECE = 1 << 20;
    /** A document of 10 MB lets pass what is small and comes up to 100 seconds later; nothing waits for ever. */
    private static final int BYTES_PER_MILLISECOND = 100;

    private final Transactions<EntityManager> transactions;
    private final long maxBytes;
    private final Quota quota;

    Uploads(Transactions<EntityManager> transactions, long maxBytes, Quota quota) {
        this.transactions = transactions;
        this.maxBytes = maxBytes;
        this.quota = quota;
    }

    Library.Accepted accept(Caller caller, CollectionId collection, String givenName, InputStream bytes)
            throws IOException {
        var name = documentName(givenName);
        var sniffer = new FormatSniffer();
        if (DocumentFormat.named(name).isEmpty()) {
            // Before a byte is read.
            throw new Failure.UnsupportedMediaType(
                    "Documents named like " + name + " are not read.", DocumentFormat.supported());
        }
        return store(caller, collection, name, sniffer, bytes);
    }

    private Library.Accepted store(
            Caller caller, CollectionId collection, String name, FormatSniffer sniffer, InputStream bytes)
            throws IOException {
        var content = UUID.randomUUID();
        var room = transactions.as(caller, session -> {
            Collections.hold(session, collection, Role.EDITOR);
            session.createNativeQuery("insert into content (id, collection_id) values (:id, :collection)")
                    .setParameter("id", content)
                    .setParameter("collection", collection.value())
                    .executeUpdate();
            return room(session, collection, name);
        });
        boolean kept = false;
        try {
            var digest = sha256();
            long size = 0;
            var piece = new byte[PIECE];
            for (int ordinal = 0; ; ordinal++) {
                int length = bytes.readNBytes(piece, 0, PIECE);
                size += length;
                if (size > maxBytes) {
                    throw new Failure.TooLarge(maxBytes);
                }
                if (size > room.bytes()) {
                    throw new Failure.Full(room.otherwise());
                }
                if (length == 0) {
                    break;
                }
                digest.update(piece, 0, length);
                sniffer.update(piece, 0, length);
                storePiece(
                        caller, content, collection, ordinal, length == PIECE ? piece : Arrays.copyOf(piece, length));
            }
            if (size == 0) {
                throw new Failure.Invalid("empty_document", "The document is empty: it has no bytes.");
            }
            var mediaType = sniffer.finish(name).mediaType();
            var upload = new Upload(
                    content, collection, name, mediaType, size, HexFormat.of().formatHex(digest.digest()));
            var accepted = transactions.as(caller, session -> {
                Collections.hold(session, collection, Role.EDITOR);
                var made = become(session, upload);
                if (made.isNew()) {
                    quota.require(session, collection);
                }
                return made;
            });
            kept = accepted.isNew();
            return accepted;
        } finally {
            if (!kept) {
                // The caller may have lost the right to.
                transactions.asWorker(session -> session.createNativeQuery("delete from content where id = :id")
                        .setParameter("id", content)
                        .executeUpdate());
            }
        }
    }

    /** What may arrive. The same bytes once more take no room, which shows only when all of them are there. */
    private Quota.Room room(EntityManager session, CollectionId collection, String name) {
        if (quota.equals(Quota.NONE)) {
            return quota.room(session, collection, false);
        }
        var there = Rows.of(session.createNativeQuery("""
                                select v.size from document d join version v on v.document_id = d.id and v.newest
                                 where d.collection_id = :collection and d.name = :name
                                """, Tuple.class)
                        .setParameter("collection", collection.value())
                        .setParameter("name", name))
                .map(row -> row.get("size", Long.class))
                .findFirst();
        var room = quota.room(session, collection, there.isEmpty());
        return new Quota.Room(Math.max(room.bytes(), there.orElse(0L)), room.otherwise());
    }

    /** Deletes what arrived of uploads that broke off together with their server. */
    static void sweep(Transactions<EntityManager> transactions) {
        transactions.asWorker(session -> session.createNativeQuery("delete from content where expires_at < now()")
                .executeUpdate());
    }

    /** What has arrived. */
    private record Upload(
            UUID content, CollectionId collection, String name, String mediaType, long size, String sha256) {}

    private void storePiece(Caller caller, UUID content, CollectionId collection, int ordinal, byte[] bytes) {
        transactions.as(caller, session -> {
            Collections.hold(session, collection, Role.EDITOR);
            session.createNativeQuery("update content set expires_at = now() + interval '1 hour' where id = :id")
                    .setParameter("id", content)
                    .executeUpdate();
            return storePiece(session, content, collection, ordinal, bytes);
        });
    }

    static int storePiece(EntityManager session, UUID content, CollectionId collection, int ordinal, byte[] bytes) {
        return session.createNativeQuery("""
                                insert into content_part (content_id, ordinal, collection_id, bytes)
                                values (:id, :ordinal, :collection, :bytes)
                                """)
                .setParameter("id", content)
                .setParameter("ordinal", ordinal)
                .setParameter("collection", collection.value())
                .setParameter("bytes", bytes)
                .executeUpdate();
    }

    /** A piece of what was stored, from 0; empty behind the last one. */
    static Optional<byte[]> piece(EntityManager session, UUID content, int ordinal) {
        return Rows.of(session.createNativeQuery(
                                "select bytes from content_part where content_id = :id and ordinal = :ordinal",
                                Tuple.class)
                        .setParameter("id", content)
                        .setParameter("ordinal", ordinal))
                .map(row -> row.get("bytes", byte[].class))
                .findFirst();
    }

    /** Makes the bytes a version, unless they are the newest one already. */
    private static Library.Accepted become(EntityManager session, Upload upload) {
        var id = lockedDocument(session, upload);
        while (id.isEmpty()) {
            // It was there, and deleted before it could be locked.
            id = lockedDocument(session, upload);
        }
        return become(session, upload, id.get());
    }

    /** The lock makes uploads of one name take turns: two equal ones become one version, two others two. */
    private static Optional<UUID> lockedDocument(EntityManager session, Upload upload) {
        session.createNativeQuery("""
                        insert into document (id, collection_id, name) values (gen_random_uuid(), :collection, :name)
                        on conflict (collection_id, name) do nothing
                        """)
                .setParameter("collection", upload.collection.value())
                .setParameter("name", upload.name)
                .executeUpdate();
        return Rows.of(session.createNativeQuery(
                                "select id from document where collection_id = :collection and name = :name for update",
                                Tuple.class)
                        .setParameter("collection", upload.collection.value())
                        .setParameter("name", upload.name))
                .map(row -> row.get("id", UUID.class))
                .findFirst();
    }

    private static Library.Accepted become(EntityManager session, Upload upload, UUID id) {
        var newest = Rows.of(session.createNativeQuery(
                                "select number, sha256 from version where document_id = :id order by number desc limit 1",
                                Tuple.class)
                        .setParameter("id", id))
                .findFirst();
        boolean isNew = newest.isEmpty() || !newest.get().get("sha256").equals(upload.sha256);
        if (isNew) {
            var row = new VersionRow();
            row.documentId = id;
            row.number = newest.map(last -> last.get("number", Integer.class)).orElse(0) + 1;
            row.collectionId = upload.collection.value();
            row.contentId = upload.content;
            row.mediaType = upload.mediaType;
            row.size = upload.size;
            row.sha256 = upload.sha256;
            // Locked until the version is there: it cannot be swept meanwhile.
            int kept = session.createNativeQuery("update content set expires_at = null where id = :id")
                    .setParameter("id", upload.content)
                    .executeUpdate();
            if (kept == 0) {
                // Gone, or no longer the caller's to change.
                Collections.require(session, upload.collection, Role.EDITOR);
                throw new Failure.Conflict("upload_expired", "The upload took too long. Send the document again.");
            }
            row.due = row.createdAt.plusMillis(upload.size / BYTES_PER_MILLISECOND);
            session.persist(row);
            session.flush();
        }
        return new Library.Accepted(
                Library.document(session, new DocumentId(id)).toDocument(), isNew);
    }

    /** The last part of a path, without what would confuse a reader or a file system. */
    static String documentName(String given) {
        Function<String, String> last = path -> path.substring(path.lastIndexOf('/') + 1);
        var name = last.apply(given.replace('\\', '/'))
                .replaceAll("\\p{Cntrl}", "")
                .strip();
        if (name.isEmpty() || List.of(".", "..").contains(name)) {
            throw new Failure.Invalid("invalid_name", "A document needs a file name, such as report.pdf.");
        }
        if (name.length() > 255) {
            throw new Failure.Invalid("invalid_name", "A document's name has at most 255 characters.");
        }
        return name;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
