package org.docchat.ingest;

import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.docchat.domain.Caller;
import org.docchat.domain.Collection;
import org.docchat.domain.CollectionId;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.Failure;
import org.docchat.domain.Transactions;
import org.docchat.domain.UserId;

/**
 * Whole collections as files: originals, texts, passages, embeddings and versions. The module's README describes the
 * format.
 */
public final class Archives {
    /** Of the temporary directory, for everything else that needs it. */
    private static final long KEPT_FREE = 64L << 20;

    private final Transactions<EntityManager> transactions;
    private final EmbeddingModel model;
    private final long maxBytes;
    private final Quota quota;
    /** Who is sending an archive: before all of it is here, nothing of it counts as stored. */
    private final Set<UserId> importing = ConcurrentHashMap.newKeySet();

    /**
     * @param model whose embeddings are taken over; where an archive has none of it, they are computed again
     * @param maxBytes the largest archive that is accepted
     * @param quota how much may be stored
     */
    public Archives(Transactions<EntityManager> transactions, EmbeddingModel model, long maxBytes, Quota quota) {
        this.transactions = transactions;
        this.model = model;
        this.maxBytes = maxBytes;
        this.quota = quota;
    }

    /** A collection as it stood when it was asked for. */
    public interface Export {
        Collection collection();

        /**
         * Writes the archive, piece by piece: neither the heap nor a connection is held by a slow reader. A document
         * that is deleted meanwhile is left out.
         *
         * @throws IOException if the stream fails; what was written then is recognizably broken
         */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * A collection to be taken away. It takes an owner: what is shared or deleted later no longer reaches the copy, and
     * that is for those to decide who answer for the collection.
     */
    public Export export(Caller caller, CollectionId id) {
        return transactions.as(caller, session -> {
            Collections.require(session, id, org.docchat.domain.Role.OWNER);
            return new ArchiveWriter(
                    transactions, caller, Collections.collection(session, id), ArchiveWriter.versions(session, id));
        });
    }

    /**
     * Makes a new collection of an archive, with the caller as its owner. All of the archive is checked before the
     * first row is stored, and all rows become visible at once, so that what cannot be taken whole leaves no trace.
     *
     * @throws IOException if the caller's stream fails: nothing is kept
     * @throws Failure.Full if it is more than may be stored: nothing is kept
     * @throws Failure.TooMany if the caller is importing something else already
     * @throws Failure.Unavailable if this node has no room to receive it
     */
    public Collection restore(Caller caller, InputStream bytes) throws IOException {
        Collections.requireAll(caller);
        if (!importing.add(caller.id())) {
            throw new Failure.TooMany(
                    "import_running",
                    "An import of yours is running. Wait for its end, then send the next one.",
                    null,
                    Duration.ofSeconds(30));
        }
        try {
            return restoreAlone(caller, bytes);
        } finally {
            importing.remove(caller.id());
        }
    }

    private Collection restoreAlone(Caller caller, InputStream bytes) throws IOException {
        transactions.as(caller, session -> {
            quota.requireSomeRoom(session);
            return true;
        });
        Path file = Files.createTempFile("docchat-import", "");
        try {
            receive(bytes, file);
            try (var archive = Archive.open(file)) {
                var checked = archive.check(model);
                return transactions.as(caller, session -> {
                    var collection = new Restoration(session, caller, archive, model).run(checked);
                    quota.require(session, collection.id());
                    return collection;
                });
            }
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private void receive(InputStream bytes, Path file) throws IOException {
        var store = Files.getFileStore(file);
        try (var out = Files.newOutputStream(file)) {
            var piece = new byte[Uploads.PIECE];
            long size = 0;
            for (int length = bytes.read(piece); length >= 0; length = bytes.read(piece)) {
                size += length;
                if (size > maxBytes) {
                    throw new Failure.TooLarge("archive", maxBytes, "DOCCHAT_IMPORT_MAX_BYTES");
                }
                // Checked with each piece: others write there, too.
                if (store.getUsableSpace() < KEPT_FREE) {
                    throw noRoom(new IOException("less than " + KEPT_FREE + " bytes are free"));
                }
                try {
                    out.write(piece, 0, length);
                } catch (IOException e) {
                    throw noRoom(e);
                }
            }
        }
    }

    private static Failure.Unavailable noRoom(IOException cause) {
        return new Failure.Unavailable(
                "no_room_to_receive",
                "This node has no room left to receive the archive. Nothing of it was kept. Try again later, or ask an"
                        + " administrator to make room in the temporary directory.",
                cause);
    }
}
