package org.docchat.web.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.docchat.domain.Caller;
import org.docchat.domain.Failure;
import org.docchat.domain.GroupId;
import org.docchat.domain.Slice;

/**
 * Groups of users, kept by administrators. A collection that is shared with a group is shared with whoever is in it at
 * the time of each request.
 */
@ApplicationScoped
public class Groups {
    private static final String SELECT = "select g.id, g.name, (select count(*) from group_user u where u.group_id ="
            + " g.id) as users, (select count(*) from group_role r where r.group_id = g.id) as collections from"
            + " user_group g";

    @Inject
    Database database;

    @Inject
    Users users;

    /**
     * A group.
     *
     * @param name unique whatever the case of its letters
     * @param users how many are in it
     * @param collections how many are shared with it
     */
    public record Group(GroupId id, String name, long users, long collections) {}

    /** All groups by name. */
    public Slice<Group> groups(Slice.Request request) {
        var after = request.after(keys -> keys.get(0).replace("\0", ""));
        var groups = database.all(
                SELECT + " where lower(g.name) collate \"C\" > ? order by lower(g.name) collate \"C\" limit ?",
                Groups::group,
                after == null ? "" : after,
                request.limit() + 1);
        return Slice.of(groups, request, last -> List.of(last.name().toLowerCase(Locale.ROOT)));
    }

    /**
     * One group.
     *
     * @throws Failure.NotFound if there is none of this id
     */
    public Group get(GroupId id) {
        return database.first(SELECT + " where g.id = ?", Groups::group, id.value())
                .orElseThrow(() -> new Failure.NotFound("group"));
    }

    /** Makes a group, with nobody in it. */
    public Group create(Caller by, String name) {
        var cleaned = name.replaceAll("\\p{Cntrl}", "").strip();
        // It stands in addresses, where servers refuse an encoded slash.
        if (cleaned.isEmpty() || cleaned.length() > 100 || cleaned.contains("/") || cleaned.contains("\\")) {
            throw new Failure.Invalid("invalid_name", "A group's name has 1 to 100 characters, none of them a slash.");
        }
        Optional<UUID> made = database.by(
                by,
                statements -> statements.first(
                        "insert into user_group (name) values (?) on conflict do nothing returning id",
                        row -> row.getObject("id", UUID.class),
                        cleaned));
        return get(new GroupId(made.orElseThrow(
                () -> new Failure.Conflict("group_exists", "There is already a group of this name."))));
    }

    /** Removes a group; what was shared with it is no longer shared with those in it. */
    public void delete(Caller by, GroupId id) {
        int deleted =
                database.by(by, statements -> statements.update("delete from user_group where id = ?", id.value()));
        if (deleted == 0) {
            throw new Failure.NotFound("group");
        }
    }

    /** Who is in a group, by username. */
    public List<Users.User> users(GroupId id) {
        get(id);
        return users.inGroup(id);
    }

    /** Puts a user into a group; it is well if they are in it. */
    public void add(Caller by, GroupId id, String username) {
        int added = database.by(
                by,
                statements -> statements.update(
                        // From now on an administrator's word, whatever the identity provider says.
                        "insert into group_user (group_id, user_id) select id, ? from user_group where id = ?"
                                + " on conflict (user_id, group_id) do update set from_provider = false",
                        user(statements, username),
                        id.value()));
        if (added == 0) {
            throw new Failure.NotFound("group");
        }
    }

    /** Takes a user out of a group. */
    public void remove(Caller by, GroupId id, String username) {
        get(id);
        int removed = database.by(
                by,
                statements -> statements.update(
                        "delete from group_user where group_id = ? and user_id = ?",
                        id.value(),
                        user(statements, username)));
        if (removed == 0) {
            throw new Failure.NotFound("user");
        }
    }

    private static UUID user(Database.Statements statements, String username) {
        return statements
                .first(
                        "select id from app_user where username = ?",
                        row -> row.getObject("id", UUID.class),
                        Users.folded(username).replace("\0", ""))
                .orElseThrow(() -> new Failure.NotFound("user"));
    }

    private static Group group(ResultSet row) throws SQLException {
        return new Group(
                new GroupId(row.getObject("id", UUID.class)),
                row.getString("name"),
                row.getLong("users"),
                row.getLong("collections"));
    }
}
