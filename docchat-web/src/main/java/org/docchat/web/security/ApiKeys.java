package org.docchat.web.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Failure;
import org.docchat.domain.Scope;
import org.docchat.domain.Slice;
import org.docchat.domain.UserId;
import org.jspecify.annotations.Nullable;

/**
 * The keys by which programs act for a user: {@code dck_}, a prefix that finds the key and a secret of which only a
 * hash is kept. A key may be limited to some collections and to reading; {@code 009-keys.sql} enforces that.
 */
@ApplicationScoped
public class ApiKeys {
    private static final Pattern SHAPE = Pattern.compile("dck_([0-9a-f]{12})_[A-Za-z0-9_-]{43}");
    private static final int MOST_PER_USER = 100;
    private static final int MOST_COLLECTIONS = 200;

    @Inject
    Database database;

    @Inject
    Users users;

    /**
     * A key without its secret.
     *
     * @param scope what of the user's rights it has
     * @param expiresAt null: never
     * @param lastUsedAt to about a minute; null: never
     */
    public record ApiKey(
            UUID id,
            String name,
            String prefix,
            Scope scope,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant lastUsedAt) {}

    /** @param secret the whole key, to be shown once: it cannot be had again */
    public record Made(ApiKey key, String secret) {}

    /** Who a key acts for, and with what of their rights. */
    record Holder(Users.User user, Scope scope) {}

    /**
     * Makes a key.
     *
     * @param name for people, to tell their keys apart
     * @param expiresInDays null: it does not expire
     * @param scope what of the caller's rights it shall have
     * @throws Failure.NotFound if the scope names a collection that the caller cannot see
     */
    public Made make(Caller caller, String name, @Nullable Integer expiresInDays, Scope scope) {
        var shown = name.replaceAll("\\p{Cntrl}", "").strip();
        if (shown.isEmpty() || shown.length() > 100) {
            throw new Failure.Invalid("invalid_name", "A key's name has 1 to 100 characters.");
        }
        if (expiresInDays != null && (expiresInDays < 1 || expiresInDays > 3650)) {
            throw new Failure.Invalid("invalid_expiry", "A key expires in 1 to 3650 days, or never.");
        }
        var collections = scope.collections();
        if (collections != null && (collections.isEmpty() || collections.size() > MOST_COLLECTIONS)) {
            throw new Failure.Invalid(
                    "invalid_collections",
                    "A key is for all collections, or for 1 to " + MOST_COLLECTIONS + " that it names.");
        }
        if (keys(caller).size() >= MOST_PER_USER) {
            throw new Failure.Conflict(
                    "too_many_keys", "You have " + MOST_PER_USER + " keys: delete those that nobody uses.");
        }
        var prefix = HexFormat.of().formatHex(Secrets.bytes(6));
        var secret = "dck_" + prefix + "_" + Secrets.random(32);
        var ids = collections == null
                ? null
                : collections.stream().map(CollectionId::value).toArray(UUID[]::new);
        var key = database.by(caller, statements -> {
            if (ids != null
                    && !statements
                            .first(
                                    "select ?::uuid[] <@ collections_of_caller('VIEWER')",
                                    row -> row.getBoolean(1),
                                    (Object) ids)
                            .orElseThrow()) {
                throw new Failure.NotFound("collection");
            }
            return statements.first(
                    "insert into api_key (id, user_id, name, prefix, hash, collections, access, created_at, expires_at)"
                            + " values (?, ?, ?, ?, ?, ?::uuid[], ?, now(), now() + ? * interval '1 day') returning *",
                    ApiKeys::key,
                    UUID.randomUUID(),
                    caller.id().value(),
                    shown,
                    prefix,
                    Secrets.sha256(secret),
                    ids,
                    scope.access() == Scope.Access.READ ? "read" : "write",
                    expiresInDays);
        });
        return new Made(key.orElseThrow(), secret);
    }

    /** The caller's keys, newest first. */
    public List<ApiKey> keys(Caller caller) {
        return database.all(
                "select * from api_key where user_id = ? order by created_at desc, id",
                ApiKeys::key,
                caller.id().value());
    }

    /**
     * Makes one of the caller's keys worthless at once.
     *
     * @throws Failure.NotFound if the caller has no such key
     */
    public void delete(Caller caller, UUID id) {
        int deleted = database.by(
                caller,
                statements -> statements.update(
                        "delete from api_key where id = ? and user_id = ?",
                        id,
                        caller.id().value()));
        if (deleted == 0) {
            throw new Failure.NotFound("api_key");
        }
    }

    /** A key and whose it is. */
    public record Owned(String username, String displayName, ApiKey key) {}

    /**
     * Everybody's keys, the newest first; for administrators.
     *
     * @param username only this user's; empty: everybody's
     */
    public Slice<Owned> everybodys(String username, Slice.Request request) {
        var before = request.after(keys -> List.of(Slice.time(keys.get(0)), UUID.fromString(keys.get(1))));
        var keys = database.all(
                """
                select k.*, u.username, u.display_name from api_key k join app_user u on u.id = k.user_id
                 where (? = '' or u.username = ?) and (k.created_at, k.id) < (cast(? as timestamptz), ?)
                 order by k.created_at desc, k.id desc limit ?
                """,
                row -> new Owned(row.getString("username"), row.getString("display_name"), key(row)),
                Users.folded(username),
                Users.folded(username),
                before == null ? "infinity" : before.get(0).toString(),
                before == null ? new UUID(-1, -1) : before.get(1),
                request.limit() + 1);
        return Slice.of(
                keys,
                request,
                owned -> List.of(owned.key().createdAt(), owned.key().id()));
    }

    /**
     * Makes anybody's key worthless at once, an administrator's act.
     *
     * @throws Failure.NotFound if there is no such key
     */
    public void deleteAnybodys(Caller by, UUID id) {
        if (database.by(by, statements -> statements.update("delete from api_key where id = ?", id)) == 0) {
            throw new Failure.NotFound("api_key");
        }
    }

    /** Who a key acts for; nobody if it is unknown or expired. */
    Optional<Holder> holderOf(String secret) {
        record Known(ApiKey key, UserId user, byte[] hash) {}
        var shape = SHAPE.matcher(secret);
        if (!shape.matches()) {
            return Optional.empty();
        }
        var known = database.first(
                "select * from api_key where prefix = ? and (expires_at is null or expires_at > now())",
                row -> new Known(key(row), new UserId(row.getObject("user_id", UUID.class)), row.getBytes("hash")),
                shape.group(1));
        if (known.isEmpty() || !MessageDigest.isEqual(known.get().hash(), Secrets.sha256(secret))) {
            return Optional.empty();
        }
        var key = known.get().key();
        var used = key.lastUsedAt();
        if (used == null || used.isBefore(Instant.now().minusSeconds(60))) {
            database.update(
                    "update api_key set last_used_at = greatest(last_used_at, ?) where id = ?",
                    OffsetDateTime.now(ZoneOffset.UTC),
                    key.id());
        }
        return users.find(known.get().user()).filter(Users.User::enabled).map(user -> new Holder(user, key.scope()));
    }

    /** What tells a key that is known from others, without its secret. */
    static String prefix(String secret) {
        return secret.substring(4, 16);
    }

    private static ApiKey key(ResultSet row) throws SQLException {
        var collections = row.getArray("collections");
        return new ApiKey(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getString("prefix"),
                new Scope(
                        collections == null
                                ? null
                                : Arrays.stream((UUID[]) collections.getArray())
                                        .map(CollectionId::new)
                                        .collect(Collectors.toSet()),
                        row.getString("access").equals("read") ? Scope.Access.READ : Scope.Access.WRITE),
                Objects.requireNonNull(Database.instant(row, "created_at")),
                Database.instant(row, "expires_at"),
                Database.instant(row, "last_used_at"));
    }
}
