package org.docchat.ingest;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.util.List;
import java.util.UUID;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Failure;
import org.docchat.domain.Role;
import org.docchat.domain.Transactions;

/**
 * Who may do what in a collection: users, and groups of users, by the role that an owner gave them. What somebody may
 * do is the best of their own role and their groups', as of each request. What the caller may not see does not exist
 * ({@link org.docchat.domain.Failure.NotFound}).
 */
public final class Sharing {
    private final Transactions<EntityManager> transactions;

    public Sharing(Transactions<EntityManager> transactions) {
        this.transactions = transactions;
    }

    /** A user's part in a collection. */
    public record Member(String username, String displayName, Role role) {}

    /** A group's part in a collection. */
    public record Group(String name, Role role) {}

    /** The users that a collection is shared with, without those of its groups. */
    public List<Member> members(Caller caller, CollectionId id) {
        return transactions.as(caller, session -> {
            Collections.require(session, id, Role.VIEWER);
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
            Collections.lockWithContents(session, id);
            session.createNativeQuery("""
                            insert into member (collection_id, user_id, role) values (:id, :user, :role)
                            on conflict (collection_id, user_id) do update set role = excluded.role
                            """)
                    .setParameter("id", id.value())
                    .setParameter("user", named(session, "user", username))
                    .setParameter("role", role.name())
                    .executeUpdate();
            return requireAnOwner(session, id);
        });
    }

    /** Takes a user's role away. The last owner cannot be removed (409). */
    public void unshare(Caller caller, CollectionId id, String username) {
        transactions.as(caller, session -> {
            Collections.lockWithContents(session, id);
            int removed = session.createNativeQuery("delete from member where collection_id = :id and user_id = :user")
                    .setParameter("id", id.value())
                    .setParameter("user", named(session, "user", username))
                    .executeUpdate();
            if (removed == 0) {
                throw new Failure.NotFound("member");
            }
            return requireAnOwner(session, id);
        });
    }

    /** The groups that a collection is shared with, by name. */
    public List<Group> groups(Caller caller, CollectionId id) {
        return transactions.as(caller, session -> {
            Collections.require(session, id, Role.VIEWER);
            return Rows.of(session.createNativeQuery("""
                                    select g.name, r.role
                                      from group_role r join user_group g on g.id = r.group_id
                                     where r.collection_id = :id
                                     order by lower(g.name)
                                    """, Tuple.class).setParameter("id", id.value()))
                    .map(row -> new Group(row.get("name", String.class), Role.valueOf(row.get("role", String.class))))
                    .toList();
        });
    }

    /** Gives everybody in a group a role, or another one. */
    public void shareWithGroup(Caller caller, CollectionId id, String name, Role role) {
        transactions.as(caller, session -> {
            Collections.lockWithContents(session, id);
            return session.createNativeQuery("""
                            insert into group_role (collection_id, group_id, role) values (:id, :group, :role)
                            on conflict (collection_id, group_id) do update set role = excluded.role
                            """)
                    .setParameter("id", id.value())
                    .setParameter("group", named(session, "group", name))
                    .setParameter("role", role.name())
                    .executeUpdate();
        });
    }

    /** Takes a group's role away. */
    public void unshareWithGroup(Caller caller, CollectionId id, String name) {
        transactions.as(caller, session -> {
            Collections.lockWithContents(session, id);
            int removed = session.createNativeQuery(
                            "delete from group_role where collection_id = :id and group_id = :group")
                    .setParameter("id", id.value())
                    .setParameter("group", named(session, "group", name))
                    .executeUpdate();
            if (removed == 0) {
                throw new Failure.NotFound("group");
            }
            return removed;
        });
    }

    /** @param what "user" or "group" */
    private static UUID named(EntityManager session, String what, String name) {
        var found = (UUID) session.createNativeQuery("select " + what + "_named(:name)", UUID.class)
                .setParameter("name", name.replace("\0", ""))
                .getSingleResult();
        if (found == null) {
            throw new Failure.NotFound(what);
        }
        return found;
    }

    /** A user, not a group: an administrator can empty a group, and nobody would be left to share or delete. */
    private static boolean requireAnOwner(EntityManager session, CollectionId id) {
        var owners = session.createNativeQuery(
                        "select user_id from member where collection_id = :id and role = 'OWNER'", UUID.class)
                .setParameter("id", id.value())
                .getResultList();
        if (owners.isEmpty()) {
            throw new Failure.Conflict(
                    "last_owner", "A collection keeps at least one owner. Make somebody else an owner first.");
        }
        return true;
    }
}
