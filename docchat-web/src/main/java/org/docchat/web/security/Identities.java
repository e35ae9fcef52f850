package org.docchat.web.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.docchat.domain.UserId;
import org.docchat.web.openid.Identity;

/**
 * Which users the identity provider vouches for. An identity is an issuer and a subject, nothing else: a user who has
 * the same name here by chance, or by somebody's intent, stays another user.
 */
@ApplicationScoped
class Identities {
    private static final int LONGEST_NAME = 60;
    private static final int MOST_GROUPS = 500;

    @Inject
    Database database;

    @Inject
    Users users;

    /** The user of a subject that has signed in before. */
    Optional<UserId> find(String issuer, String subject) {
        return database.first(
                "select user_id from identity where issuer = ? and subject = ?",
                row -> new UserId(row.getObject("user_id", UUID.class)),
                issuer,
                subject);
    }

    /** The user of somebody who signs in, made if need be, and in the groups that the provider now says. */
    Users.User admit(Identity identity) {
        var id = database.by(null, statements -> {
            // Of several first sign-ins at once, the first one makes the user.
            statements.first(
                    "select pg_advisory_xact_lock(hashtextextended(?, 0))",
                    row -> true,
                    identity.issuer() + " " + identity.subject());
            var user = statements
                    .first(
                            "select user_id from identity where issuer = ? and subject = ?",
                            row -> row.getObject("user_id", UUID.class),
                            identity.issuer(),
                            identity.subject())
                    .orElseGet(() -> create(statements, identity));
            follow(statements, user, identity.groups());
            return new UserId(user);
        });
        return users.fresh(id).orElseThrow(() -> new IllegalStateException("the user was deleted at this moment"));
    }

    private static UUID create(Database.Statements statements, Identity identity) {
        var name = username(identity);
        var displayName = identity.displayName().replaceAll("\\p{Cntrl}", "").strip();
        for (int i = 1; ; i++) {
            var made = statements.first(
                    "insert into app_user (username, display_name) values (?, ?) on conflict do nothing returning id",
                    row -> row.getObject("id", UUID.class),
                    i == 1 ? name : name + "-" + i,
                    displayName.isEmpty() ? name : displayName.substring(0, Math.min(displayName.length(), 200)));
            if (made.isPresent()) {
                statements.update(
                        "insert into identity (issuer, subject, user_id) values (?, ?, ?)",
                        identity.issuer(),
                        identity.subject(),
                        made.get());
                return made.get();
            }
        }
    }

    /** What the provider calls somebody, as a username has to be here; a number is added where it is taken. */
    static String username(Identity identity) {
        var name = Users.folded(identity.username())
                .replaceAll("[^a-z0-9._@+-]+", "-")
                .replaceAll("^[^a-z0-9]+", "");
        if (name.isEmpty()) {
            return "user";
        }
        return name.substring(0, Math.min(name.length(), LONGEST_NAME));
    }

    /**
     * A group's name as it has to be here: Keycloak's path {@code /team/a} becomes {@code team:a}, since a slash cannot
     * stand in our addresses.
     *
     * @return empty: it cannot be a name
     */
    static Optional<String> group(String name) {
        var ours = name.replaceAll("\\p{Cntrl}", "")
                .strip()
                .replaceAll("^[/\\\\]+", "")
                .replaceAll("[/\\\\]+", ":")
                .strip();
        return ours.isEmpty() || ours.length() > 100 ? Optional.empty() : Optional.of(ours);
    }

    /** What administrators made a user a member of stays as it is; the rest is as the provider says. */
    private static void follow(Database.Statements statements, UUID user, Set<String> groups) {
        // In one order for everybody: two who sign in at once do not wait for each other.
        var names = new TreeSet<String>();
        groups.forEach(group -> group(group).ifPresent(names::add));
        var ids = new ArrayList<String>();
        names.stream().limit(MOST_GROUPS).forEach(name -> {
            statements.update("insert into user_group (name) values (?) on conflict do nothing", name);
            statements
                    .first("select id from user_group where lower(name) = lower(?)", row -> row.getString("id"), name)
                    .ifPresent(ids::add);
        });
        var all = "{" + String.join(",", ids) + "}";
        statements.update(
                "delete from group_user where user_id = ? and from_provider and group_id <> all (?::uuid[])",
                user,
                all);
        statements.update(
                "insert into group_user (group_id, user_id, from_provider) select id, ?, true"
                        + " from unnest(?::uuid[]) id on conflict do nothing",
                user,
                all);
    }
}
