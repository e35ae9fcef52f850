package org.docchat.ingest;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.util.Locale;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Failure;
import org.jspecify.annotations.Nullable;

/**
 * How much may be stored: originals, with all versions that are kept, whatever became of them. What somebody has sent
 * is theirs, in whatever collection it is.
 *
 * @param user what one user may have sent
 * @param collection what one collection may hold
 */
public record Quota(Limit user, Limit collection) {
    /** Any amount. */
    public static final Quota NONE = new Quota(new Limit(0, 0), new Limit(0, 0));

    /**
     * The most of something; 0: any amount.
     *
     * @param bytes of all versions
     * @param documents with whatever number of versions
     */
    public record Limit(long bytes, long documents) {}

    /** Whose storage it is. */
    private enum Owner {
        USER("select bytes, documents from stored_by_caller()", "you may store"),
        COLLECTION("select bytes, documents from stored_in(:collection)", "this collection may hold");

        private final String sql;
        private final String words;

        Owner(String sql, String words) {
            this.sql = sql;
            this.words = words;
        }
    }

    private record Stored(long bytes, long documents) {}

    /** What is left, and what to say to whoever needs more. */
    record Room(long bytes, String otherwise) {}

    /**
     * How many bytes more may be stored, as it looks now: others may be quicker.
     *
     * @param another whether they would be another document
     * @throws Failure.Full if there may be no other document
     */
    Room room(EntityManager session, CollectionId id, boolean another) {
        var own = room(session, user, Owner.USER, id, another);
        var here = room(session, collection, Owner.COLLECTION, id, another);
        return own.bytes < here.bytes ? own : here;
    }

    private static Room room(EntityManager session, Limit limit, Owner owner, CollectionId id, boolean another) {
        var otherwise = words(limit.bytes, "bytes", owner);
        if (limit.equals(NONE.user)) {
            return new Room(Long.MAX_VALUE, otherwise);
        }
        var stored = stored(session, owner, id);
        if (another && limit.documents > 0 && stored.documents >= limit.documents) {
            throw new Failure.Full(words(limit.documents, "documents", owner));
        }
        return new Room(limit.bytes == 0 ? Long.MAX_VALUE : Math.max(0, limit.bytes - stored.bytes), otherwise);
    }

    /**
     * To be asked when something was stored, in the same transaction: nobody else stores more for the same user or in
     * the same collection until it ends.
     *
     * @throws Failure.Full if it is too much: the transaction must not be committed
     */
    void require(EntityManager session, CollectionId id) {
        // Always in this order: otherwise two could wait for each other.
        require(session, user, Owner.USER, id);
        require(session, collection, Owner.COLLECTION, id);
    }

    /**
     * To be asked before much is received that belongs to no collection yet.
     *
     * @throws Failure.Full if the caller may store nothing more at all
     */
    void requireSomeRoom(EntityManager session) {
        if (user.equals(NONE.user)) {
            return;
        }
        var stored = stored(session, Owner.USER, null);
        if (user.bytes > 0 && stored.bytes >= user.bytes) {
            throw new Failure.Full(words(user.bytes, "bytes", Owner.USER));
        }
        if (user.documents > 0 && stored.documents >= user.documents) {
            throw new Failure.Full(words(user.documents, "documents", Owner.USER));
        }
    }

    private static void require(EntityManager session, Limit limit, Owner owner, CollectionId id) {
        if (limit.equals(NONE.user)) {
            return;
        }
        var stored = stored(session, owner, id);
        if (limit.bytes > 0 && stored.bytes > limit.bytes) {
            throw new Failure.Full(words(limit.bytes, "bytes", owner));
        }
        if (limit.documents > 0 && stored.documents > limit.documents) {
            throw new Failure.Full(words(limit.documents, "documents", owner));
        }
    }

    private static String words(long limit, String what, Owner owner) {
        return "There is no room for this: " + owner.words + " " + limit + " " + what
                + ". Delete what is no longer needed, or ask an administrator to raise DOCCHAT_" + owner + "_MAX_"
                + what.toUpperCase(Locale.ROOT) + ".";
    }

    private static Stored stored(EntityManager session, Owner owner, @Nullable CollectionId id) {
        var query = session.createNativeQuery(owner.sql, Tuple.class);
        if (id != null && owner == Owner.COLLECTION) {
            query.setParameter("collection", id.value());
        }
        return Rows.of(query)
                // Nothing at all is told of a collection that is the caller's no longer.
                .filter(row -> row.get("bytes") != null)
                .map(row -> new Stored(row.get("bytes", Long.class), row.get("documents", Long.class)))
                .findFirst()
                .orElseThrow(() -> new Failure.NotFound("collection"));
    }
}
