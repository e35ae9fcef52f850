package org.docchat.ingest;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Predicate;
import org.docchat.domain.Caller;
import org.docchat.domain.Collection;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Failure;
import org.docchat.domain.Language;
import org.docchat.domain.Role;
import org.docchat.domain.Slice;
import org.docchat.domain.Transactions;
import org.jspecify.annotations.Nullable;

/**
 * The collections. Every method acts with the rights of the caller that it is given; what
 * the caller may not see does not exist ({@link org.docchat.domain.Failure.NotFound}).
 */
public final class Collections {
    private static final String SELECT = """
            select c.id, c.name, c.description, c.language, r.role, c.created_at,
                   (select count(*) from document d where d.collection_id = c.id) as documents,
                   (select cast(coalesce(sum(e.passages), 0) as bigint) from extent e
                     where e.collection_id = c.id) as passages,
                   exists (select from pause p where p.collection_id = c.id) as paused
              from collection c
              join roles_of_caller() r on r.collection_id = c.id
            """;

    private final Transactions<EntityManager> transactions;

    public Collections(Transactions<EntityManager> transactions) {
        this.transactions = transactions;
    }

    public Collection create(Caller caller, String name, String description, Language language) {
        var cleaned = collectionName(name);
        return transactions.as(caller, session -> {
            var id = insert(session, caller, cleaned, description.strip(), language);
            return collection(session, id);
        });
    }

    /** With the caller as its owner. */
    static CollectionId insert(
            EntityManager session, Caller caller, String name, String description, Language language) {
        requireAll(caller);
        var row = new CollectionRow(caller, name, description, language);
        session.persist(row);
        session.flush();
        session.createNativeQuery("insert into member (collection_id, user_id, role) values (:id, caller(), 'OWNER')")
                .setParameter("id", row.id)
                .executeUpdate();
        return new CollectionId(row.id);
    }

    /** A new collection would be outside of every scope. */
    static void requireAll(Caller caller) {
        if (caller.scope().isLimited()) {
            throw new Failure.Forbidden("The key is limited, so it makes no collections. Use one that is not.");
        }
    }

    /** The collections that the caller has a role in, by name. */
    public Slice<Collection> list(Caller caller, Slice.Request request) {
        var after = request.after(keys -> new NameKey(keys.get(0), UUID.fromString(keys.get(1))));
        return transactions.as(caller, session -> {
            var query = session.createNativeQuery(
                            SELECT
                                    + (after == null ? "" : " where (lower(c.name), c.id) > (:name, :id)")
                                    + " order by lower(c.name), c.id limit :limit",
                            Tuple.class)
                    .setParameter("limit", request.limit() + 1);
            if (after != null) {
                query.setParameter("name", after.name()).setParameter("id", after.id());
            }
            return Slice.of(
                    Rows.of(query).map(Collections::toCollection).toList(),
                    request,
                    last -> List.of(
                            last.name().toLowerCase(Locale.ROOT), last.id().toString()));
        });
    }

    public Collection get(Caller caller, CollectionId id) {
        return transactions.as(caller, session -> collection(session, id));
    }

    /**
     * Changes what is not null. The language cannot be changed: the passages' lexemes depend on it.
     *
     * @param expected whether this is the {@link Collection#revision} that the caller wants to change
     * @throws Failure.Stale if it is not
     */
    public Collection change(
            Caller caller,
            CollectionId id,
            Predicate<String> expected,
            @Nullable String name,
            @Nullable String description) {
        return transactions.as(caller, session -> {
            lock(session, id);
            var row = session.find(CollectionRow.class, id.value());
            if (!expected.test(collection(session, id).revision())) {
                throw new Failure.Stale("collection");
            }
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
            lockWithContents(session, id);
            // Before its embeddings, as workers do when a version becomes searchable.
            session.createNativeQuery("select model from standby where collection_id = :id order by model for update")
                    .setParameter("id", id.value())
                    .getResultList();
            return session.createNativeQuery("delete from collection where id = :id")
                    .setParameter("id", id.value())
                    .executeUpdate();
        });
    }

    /** Lets what waits in a collection wait; what is being worked on is put back within seconds, as far as it has come. */
    public Collection pause(Caller caller, CollectionId id) {
        return setPaused(caller, id, "insert into pause (collection_id) values (:id) on conflict do nothing");
    }

    /** Lets what waits in a collection go on. */
    public Collection resume(Caller caller, CollectionId id) {
        return setPaused(caller, id, "delete from pause where collection_id = :id");
    }

    private Collection setPaused(Caller caller, CollectionId id, String sql) {
        return transactions.as(caller, session -> {
            hold(session, id, Role.EDITOR);
            session.createNativeQuery(sql).setParameter("id", id.value()).executeUpdate();
            return collection(session, id);
        });
    }

    private record NameKey(String name, UUID id) {}

    static String collectionName(String name) {
        var cleaned = name.strip();
        if (cleaned.isEmpty() || cleaned.length() > 200) {
            throw new Failure.Invalid("invalid_name", "A collection needs a name of 1 to 200 characters.");
        }
        return cleaned;
    }

    static Collection collection(EntityManager session, CollectionId id) {
        return Rows.of(session.createNativeQuery(SELECT + " where c.id = :id", Tuple.class)
                        .setParameter("id", id.value()))
                .map(Collections::toCollection)
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
                row.get("paused", Boolean.class),
                row.get("created_at", Instant.class));
    }

    /**
     * To be called before anything in a collection is changed: until the transaction ends, nobody deletes the collection or
     * says who has which right in it.
     *
     * @throws Failure.NotFound or Failure.Forbidden if the caller lacks the role
     */
    static void hold(EntityManager session, CollectionId id, Role role) {
        session.createNativeQuery("select 1 from hold_collection(:id)")
                .setParameter("id", id.value())
                .getResultList();
        require(session, id, role);
    }

    /**
     * To be called before a collection itself is changed by an owner of it: owners take turns.
     *
     * @throws Failure.NotFound or Failure.Forbidden if the caller is none
     */
    static void lock(EntityManager session, CollectionId id) {
        lock(session, id, "no key update");
    }

    /**
     * To be called before an owner changes what all that is done in a collection depends on, or all that is in it: until the
     * transaction ends, nobody holds it, either.
     *
     * @throws Failure.NotFound or Failure.Forbidden if the caller is no owner
     */
    static void lockWithContents(EntityManager session, CollectionId id) {
        lock(session, id, "update");
    }

    private static void lock(EntityManager session, CollectionId id, String strength) {
        session.createNativeQuery("select id from collection where id = :id for " + strength)
                .setParameter("id", id.value())
                .getResultList();
        require(session, id, Role.OWNER);
    }

    /** Who may see the collection but lacks the role is told so; for anybody else it does not exist. */
    static void require(EntityManager session, CollectionId id, Role role) {
        var own = Rows.of(session.createNativeQuery(
                                "select role from roles_of_caller() where collection_id = :id", Tuple.class)
                        .setParameter("id", id.value()))
                .map(row -> Role.valueOf(row.get("role", String.class)))
                .findFirst()
                .orElseThrow(() -> new Failure.NotFound("collection"));
        if (!own.includes(role)) {
            throw new Failure.Forbidden("This needs the role " + role.name().toLowerCase(Locale.ROOT)
                    + " in the collection; yours is " + own.name().toLowerCase(Locale.ROOT)
                    + ". An owner of the collection can change that.");
        }
    }
}
