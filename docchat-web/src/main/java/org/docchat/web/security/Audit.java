package org.docchat.web.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Failure;
import org.docchat.domain.Slice;
import org.docchat.domain.Transactions;
import org.jspecify.annotations.Nullable;

/**
 * The trail of who did what: each entry carries the hash of the one before, so that an alteration shows. The database
 * itself writes down what is changed in it, in the same transaction; here is written down what leaves no other mark
 * there, before it happens. So nothing happens that cannot be written down. {@code 006-audit.sql} has the rules.
 */
@ApplicationScoped
public class Audit {
    /** Everything that is written down. */
    public static final List<String> ACTS = List.of(
            "sign-in",
            "sign-in.refused",
            "audit.export",
            "question",
            "evaluation",
            "evaluation.delete",
            "document.read",
            "document.delete",
            "conversation.delete",
            "conversation.export",
            "collection.create",
            "collection.delete",
            "collection.export",
            "collection.import",
            "embeddings.fill",
            "embeddings.switch",
            "embeddings.drop",
            "member.add",
            "member.change",
            "member.remove",
            "group.create",
            "group.delete",
            "group.add",
            "group.remove",
            "group.share",
            "group.unshare",
            "user.create",
            "user.change",
            "user.password",
            "user.sign-out",
            "user.delete",
            "key.create",
            "key.delete");

    private static final System.Logger LOG = System.getLogger(Audit.class.getName());
    private static final String ENTRIES = """
            select number, at, cast(actor as text) as actor, actor_name, act,
                   array_to_string(collections, ',') as collections, cast(subject as text) as subject, detail, hash
              from audit
             where at >= :since and (:act = '' or act = :act) and (:actor = '' or actor_name = :actor)
            """;

    private volatile String shown = "none yet";

    @Inject
    Transactions<EntityManager> transactions;

    @Inject
    Database database;

    /**
     * One act.
     *
     * @param number the place in the chain, from 1
     * @param actor the user's id; null: nobody was signed in
     * @param actorName the username at that time
     * @param act one of {@link #ACTS}
     * @param collections ids
     * @param subject the id of what it was done to: document, answer, conversation, user, group, key
     * @param detail role, version, network address, username, as the act needs it
     * @param hash SHA-256 in hexadecimal
     */
    public record Entry(
            long number,
            Instant at,
            @Nullable String actor,
            @Nullable String actorName,
            String act,
            List<String> collections,
            @Nullable String subject,
            String detail,
            String hash) {
        private static Entry of(Tuple row) {
            var collections = row.get("collections", String.class);
            return new Entry(
                    row.get("number", Long.class),
                    row.get("at", Instant.class),
                    row.get("actor", String.class),
                    row.get("actor_name", String.class),
                    row.get("act", String.class),
                    collections.isEmpty() ? List.of() : List.of(collections.split(",")),
                    row.get("subject", String.class),
                    row.get("detail", String.class),
                    row.get("hash", String.class));
        }
    }

    /**
     * Which entries are wanted.
     *
     * @param since the first time
     * @param act empty: any
     * @param actor a username; empty: anybody
     */
    public record Filter(Instant since, String act, String actor) {
        /** No condition where something is null. */
        public static Filter of(@Nullable Instant since, @Nullable String act, @Nullable String actor) {
            return new Filter(
                    since == null ? Instant.EPOCH : since,
                    act == null ? "" : act,
                    actor == null ? "" : Users.folded(actor));
        }
    }

    /**
     * What a look at the whole chain found.
     *
     * @param entries how many there are
     * @param head the last one's hash
     * @param firstAltered the number of the first entry that was altered or taken out; null: none was
     */
    public record Verdict(
            long entries, String head, @Nullable Long firstAltered) {}

    /**
     * Writes down what a caller is about to do.
     *
     * @param subject null if the collections say it
     */
    public void record(
            Caller caller, String act, List<CollectionId> collections, @Nullable UUID subject, String detail) {
        transactions.as(caller, session -> session.createNativeQuery(
                        "select 1 from audit_act(:act, cast(:collections as uuid[]), cast(nullif(:subject, '') as uuid),"
                                + " :detail)")
                .setParameter("act", act)
                .setParameter(
                        "collections",
                        collections.stream().map(CollectionId::toString).collect(Collectors.joining(",", "{", "}")))
                .setParameter("subject", subject == null ? "" : subject.toString())
                .setParameter("detail", detail)
                .getSingleResult());
    }

    /** Writes down that somebody did not prove to be who they said; a name that nobody has could be a password. */
    void refused(String username, String address) {
        database.first(
                "select 1 from audit_act('sign-in.refused', '{}', user_named(?), ?)", row -> true, username, address);
    }

    /** Entries in the order of the chain, for administrators: for all others there are none. */
    public Slice<Entry> oldestFirst(Caller caller, Filter filter, Slice.Request request) {
        return entries(caller, filter, request, " and number > :after order by number", 0);
    }

    /** Entries, the latest first, for administrators: for all others there are none. */
    public Slice<Entry> newestFirst(Caller caller, Filter filter, Slice.Request request) {
        return entries(caller, filter, request, " and number < :after order by number desc", Long.MAX_VALUE);
    }

    private Slice<Entry> entries(Caller caller, Filter filter, Slice.Request request, String order, long before) {
        if (!filter.act().isEmpty() && !ACTS.contains(filter.act())) {
            throw new Failure.Invalid("invalid_act", "\"act\" must be one of " + String.join(", ", ACTS) + ".");
        }
        var after = request.after(keys -> Long.valueOf(keys.get(0)));
        List<Entry> entries = transactions.as(caller, session -> session.createNativeQuery(ENTRIES + order, Tuple.class)
                .setParameter("since", filter.since())
                .setParameter("act", filter.act())
                .setParameter("actor", filter.actor())
                .setParameter("after", after == null ? before : after)
                .setMaxResults(request.limit() + 1)
                .getResultStream()
                .map(row -> Entry.of((Tuple) row))
                .toList());
        return Slice.of(entries, request, entry -> List.of(entry.number()));
    }

    /** Goes through the whole chain, for administrators: for all others there is none. */
    public Verdict verify(Caller caller) {
        return transactions.as(caller, session -> {
            var row = (Object[])
                    session.createNativeQuery("select h.number, h.hash, audit_first_altered() from audit_head h")
                            .getSingleResult();
            return new Verdict((Long) row[0], (String) row[1], (Long) row[2]);
        });
    }

    /**
     * Tells the log where the chain ends, if that is elsewhere than a minute ago: whoever makes a whole new chain cannot
     * make it end there.
     * To be called every minute.
     */
    public void showHead() {
        try {
            database.first("select number, hash from audit_head", row -> {
                var end = row.getLong("number") + " with " + row.getString("hash");
                if (!end.equals(shown)) {
                    LOG.log(Level.INFO, "the audit trail ends at entry " + end);
                    shown = end;
                }
                return end;
            });
        } catch (Failure.Unavailable e) {
            // Without its database DocChat does nothing that would have to be written down; the next minute tries
            // again.
            LOG.log(Level.DEBUG, "the end of the audit trail cannot be read", e);
        }
    }
}
