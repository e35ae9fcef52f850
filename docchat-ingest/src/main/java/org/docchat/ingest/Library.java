package org.docchat.ingest;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Document;
import org.docchat.domain.DocumentId;
import org.docchat.domain.DocumentState;
import org.docchat.domain.Failure;
import org.docchat.domain.Passage;
import org.docchat.domain.Role;
import org.docchat.domain.Slice;
import org.docchat.domain.Transactions;
import org.jspecify.annotations.Nullable;

/**
 * The documents of the collections, from their bytes to their passages. Every method acts with the rights of the caller
 * that it is given; what the caller may not see does not exist ({@link org.docchat.domain.Failure.NotFound}).
 */
public final class Library {
    private static final String INFECTED = "infected";

    private final Transactions<EntityManager> transactions;
    private final Uploads uploads;
    private final boolean scanned;

    /** @param uploadMaxBytes the largest document that is accepted */
    public Library(Transactions<EntityManager> transactions, long uploadMaxBytes) {
        this(transactions, uploadMaxBytes, Quota.NONE, false);
    }

    /**
     * @param uploadMaxBytes the largest document that is accepted
     * @param quota how much may be stored
     * @param scanned whether a virus scanner looks at what workers read
     */
    public Library(Transactions<EntityManager> transactions, long uploadMaxBytes, Quota quota, boolean scanned) {
        this.transactions = transactions;
        this.uploads = new Uploads(transactions, uploadMaxBytes, quota);
        this.scanned = scanned;
    }

    /**
     * Stores a document and queues it; when this returns the bytes are safe. Reads the stream to its end in pieces, so
     * that neither the heap nor a database connection is held by a slow or large upload.
     *
     * @param name the document's name; a path is cut to its last part, control characters are removed
     * @return the document; not {@link Accepted#isNew()} where the same bytes already stand under the name
     * @throws IOException if the caller's stream fails: nothing is kept
     * @throws Failure.Full if it is more than may be stored: nothing is kept
     */
    public Accepted accept(Caller caller, CollectionId id, String name, InputStream bytes) throws IOException {
        return uploads.accept(caller, id, name, bytes);
    }

    /**
     * What waits to be indexed in all collections that are not paused.
     *
     * @param documents those being worked on included
     * @param oldest how long the first of them has waited; zero where none does
     */
    public record Backlog(long documents, Duration oldest) {}

    /** What waits to be indexed, on all nodes together. */
    public Backlog backlog() {
        return transactions.asWorker(session -> Rows.of(session.createNativeQuery("""
                        select count(*) as documents, coalesce(extract(epoch from now() - min(v.due)), 0)::float8 as oldest
                          from version v
                         where v.state in ('received', 'parsing', 'embedding')
                           and not exists (select from pause p where p.collection_id = v.collection_id)
                        """, Tuple.class))
                .map(row -> new Backlog(row.get("documents", Long.class), Duration.ofMillis((long)
                        (1_000 * Math.max(0, row.get("oldest", Double.class))))))
                .findFirst()
                .orElseThrow());
    }

    /**
     * The documents of a collection, those with problems first, then newest first.
     *
     * @param state label of a state, such as "indexed"; null for all
     * @param name a part of the name, in any case; null for all
     */
    public Slice<Document> documents(
            Caller caller, CollectionId id, @Nullable String state, @Nullable String name, Slice.Request request) {
        var after = request.after(keys ->
                new StateKey(Boolean.parseBoolean(keys.get(0)), Slice.time(keys.get(1)), UUID.fromString(keys.get(2))));
        return transactions.as(caller, session -> {
            Collections.require(session, id, Role.VIEWER);
            var query = session.createNativeQuery(listing(state, name, after), Tuple.class)
                    .setParameter("id", id.value())
                    .setParameter("limit", request.limit() + 1);
            if (state != null) {
                query.setParameter("state", state);
            }
            if (name != null) {
                query.setParameter("name", name);
            }
            if (after != null) {
                query.setParameter("at", after.createdAt()).setParameter("after", after.id());
                if (state == null) {
                    query.setParameter("problem", after.problem());
                }
            }
            var keys = Slice.of(
                    Rows.of(query).toList(),
                    request,
                    last -> List.of(
                            last.get("problem").toString(),
                            last.get("created_at", Instant.class).toString(),
                            last.get("id").toString()));
            var rows = new HashMap<UUID, Document>();
            session.createQuery(
                            "select d from DocumentRow d join fetch d.versions where d.id in :ids", DocumentRow.class)
                    .setParameter(
                            "ids",
                            keys.items().stream()
                                    .map(key -> key.get("id", UUID.class))
                                    .toList())
                    .getResultList()
                    .forEach(row -> rows.put(row.id, row.toDocument()));
            // What was deleted between the two statements is left out.
            return new Slice<>(
                    keys.items().stream()
                            .map(key -> rows.get(key.get("id", UUID.class)))
                            .filter(Objects::nonNull)
                            .toList(),
                    keys.nextCursor());
        });
    }

    /** Put together of what is asked for only, so that each form is read in the order of an index. */
    private static String listing(@Nullable String state, @Nullable String name, @Nullable StateKey after) {
        var sql = new StringBuilder();
        if (name != null) {
            // Not to be mixed with the list: the planner expects a third of all names to match.
            sql.append("""
                    with named as materialized (
                        select id from document where collection_id = :id and position(lower(:name) in lower(name)) > 0)
                    """);
        }
        sql.append("""
                select v.document_id as id, v.state in ('rejected', 'failed') as problem, v.created_at
                  from version v where v.collection_id = :id and v.newest
                """);
        if (name != null) {
            sql.append(" and v.document_id in (select id from named)");
        }
        if (state != null) {
            sql.append(" and v.state = :state");
        }
        // All of one state are problems, or none of them is.
        var keys = (state == null ? "v.state in ('rejected', 'failed'), " : "") + "v.created_at, v.document_id";
        if (after != null) {
            sql.append(" and (").append(keys).append(") < (");
            sql.append(state == null ? ":problem, " : "").append(":at, :after)");
        }
        sql.append(" order by ").append(keys.replace(", v.", " desc, v.")).append(" desc limit :limit");
        return sql.toString();
    }

    /** How many documents of a collection are in each state, by the state's label. */
    public Map<String, Long> states(Caller caller, CollectionId id) {
        return transactions.as(caller, session -> {
            Collections.require(session, id, Role.VIEWER);
            var states = new HashMap<String, Long>();
            Rows.of(session.createNativeQuery("""
                                    select state, count(*) as documents
                                      from version where collection_id = :id and newest group by state
                                    """, Tuple.class).setParameter("id", id.value()))
                    .forEach(row -> states.put(row.get("state", String.class), row.get("documents", Long.class)));
            return states;
        });
    }

    public Document document(Caller caller, DocumentId id) {
        return transactions.as(caller, session -> document(session, id).toDocument());
    }

    /** Deletes a document with all its versions; when this returns, nothing of it can be retrieved. */
    public void delete(Caller caller, DocumentId id) {
        transactions.as(caller, session -> {
            Collections.hold(session, new CollectionId(document(session, id).collectionId), Role.EDITOR);
            return session.createNativeQuery("delete from document where id = :id")
                    .setParameter("id", id.value())
                    .executeUpdate();
        });
    }

    /** Queues the newest version again, if it is failed or rejected. */
    public Document retry(Caller caller, DocumentId id) {
        return transactions.as(caller, session -> {
            Collections.hold(session, new CollectionId(document(session, id).collectionId), Role.EDITOR);
            session.createNativeQuery("""
                            update version set state = 'received', attempts = 0, not_before = now(), leased_by = null,
                                   leased_until = null, problem_code = null, problem_detail = null, progress_step = null
                             where document_id = :id and state in ('rejected', 'failed')
                               and newest
                            """).setParameter("id", id.value()).executeUpdate();
            session.clear();
            return document(session, id).toDocument();
        });
    }

    /** Stops work on the newest version, if it is under way; it can be tried again. What it replaced goes on answering. */
    public Document cancel(Caller caller, DocumentId id) {
        return transactions.as(caller, session -> {
            Collections.hold(session, new CollectionId(document(session, id).collectionId), Role.EDITOR);
            // Whoever works on it has lost the lease and finds out with the next step.
            session.createNativeQuery("""
                            update version set state = 'failed', leased_by = null, leased_until = null,
                                   progress_step = null, problem_code = 'cancelled',
                                   problem_detail = 'Indexing was cancelled. Try it again to take it up anew.'
                             where document_id = :id and state in ('received', 'parsing', 'embedding')
                               and newest
                            """).setParameter("id", id.value()).executeUpdate();
            session.clear();
            return document(session, id).toDocument();
        });
    }

    /**
     * Refuses an original in which the scanner found a virus, and where there is one, what it has not seen yet.
     *
     * @throws Failure.Conflict if it is refused
     */
    public void requireClean(Document.Version version) {
        if (version.state() instanceof DocumentState.Rejected rejected) {
            if (rejected.problem().code().equals(INFECTED)) {
                throw new Failure.Conflict(
                        INFECTED,
                        "The virus scanner found something in this document. Its original is not handed out.");
            }
        } else if (scanned && version.passages() == 0) {
            throw new Failure.Conflict(
                    "not_scanned",
                    "This document has not been scanned for viruses yet. Its original is handed out once it has.");
        }
    }

    /**
     * Writes the original bytes.
     *
     * @param version null for the newest
     * @throws Failure.Conflict if {@link #requireClean} refuses them
     */
    public void content(Caller caller, DocumentId id, @Nullable Integer version, OutputStream out) throws IOException {
        var content = transactions.as(caller, session -> {
            var row = version(session, id, version, false);
            requireClean(row.toVersion());
            return row.contentId;
        });
        for (int ordinal = 0; ; ordinal++) {
            int part = ordinal;
            var bytes = transactions.as(caller, session -> Uploads.piece(session, content, part));
            if (bytes.isEmpty()) {
                return;
            }
            out.write(bytes.get());
        }
    }

    /**
     * The passages of a version in order.
     *
     * @param version null for the one that answers now
     * @param page only those with words on this page; null for all
     */
    public Slice<Passage> passages(
            Caller caller, DocumentId id, @Nullable Integer version, @Nullable Integer page, Slice.Request request) {
        var after = request.after(keys -> Integer.valueOf(keys.get(0)));
        return transactions.as(caller, session -> {
            var row = version(session, id, version, true);
            return Slice.of(
                    Rows.of(session.createNativeQuery("""
                                            select p.id, p.collection_id, p.document_id, d.name, p.version, p.ordinal,
                                                   p.page, p.section, p.start_at, p.end_at, p.text
                                              from passage p join document d on d.id = p.document_id
                                             where p.document_id = :id and p.version = :version and p.ordinal > :after
                                               and (cast(:page as int) is null or exists (
                                                       select from page g
                                                        where g.document_id = p.document_id and g.version = p.version
                                                          and g.number = :page
                                                          and g.start_at < p.end_at and g.end_at > p.start_at))
                                             order by p.ordinal limit :limit
                                            """, Tuple.class)
                                    .setParameter("id", id.value())
                                    .setParameter("version", row.number)
                                    .setParameter("after", after == null ? -1 : after)
                                    .setParameter("page", page)
                                    .setParameter("limit", request.limit() + 1))
                            .map(Rows::toPassage)
                            .toList(),
                    request,
                    last -> List.of(Integer.toString(last.ordinal())));
        });
    }

    /**
     * The extracted text that overlaps [start, end), page by page, cut to that range.
     *
     * @param version null for the one that answers now
     */
    public List<TextPage> text(Caller caller, DocumentId id, @Nullable Integer version, int start, int end) {
        return transactions.as(
                caller, session -> pages(session, version(session, id, version, true), start, end).stream()
                        .map(page -> page.cut(start, end))
                        .toList());
    }

    /**
     * The boxes of the words in [start, end) of the extracted text, merged line by line; empty for formats without a
     * layout.
     */
    public List<Mark> marks(Caller caller, DocumentId id, @Nullable Integer version, int start, int end) {
        return transactions.as(caller, session -> {
            var marks = new ArrayList<Mark>();
            for (var page : pages(session, version(session, id, version, true), start, end)) {
                marks.addAll(page.marks(start, end));
            }
            return marks;
        });
    }

    private record StateKey(boolean problem, Instant createdAt, UUID id) {}

    static DocumentRow document(EntityManager session, DocumentId id) {
        // In one statement: between two, the versions may be deleted.
        return session
                .createQuery("select d from DocumentRow d join fetch d.versions where d.id = :id", DocumentRow.class)
                .setParameter("id", id.value())
                .getResultList()
                .stream()
                .findFirst()
                .orElseThrow(() -> new Failure.NotFound("document"));
    }

    private static VersionRow version(
            EntityManager session, DocumentId id, @Nullable Integer number, boolean searchable) {
        return document(session, id).versions.stream()
                .filter(row -> number == null ? !searchable || row.isCurrent() : row.number == number)
                .findFirst()
                .orElseThrow(() -> new Failure.NotFound("version"));
    }

    private static List<StoredPage> pages(EntityManager session, VersionRow version, int start, int end) {
        if (start < 0 || end < start) {
            throw new Failure.Invalid("invalid_range", "start and end must be offsets with 0 ≤ start ≤ end.");
        }
        return Rows.of(session.createNativeQuery("""
                                select number, label, start_at, text, words from page
                                 where document_id = :id and version = :version
                                   and start_at < :end and end_at > :start
                                 order by ordinal
                                """, Tuple.class)
                        .setParameter("id", version.documentId)
                        .setParameter("version", version.number)
                        .setParameter("start", start)
                        .setParameter("end", end))
                .map(StoredPage::of)
                .toList();
    }

    /** What became of an upload. */
    public record Accepted(Document document, boolean isNew) {}

    /**
     * Some of a page's text.
     *
     * @param number 1-based; 0 for formats without pages
     * @param label what the document calls the page, such as a sheet's name
     * @param start offset of {@code text} in the extracted text of the version
     */
    public record TextPage(int number, @Nullable String label, int start, String text) {}

    /** A box on a page, in fractions of its displayed width and height from the upper left corner. */
    public record Mark(int page, float x, float y, float width, float height) {}
}
