package org.docchat.ingest;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.docchat.domain.Caller;
import org.docchat.domain.Collection;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Document;
import org.docchat.domain.DocumentId;
import org.docchat.domain.Failure;
import org.docchat.domain.Language;
import org.docchat.domain.Passage;
import org.docchat.domain.Role;
import org.docchat.domain.Slice;
import org.docchat.domain.Transactions;
import org.jspecify.annotations.Nullable;

/**
 * The collections and their documents: the way in to ingestion. Every method acts with the rights of the caller that
 * it is given; what the caller may not see does not exist ({@link org.docchat.domain.Failure.NotFound}).
 */
public final class Library {
    private static final String COLLECTIONS = """
            select c.id, c.name, c.description, c.language, m.role, c.created_at,
                   (select count(*) from document d where d.collection_id = c.id) as documents,
                   (select coalesce(sum(v.passages), 0) from version v
                     where v.collection_id = c.id and v.current_from is not null and v.current_to is null) as passages
              from collection c
              join member m on m.collection_id = c.id and m.user_id = caller()
            """;

    private final Transactions<EntityManager> transactions;
    private final Uploads uploads;

    /** @param uploadMaxBytes the largest document that is accepted */
    public Library(Transactions<EntityManager> transactions, long uploadMaxBytes) {
        this.transactions = transactions;
        this.uploads = new Uploads(transactions, uploadMaxBytes);
    }

    public Collection create(Caller caller, String name, String description, Language language) {
        var cleaned = collectionName(name);
        return transactions.as(caller, session -> {
            var row = new CollectionRow(caller, cleaned, description.strip(), language);
            session.persist(row);
            session.flush();
            session.createNativeQuery(
                            "insert into member (collection_id, user_id, role) values (:id, caller(), 'OWNER')")
                    .setParameter("id", row.id)
                    .executeUpdate();
            return collection(session, new CollectionId(row.id));
        });
    }

    /** The collections that the caller is a member of, by name. */
    public Slice<Collection> collections(Caller caller, Slice.Request request) {
        var after = request.after(keys -> new NameKey(keys.get(0), UUID.fromString(keys.get(1))));
        return transactions.as(caller, session -> {
            var query = session.createNativeQuery(
                            COLLECTIONS
                                    + (after == null ? "" : " where (lower(c.name), c.id) > (:name, :id)")
                                    + " order by lower(c.name), c.id limit :limit",
                            Tuple.class)
                    .setParameter("limit", request.limit() + 1);
            if (after != null) {
                query.setParameter("name", after.name()).setParameter("id", after.id());
            }
            return Slice.of(
                    Rows.of(query).map(Library::toCollection).toList(),
                    request,
                    last -> List.of(
                            last.name().toLowerCase(java.util.Locale.ROOT),
                            last.id().toString()));
        });
    }

    public Collection collection(Caller caller, CollectionId id) {
        return transactions.as(caller, session -> collection(session, id));
    }

    /** Changes what is not null. The language cannot be changed: the passages' lexemes depend on it. */
    public Collection change(Caller caller, CollectionId id, @Nullable String name, @Nullable String description) {
        return transactions.as(caller, session -> {
            require(session, id, Role.OWNER);
            var row = session.find(CollectionRow.class, id.value());
            if (name != null) {
                row.name = collectionName(name);
            }
            if (description != null) {
                row.description = description.strip();
            }
            session.flush();
            return collection(session, id);
        });
    }

    /** Deletes a collection with everything in it; when this returns, nothing of it can be retrieved. */
    public void delete(Caller caller, CollectionId id) {
        transactions.as(caller, session -> {
            require(session, id, Role.OWNER);
            // All postings at once; the trigger on passages would look each one up.
            session.createNativeQuery("delete from posting where collection_id = :id")
                    .setParameter("id", id.value())
                    .executeUpdate();
            return session.createNativeQuery("delete from collection where id = :id")
                    .setParameter("id", id.value())
                    .executeUpdate();
        });
    }

    public List<Member> members(Caller caller, CollectionId id) {
        return transactions.as(caller, session -> {
            require(session, id, Role.VIEWER);
            return Rows.of(session.createNativeQuery("""
                                    select u.username, u.display_name, m.role
                                      from member m join app_user u on u.id = m.user_id
                                     where m.collection_id = :id
                                     order by u.username
                                    """, Tuple.class).setParameter("id", id.value()))
                    .map(row -> new Member(
                            row.get("username", String.class),
                            row.get("display_name", String.class),
                            Role.valueOf(row.get("role", String.class))))
                    .toList();
        });
    }

    /** Gives a user a role, or another one. The last owner stays one (409). */
    public void share(Caller caller, CollectionId id, String username, Role role) {
        transactions.as(caller, session -> {
            require(session, id, Role.OWNER);
            var user = user(session, username);
            session.createNativeQuery("""
                            insert into member (collection_id, user_id, role) values (:id, :user, :role)
                            on conflict (collection_id, user_id) do update set role = excluded.role
                            """)
                    .setParameter("id", id.value())
                    .setParameter("user", user)
                    .setParameter("role", role.name())
                    .executeUpdate();
            return requireAnOwner(session, id);
        });
    }

    /** Takes a user's role away. The last owner cannot be removed (409). */
    public void unshare(Caller caller, CollectionId id, String username) {
        transactions.as(caller, session -> {
            require(session, id, Role.OWNER);
            int removed = session.createNativeQuery("delete from member where collection_id = :id and user_id = :user")
                    .setParameter("id", id.value())
                    .setParameter("user", user(session, username))
                    .executeUpdate();
            if (removed == 0) {
                throw new Failure.NotFound("member");
            }
            return requireAnOwner(session, id);
        });
    }

    /**
     * Stores a document and queues it; when this returns the bytes are safe. Reads the stream to its end in pieces, so
     * that neither the heap nor a database connection is held by a slow or large upload.
     *
     * @param name the document's name; a path is cut to its last part, control characters are removed
     * @return the document; not {@link Accepted#isNew()} where the same bytes already stand under the name
     * @throws IOException if the caller's stream fails: nothing is kept
     */
    public Accepted accept(Caller caller, CollectionId id, String name, InputStream bytes) throws IOException {
        return uploads.accept(caller, id, name, bytes);
    }

    /**
     * The documents of a collection, those with problems first, then newest first.
     *
     * @param state label of a state, such as "indexed"; null for all
     * @param name a part of the name, in any case; null for all
     */
    public Slice<Document> documents(
            Caller caller, CollectionId id, @Nullable String state, @Nullable String name, Slice.Request request) {
        var after = request.after(keys -> new StateKey(
                Boolean.parseBoolean(keys.get(0)), Instant.parse(keys.get(1)), UUID.fromString(keys.get(2))));
        return transactions.as(caller, session -> {
            require(session, id, Role.VIEWER);
            var query = session.createNativeQuery(
                            """
                            select d.id, v.state in ('rejected', 'failed') as problem, v.created_at
                              from document d
                              join lateral (select state, created_at from version
                                             where document_id = d.id order by number desc limit 1) v on true
                             where d.collection_id = :id
                               and (cast(:state as text) is null or v.state = :state)
                               and (cast(:name as text) is null or position(lower(:name) in lower(d.name)) > 0)
                            """
                                    + (after == null
                                            ? ""
                                            : " and (v.state in ('rejected', 'failed'), v.created_at, d.id)"
                                                    + " < (:problem, :at,"
                                                    + " (:after)")
                                    + " order by problem desc, v.created_at desc, d.id desc limit :limit",
                            Tuple.class)
                    .setParameter("id", id.value())
                    .setParameter("state", state)
                    .setParameter("name", name)
                    .setParameter("limit", request.limit() + 1);
            if (after != null) {
                query.setParameter("problem", after.problem())
                        .setParameter("at", after.createdAt())
                        .setParameter("after", after.id());
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

    /** How many documents of a collection are in each state, by the state's label. */
    public Map<String, Long> states(Caller caller, CollectionId id) {
        return transactions.as(caller, session -> {
            require(session, id, Role.VIEWER);
            var states = new HashMap<String, Long>();
            Rows.of(session.createNativeQuery("""
                                    select v.state, count(*) as documents
                                      from version v
                                     where v.collection_id = :id
                                       and not exists (select from version w where w.document_id = v.document_id
                                                                               and w.number > v.number)
                                     group by v.state
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
            require(session, new CollectionId(document(session, id).collectionId), Role.EDITOR);
            return session.createNativeQuery("delete from document where id = :id")
                    .setParameter("id", id.value())
                    .executeUpdate();
        });
    }

    /** Queues the newest version again, if it is failed or rejected. */
    public Document retry(Caller caller, DocumentId id) {
        return transactions.as(caller, session -> {
            require(session, new CollectionId(document(session, id).collectionId), Role.EDITOR);
            session.createNativeQuery("""
                            update version set state = 'received', attempts = 0, not_before = now(), leased_by = null,
                                   leased_until = null, problem_code = null, problem_detail = null, progress_step = null
                             where document_id = :id and state in ('rejected', 'failed')
                               and number = (select max(number) from version where document_id = :id)
                            """).setParameter("id", id.value()).executeUpdate();
            session.clear();
            return document(session, id).toDocument();
        });
    }

    /**
     * Writes the original bytes.
     *
     * @param version null for the newest
     */
    public void content(Caller caller, DocumentId id, @Nullable Integer version, OutputStream out) throws IOException {
        var content = transactions.as(caller, session -> version(session, id, version, false).contentId);
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

    private record NameKey(String name, UUID id) {}

    private record StateKey(boolean problem, Instant createdAt, UUID id) {}

    private static String collectionName(String name) {
        var cleaned = name.strip();
        if (cleaned.isEmpty() || cleaned.length() > 200) {
            throw new Failure.Invalid("invalid_name", "A collection needs a name of 1 to 200 characters.");
        }
        return cleaned;
    }

    private static Collection collection(EntityManager session, CollectionId id) {
        return Rows.of(session.createNativeQuery(COLLECTIONS + " where c.id = :id", Tuple.class)
                        .setParameter("id", id.value()))
                .map(Library::toCollection)
                .findFirst()
                .orElseThrow(() -> new Failure.NotFound("collection"));
    }

    private static Collection toCollection(Tuple row) {
        return new Collection(
                new CollectionId(row.get("id", UUID.class)),
                row.get("name", String.class),
                row.get("description", String.class),
                Language.parse(row.get("language", String.class)),
                Role.valueOf(row.get("role", String.class)),
                row.get("documents", Number.class).longValue(),
                row.get("passages", Number.class).longValue(),
                row.get("created_at", Instant.class));
    }

    /** Who may see the collection but lacks the role is told so; for anybody else it does not exist. */
    static void require(EntityManager session, CollectionId id, Role role) {
        var own = Rows.of(session.createNativeQuery(
                                "select role from member where collection_id = :id and user_id = caller()", Tuple.class)
                        .setParameter("id", id.value()))
                .map(row -> Role.valueOf(row.get("role", String.class)))
                .findFirst()
                .orElseThrow(() -> new Failure.NotFound("collection"));
        if (!own.includes(role)) {
            throw new Failure.Forbidden("This needs the role " + role.name().toLowerCase(java.util.Locale.ROOT)
                    + " in the collection; yours is " + own.name().toLowerCase(java.util.Locale.ROOT)
                    + ". An owner of the collection can change that.");
        }
    }

    private static UUID user(EntityManager session, String username) {
        var found = (UUID) session.createNativeQuery("select user_named(:name)", UUID.class)
                .setParameter("name", username)
                .getSingleResult();
        if (found == null) {
            throw new Failure.NotFound("user");
        }
        return found;
    }

    private static boolean requireAnOwner(EntityManager session, CollectionId id) {
        // Two owners who remove each other at the same moment must not both succeed.
        var owners = session.createNativeQuery(
                        "select user_id from member where collection_id = :id and role = 'OWNER' for update",
                        UUID.class)
                .setParameter("id", id.value())
                .getResultList();
        if (owners.isEmpty()) {
            throw new Failure.Conflict(
                    "last_owner", "A collection keeps at least one owner. Make somebody else an owner first.");
        }
        return true;
    }

    private static DocumentRow document(EntityManager session, DocumentId id) {
        var row = session.find(DocumentRow.class, id.value());
        if (row == null) {
            throw new Failure.NotFound("document");
        }
        return row;
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

    /** A user's part in a collection. */
    public record Member(String username, String displayName, Role role) {}

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
