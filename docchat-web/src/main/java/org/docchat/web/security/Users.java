package org.docchat.web.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.docchat.domain.Caller;
import org.docchat.domain.Failure;
import org.docchat.domain.GroupId;
import org.docchat.domain.Scope;
import org.docchat.domain.Slice;
import org.docchat.domain.UserId;
import org.docchat.web.platform.Settings;
import org.jspecify.annotations.Nullable;

/** Who can sign in. */
@ApplicationScoped
public class Users {
    private static final String COLUMNS = "id, username, display_name, admin, enabled, token_generation, created_at";
    private static final long REMEMBERED_NANOS = Duration.ofSeconds(5).toNanos();
    private static final int MOST_REMEMBERED = 10_000;
    static final int SHORTEST_PASSWORD = 8;

    private final ConcurrentHashMap<UserId, Remembered> remembered = new ConcurrentHashMap<>();
    private final Passwords passwords = new Passwords();

    @Inject
    Database database;

    /**
     * A person or program that can sign in.
     *
     * @param username lower case
     * @param admin administers users and settings
     * @param enabled false: neither password nor token nor key is accepted
     * @param tokenGeneration the first one whose tokens are accepted
     */
    public record User(
            UserId id,
            String username,
            String displayName,
            boolean admin,
            boolean enabled,
            int tokenGeneration,
            Instant createdAt) {
        /** The identity that the contexts take rights from. */
        public Caller caller() {
            return caller(Scope.ALL);
        }

        /** The identity of somebody who acts for this user. */
        Caller caller(Scope scope) {
            return new Caller(id, username, admin, scope);
        }
    }

    private record Remembered(Optional<User> user, long since) {}

    /** A user as of at most five seconds ago: who is disabled is out by then. */
    public Optional<User> find(UserId id) {
        long now = System.nanoTime();
        var known = remembered.get(id);
        if (known != null && now - known.since() < REMEMBERED_NANOS) {
            return known.user();
        }
        var user = database.first("select " + COLUMNS + " from app_user where id = ?", Users::user, id.value());
        if (remembered.size() >= MOST_REMEMBERED) {
            remembered.clear();
        }
        remembered.put(id, new Remembered(user, now));
        return user;
    }

    /** A user as of now. */
    Optional<User> fresh(UserId id) {
        remembered.remove(id);
        return find(id);
    }

    /** All users by name. */
    public Slice<User> users(Slice.Request request) {
        var after = request.cursor() == null ? "" : decode(request.cursor());
        var users = database.all(
                "select " + COLUMNS + " from app_user where username collate \"C\" > ? order by username collate \"C\""
                        + " limit ?",
                Users::user,
                after,
                request.limit() + 1);
        return users.size() <= request.limit()
                ? new Slice<>(users, null)
                : new Slice<>(
                        users.subList(0, request.limit()),
                        encode(users.get(request.limit() - 1).username()));
    }

    /** Who is in a group, by username. */
    List<User> inGroup(GroupId id) {
        return database.all(
                "select " + COLUMNS + " from app_user join group_user u on u.user_id = id where u.group_id = ?"
                        + " order by username",
                Users::user,
                id.value());
    }

    /** Adds a user who can sign in from now on. */
    public User create(Caller by, String username, String password, @Nullable String displayName, boolean admin) {
        var name = folded(username);
        if (!name.matches("[a-z0-9][a-z0-9._@+-]{0,63}")) {
            throw new Failure.Invalid(
                    "invalid_username",
                    "A username has 1 to 64 letters a to z, digits and . _ @ + -, beginning with a letter or digit.");
        }
        var shown = requireGoodName(displayName == null ? name : displayName);
        requireGood(password, name, shown);
        return insert(by, name, password, shown, admin, false)
                .orElseThrow(() -> new Failure.Conflict("username_taken", "There is already a user of this name."));
    }

    /**
     * Changes what is not null. A new password, or being disabled, ends whatever the user is signed in with. The last
     * enabled administrator stays one (409).
     */
    public User change(
            Caller by,
            UserId id,
            @Nullable String displayName,
            @Nullable String password,
            @Nullable Boolean admin,
            @Nullable Boolean enabled) {
        var name = displayName == null ? null : requireGoodName(displayName);
        if (password != null) {
            var user = fresh(id).orElseThrow(() -> new Failure.NotFound("user"));
            requireGood(password, user.username(), user.displayName(), name == null ? "" : name);
        }
        var hash = password == null ? null : passwords.hash(password);
        var changed = database.by(by, statements -> {
            if (Boolean.FALSE.equals(admin) || Boolean.FALSE.equals(enabled)) {
                requireAnotherAdministrator(statements, id);
            }
            if (hash != null
                    && statements.update("update credential set password_hash = ? where user_id = ?", hash, id.value())
                            == 0
                    && statements
                            .first("select 1 from app_user where id = ?", row -> true, id.value())
                            .isPresent()) {
                throw new Failure.Conflict(
                        "no_password", "This user signs in at the identity provider and has no password here.");
            }
            // Whoever knew the old password may have signed in with it.
            if (hash != null || Boolean.FALSE.equals(enabled)) {
                signOut(statements, id);
            }
            return statements.first(
                    "update app_user set display_name = coalesce(?, display_name), admin = coalesce(?, admin),"
                            + " enabled = coalesce(?, enabled) where id = ? returning " + COLUMNS,
                    Users::user,
                    name,
                    admin,
                    enabled,
                    id.value());
        });
        remembered.remove(id);
        return changed.orElseThrow(() -> new Failure.NotFound("user"));
    }

    /** Ends all sessions and tokens of a user; keys stay. Other nodes know within five seconds. */
    public void signOut(Caller by, UserId id) {
        int changed = database.by(by, statements -> signOut(statements, id));
        remembered.remove(id);
        if (changed == 0) {
            throw new Failure.NotFound("user");
        }
    }

    private static int signOut(Database.Statements statements, UserId id) {
        statements.update("delete from session where user_id = ?", id.value());
        return statements.update(
                "update app_user set token_generation = token_generation + 1 where id = ?", id.value());
    }

    /** Whether a user signs in by password, not at the identity provider. */
    public boolean hasPassword(UserId id) {
        return database.first("select 1 from credential where user_id = ?", row -> true, id.value())
                .isPresent();
    }

    /** Removes a user with keys and password. The last enabled administrator cannot be removed (409). */
    public void delete(Caller by, UserId id) {
        int deleted = database.by(by, statements -> {
            statements.first("select 1 from hold_all_of(?)", row -> 1, id.value());
            requireAnotherAdministrator(statements, id);
            return statements.update("delete from app_user where id = ?", id.value());
        });
        remembered.remove(id);
        if (deleted == 0) {
            throw new Failure.NotFound("user");
        }
    }

    /**
     * Makes the administrator "admin" if there is no user at all; of several nodes that start at once, one does.
     *
     * @param password as configured; null: one is generated
     * @return the generated password, to be shown once; empty if none was needed
     * @throws Settings.InvalidSetting if somebody would guess it: the start must stop
     */
    public Optional<String> createFirstAdministrator(@Nullable String password) {
        if (database.first("select 1 from app_user limit 1", row -> 1).isPresent()) {
            return Optional.empty();
        }
        var chosen = password == null ? Secrets.random(15) : password;
        // Not with the other settings: once there are users, it is nobody's password any more, and stops no start.
        if (password != null) {
            objection(password, "admin", "Administrator").ifPresent(objection -> {
                throw new Settings.InvalidSetting("DOCCHAT_ADMIN_PASSWORD", "is refused. " + objection);
            });
        }
        var created = insert(null, "admin", chosen, "Administrator", true, true);
        return created.isPresent() && password == null ? Optional.of(chosen) : Optional.empty();
    }

    /** The user of a name and password; takes the same time whether there is no such user or another password. */
    Optional<User> authenticate(String username, String password) {
        record Known(User user, String hash) {}
        var known = database.first(
                "select " + COLUMNS
                        + ", password_hash from app_user join credential on user_id = id where username = ?",
                row -> new Known(user(row), row.getString("password_hash")),
                folded(username));
        if (known.isEmpty()) {
            passwords.spendTheTimeOfAMatch(password);
            return Optional.empty();
        }
        var user = known.get().user();
        if (!passwords.matches(password, known.get().hash()) || !user.enabled()) {
            return Optional.empty();
        }
        if (passwords.isWeak(known.get().hash())) {
            database.update(
                    "update credential set password_hash = ? where user_id = ?",
                    passwords.hash(password),
                    user.id().value());
        }
        return Optional.of(user);
    }

    /** A username as it is stored, looked up and counted: PostgreSQL's text has no U+0000, and no name does. */
    static String folded(String username) {
        return username.replace("\0", "").strip().toLowerCase(Locale.ROOT);
    }

    private Optional<User> insert(
            @Nullable Caller by,
            String username,
            String password,
            String displayName,
            boolean admin,
            boolean onlyAsFirst) {
        var hash = passwords.hash(password);
        // Of several at once the unique name lets one pass.
        return database.by(
                by,
                statements -> statements.first(
                        "with added as (insert into app_user (id, username, display_name, admin, enabled, created_at)"
                                + " select ?, ?, ?, ?, true, now() where not ? or not exists (select 1 from app_user)"
                                + " on conflict (username) do nothing returning " + COLUMNS + "),"
                                + " kept as (insert into credential (user_id, password_hash) select id, ? from added)"
                                + " select " + COLUMNS + " from added",
                        Users::user,
                        UUID.randomUUID(),
                        username,
                        displayName,
                        admin,
                        onlyAsFirst,
                        hash));
    }

    /** Locks the administrators first: of two who remove each other, the second finds the first one gone. */
    private static void requireAnotherAdministrator(Database.Statements statements, UserId id) {
        var administrators = statements.all(
                "select id from app_user where admin and enabled order by id for no key update",
                row -> new UserId(row.getObject("id", UUID.class)));
        if (administrators.equals(List.of(id))) {
            throw new Failure.Conflict(
                    "last_administrator", "This is the last administrator: make somebody else one first.");
        }
    }

    private static void requireGood(String password, String... names) {
        objection(password, names).ifPresent(objection -> {
            throw new Failure.Invalid("invalid_password", objection);
        });
    }

    /**
     * What is wrong with a password that somebody wants to have from now on, without repeating it; those that people have
     * already are theirs.
     */
    private static Optional<String> objection(String password, String... names) {
        if (password.length() < SHORTEST_PASSWORD || password.length() > Passwords.LONGEST) {
            return Optional.of("A password has " + SHORTEST_PASSWORD + " to " + Passwords.LONGEST + " characters.");
        }
        return CommonPasswords.isAmong(password, names)
                ? Optional.of("This password is among the first that somebody would guess: a common one, or made of the"
                        + " user's name or DocChat's. Choose another one, such as three or four words that have nothing"
                        + " to do with each other.")
                : Optional.empty();
    }

    private static String requireGoodName(String displayName) {
        var name = displayName.replaceAll("\\p{Cntrl}", "").strip();
        if (name.isEmpty() || name.length() > 200) {
            throw new Failure.Invalid("invalid_display_name", "A display name has 1 to 200 characters.");
        }
        return name;
    }

    private static User user(ResultSet row) throws SQLException {
        return new User(
                new UserId(row.getObject("id", UUID.class)),
                row.getString("username"),
                row.getString("display_name"),
                row.getBoolean("admin"),
                row.getBoolean("enabled"),
                row.getInt("token_generation"),
                Objects.requireNonNull(Database.instant(row, "created_at")));
    }

    private static String encode(String username) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(username.getBytes(StandardCharsets.UTF_8));
    }

    private static String decode(String cursor) {
        try {
            return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8).replace("\0", "");
        } catch (IllegalArgumentException e) {
            throw new Failure.Invalid("invalid_cursor", "The cursor is none that a list has answered.");
        }
    }
}
