package org.docchat.web.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.docchat.domain.Caller;
import org.docchat.domain.Failure;
import org.docchat.domain.Slice;
import org.docchat.web.openid.Identity;
import org.docchat.web.openid.OpenIdConnect;
import org.jspecify.annotations.Nullable;

/**
 * Who is signed in by which browser. A session ends on all nodes within five seconds of losing its row: by signing out,
 * by its user's wish from elsewhere, with a new password, or with the user.
 */
@ApplicationScoped
public class Sessions {
    /** However busy a session is, after this time a password is asked for again. */
    static final Duration LONGEST = Duration.ofHours(12);

    /** After this long without a request, too; a minute more than the server's own limit, which comes first. */
    static final String NOT_IDLE = "seen_at > now() - interval '61 minutes'";

    private static final long REMEMBERED_NANOS = Duration.ofSeconds(5).toNanos();
    private static final int MOST_REMEMBERED = 10_000;
    private static final int LONGEST_AGENT = 300;

    private final ConcurrentHashMap<UUID, Remembered> remembered = new ConcurrentHashMap<>();

    @Inject
    Database database;

    private record Remembered(boolean open, long since) {}

    /**
     * A browser that is signed in.
     *
     * @param seenAt to about a minute
     * @param address of the network that it signed in from
     * @param agent what the browser calls itself
     */
    public record Session(UUID id, Instant createdAt, Instant seenAt, String address, String agent) {}

    /**
     * Begins a session and sweeps those that have lasted their time.
     *
     * @param secret what the browser keeps, so that any node takes the session up
     * @param identity how the identity provider vouches; its session ends this one; null: by password
     */
    SignedInSession begin(
            Users.User user,
            String address,
            String agent,
            String secret,
            String csrfToken,
            @Nullable Identity identity) {
        var session = new SignedInSession(
                UUID.randomUUID(),
                user.id().toString(),
                csrfToken,
                Instant.now(),
                identity == null ? null : identity.token());
        database.update(
                "with swept as (delete from session where created_at < now() - ? * interval '1 second')"
                        + " insert into session (id, user_id, address, agent, provider_session, secret_hash, csrf_token,"
                        + " id_token) values (?, ?, ?, ?, ?, ?, ?, ?)",
                LONGEST.toSeconds(),
                session.id(),
                user.id().value(),
                address,
                agent.substring(0, Math.min(agent.length(), LONGEST_AGENT)),
                identity == null ? null : identity.session(),
                Secrets.sha256(secret),
                csrfToken,
                session.idToken());
        return session;
    }

    /** The session that goes on with a secret, whichever node it began on. */
    Optional<SignedInSession> find(String secret) {
        return database.first(
                "select id, user_id, csrf_token, created_at, id_token from session where secret_hash = ? and "
                        + NOT_IDLE + " and created_at > now() - ? * interval '1 second'",
                row -> new SignedInSession(
                        row.getObject("id", UUID.class),
                        row.getObject("user_id", UUID.class).toString(),
                        row.getString("csrf_token"),
                        Objects.requireNonNull(Database.instant(row, "created_at")),
                        row.getString("id_token")),
                Secrets.sha256(secret),
                LONGEST.toSeconds());
    }

    /** Whether a session goes on, as of at most five seconds ago. */
    boolean isOpen(UUID id) {
        long now = System.nanoTime();
        var known = remembered.get(id);
        if (known != null && now - known.since() < REMEMBERED_NANOS) {
            return known.open();
        }
        var idle = database.first(
                "select seen_at < now() - interval '1 minute' from session where id = ?"
                        + " and created_at > now() - ? * interval '1 second'",
                row -> row.getBoolean(1),
                id,
                LONGEST.toSeconds());
        if (idle.orElse(false)) {
            database.update("update session set seen_at = now() where id = ?", id);
        }
        if (remembered.size() >= MOST_REMEMBERED) {
            remembered.clear();
        }
        remembered.put(id, new Remembered(idle.isPresent(), now));
        return idle.isPresent();
    }

    /** A session and whose it is. */
    public record Owned(String username, String displayName, Session session) {}

    /**
     * Everybody's sessions, the one last used first; for administrators.
     *
     * @param username only this user's; empty: everybody's
     */
    public Slice<Owned> everybodys(String username, Slice.Request request) {
        var before = request.after(keys -> List.of(Slice.time(keys.get(0)), UUID.fromString(keys.get(1))));
        var sessions = database.all(
                """
                select s.*, u.username, u.display_name from session s join app_user u on u.id = s.user_id
                 where %s and (? = '' or u.username = ?) and (s.seen_at, s.id) < (cast(? as timestamptz), ?)
                 order by s.seen_at desc, s.id desc limit ?
                """.formatted(NOT_IDLE),
                row -> new Owned(row.getString("username"), row.getString("display_name"), session(row)),
                Users.folded(username),
                Users.folded(username),
                before == null ? "infinity" : before.get(0).toString(),
                before == null ? new UUID(-1, -1) : before.get(1),
                request.limit() + 1);
        return Slice.of(
                sessions,
                request,
                owned -> List.of(owned.session().seenAt(), owned.session().id()));
    }

    /**
     * Ends anybody's session, an administrator's act; tokens and keys stay.
     *
     * @throws Failure.NotFound if it is over already
     */
    public void endAnybodys(Caller by, UUID id) {
        boolean ended = database.by(by, statements -> statements
                .first(
                        "with ended as (delete from session where id = ? returning user_id, address)"
                                + " select audit_act('user.sign-out', '{}', e.user_id, u.username || ', one session from '"
                                + " || e.address) from ended e join app_user u on u.id = e.user_id",
                        row -> true,
                        id)
                .isPresent());
        remembered.remove(id);
        if (!ended) {
            throw new Failure.NotFound("session");
        }
    }

    /** The caller's sessions, the one last used first; those that nobody used for an hour are over. */
    public List<Session> sessions(Caller caller) {
        return database.all(
                "select * from session where user_id = ? and " + NOT_IDLE + " order by seen_at desc, id",
                Sessions::session,
                caller.id().value());
    }

    private static Session session(ResultSet row) throws SQLException {
        return new Session(
                row.getObject("id", UUID.class),
                Objects.requireNonNull(Database.instant(row, "created_at")),
                Objects.requireNonNull(Database.instant(row, "seen_at")),
                row.getString("address"),
                row.getString("agent"));
    }

    /**
     * Ends one of the caller's sessions.
     *
     * @throws Failure.NotFound if the caller has no such session
     */
    public void end(Caller caller, UUID id) {
        int ended = database.update(
                "delete from session where id = ? and user_id = ?",
                id,
                caller.id().value());
        remembered.remove(id);
        if (ended == 0) {
            throw new Failure.NotFound("session");
        }
    }

    /** Ends the sessions that the identity provider says are over. */
    void endAtProvider(OpenIdConnect.Ended ended) {
        database.all(
                        "delete from session s using identity i where i.user_id = s.user_id and i.issuer = ?"
                                + " and (i.subject = ? or ?) and (s.provider_session = ? or ?) returning s.id",
                        row -> row.getObject("id", UUID.class),
                        ended.issuer(),
                        ended.subject(),
                        ended.subject() == null,
                        ended.session(),
                        ended.session() == null)
                .forEach(remembered::remove);
    }

    /** Ends a session that is signed out. */
    void end(UUID id) {
        database.update("delete from session where id = ?", id);
        remembered.remove(id);
    }
}
