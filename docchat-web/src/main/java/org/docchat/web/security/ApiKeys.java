package org.docchat.web.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.docchat.domain.Caller;
import org.docchat.domain.Failure;
import org.docchat.domain.UserId;
import org.jspecify.annotations.Nullable;

/**
 * The keys by which programs act as a user: {@code dck_}, a prefix that finds the key and a secret of which only a
 * hash is kept.
 */
@ApplicationScoped
public class ApiKeys {
    private static final Pattern SHAPE = Pattern.compile("dck_([0-9a-f]{12})_[A-Za-z0-9_-]{43}");
    private static final int MOST_PER_USER = 100;

    @Inject
    Database database;

    @Inject
    Users users;

    /**
     * A key without its secret.
     *
     * @param expiresAt null: never
     * @param lastUsedAt to about a minute; null: never
     */
    public record ApiKey(
            UUID id,
            String name,
            String prefix,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant lastUsedAt) {}

    /** @param secret the whole key, to be shown once: it cannot be had again */
    public record Made(ApiKey key, String secret) {}

    /**
     * Makes a key.
     *
     * @param name for people, to tell their keys apart
     * @param expiresInDays null: it does not expire
     */
    public Made make(Caller caller, String name, @Nullable Integer expiresInDays) {
        var shown = name.replaceAll("\\p{Cntrl}", "").strip();
        if (shown.isEmpty() || shown.length() > 100) {
            throw new Failure.Invalid("invalid_name", "A key's name has 1 to 100 characters.");
        }
        if (expiresInDays != null && (expiresInDays < 1 || expiresInDays > 3650)) {
            throw new Failure.Invalid("invalid_expiry", "A key expires in 1 to 3650 days, or never.");
        }
        if (keys(caller).size() >= MOST_PER_USER) {
            throw new Failure.Conflict(
                    "too_many_keys", "You have " + MOST_PER_USER + " keys: delete those that nobody uses.");
        }
        var prefix = HexFormat.of().formatHex(Secrets.bytes(6));
        var secret = "dck_" + prefix + "_" + Secrets.random(32);
        var key = database.by(
                caller,
                statements -> statements.first(
                        "insert into api_key (id, user_id, name, prefix, hash, created_at, expires_at)"
                                + " values (?, ?, ?, ?, ?, now(), now() + ? * interval '1 day') returning *",
                        ApiKeys::key,
                        UUID.randomUUID(),
                        caller.id().value(),
                        shown,
                        prefix,
                        Secrets.sha256(secret),
                        expiresInDays));
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

    /** The user as whom a key acts; nobody if it is unknown or expired. */
    Optional<Users.User> userOf(String secret) {
        record Known(
                UUID id, UserId user, byte[] hash, @Nullable Instant used) {}
        var shape = SHAPE.matcher(secret);
        if (!shape.matches()) {
            return Optional.empty();
        }
        var known = database.first(
                "select * from api_key where prefix = ? and (expires_at is null or expires_at > now())",
                row -> new Known(
                        row.getObject("id", UUID.class),
                        new UserId(row.getObject("user_id", UUID.class)),
                        row.getBytes("hash"),
                        Database.instant(row, "last_used_at")),
                shape.group(1));
        if (known.isEmpty() || !MessageDigest.isEqual(known.get().hash(), Secrets.sha256(secret))) {
            return Optional.empty();
        }
        var used = known.get().used();
        if (used == null || used.isBefore(Instant.now().minusSeconds(60))) {
            database.update(
                    "update api_key set last_used_at = greatest(last_used_at, ?) where id = ?",
                    OffsetDateTime.now(ZoneOffset.UTC),
                    known.get().id());
        }
        return users.find(known.get().user()).filter(Users.User::enabled);
    }

    /** What tells a key that is known from others, without its secret. */
    static String prefix(String secret) {
        return secret.substring(4, 16);
    }

    private static ApiKey key(ResultSet row) throws SQLException {
        return new ApiKey(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getString("prefix"),
                Objects.requireNonNull(Database.instant(row, "created_at")),
                Database.instant(row, "expires_at"),
                Database.instant(row, "last_used_at"));
    }
}
