package org.docchat.web.platform;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.function.Function;
import javax.sql.DataSource;
import org.hibernate.SessionFactory;
import org.jspecify.annotations.Nullable;

/**
 * The copy of the database that DATABASE_READ_URL names, which searches rank on as long as it is not too far behind. How
 * far that is, is measured by this node's clock and both servers' places in the write-ahead log: since when the database
 * has had what the copy has not. So a copy that is cut off from the database falls behind, though it does not know.
 */
@ApplicationScoped
class Replica {
    private static final System.Logger LOG = System.getLogger(Replica.class.getName());
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final Duration PAUSE_AFTER_TROUBLE = Duration.ofSeconds(1);
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final String CLUSTER = "select system_identifier from pg_control_system()";
    private static final String WRITTEN = "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint";
    private static final String REPLAYED = "select pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint";
    /** An hour's; after a longer time apart, a copy that has caught up looks later than it is for a moment. */
    private static final int MOST_PLACES = 14_400;

    @Resource(lookup = "java:app/jdbc/docchat-replica")
    private DataSource pool;

    @Inject
    private Settings settings;

    @Inject
    private Metrics metrics;

    /** Which place in the log the database had reached when. */
    private record Place(long at, long written) {}

    private final Deque<Place> ahead = new ArrayDeque<>();
    private volatile @Nullable Long caughtUpAt;
    private volatile String trouble = "it was not asked yet";
    private boolean used = true;

    @SuppressWarnings("NullAway.Init")
    Replica() {}

    /**
     * What watches it until its thread is interrupted.
     *
     * @throws Settings.InvalidSetting if DATABASE_READ_URL names none
     */
    Runnable watch() {
        var database = new ConfiguredDataSource();
        var copy = new ReplicaDataSource();
        return () -> watch(database, copy);
    }

    private void watch(ConfiguredDataSource database, ConfiguredDataSource copy) {
        try {
            while (true) {
                try (var written = database.probe();
                        var replayed = copy.probe()) {
                    written.setNetworkTimeout(Runnable::run, (int) LIMIT.toMillis());
                    replayed.setNetworkTimeout(Runnable::run, (int) LIMIT.toMillis());
                    if (number(written, CLUSTER) != number(replayed, CLUSTER)) {
                        throw new SQLException("what DATABASE_READ_URL names is a copy of another database");
                    }
                    while (true) {
                        look(written, replayed);
                        trouble = "";
                        tell();
                        Thread.sleep(PAUSE.toMillis());
                    }
                } catch (SQLException e) {
                    trouble = String.valueOf(e.getMessage());
                    tell();
                }
                Thread.sleep(PAUSE_AFTER_TROUBLE.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(Connection database, Connection copy) throws SQLException {
        long now = System.nanoTime();
        ahead.addLast(new Place(now, number(database, WRITTEN)));
        if (ahead.size() > MOST_PLACES) {
            ahead.removeLast();
        }
        long replayed = number(copy, REPLAYED);
        while (!ahead.isEmpty() && ahead.getFirst().written() <= replayed) {
            caughtUpAt = ahead.removeFirst().at();
        }
    }

    private static long number(Connection connection, String query) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            long number = row.getLong(1);
            if (row.wasNull()) {
                throw new SQLException("what DATABASE_READ_URL names follows no other server: it is no replica");
            }
            return number;
        }
    }

    private void tell() {
        metrics.replica(staleness());
        boolean now = isUsed();
        if (now != used) {
            used = now;
            LOG.log(
                    now ? Level.INFO : Level.WARNING,
                    "searches rank on the {0}; the replica: {1}",
                    now ? "replica" : "database",
                    state());
        }
    }

    /** How far it is behind, or what is the matter with it. */
    String state() {
        var behind = staleness();
        return trouble.isEmpty() && behind != null
                ? String.format(Locale.ROOT, "%.1f s behind", behind.toMillis() / 1_000.0)
                : trouble;
    }

    /** How far it is behind at most; null if it was never seen. */
    private @Nullable Duration staleness() {
        var at = caughtUpAt;
        return at == null ? null : Duration.ofNanos(System.nanoTime() - at);
    }

    /** Whether searches go to it. */
    boolean isUsed() {
        var most = settings.replicaStaleness();
        var behind = staleness();
        return most != null && behind != null && behind.compareTo(most) <= 0;
    }

    /**
     * Runs work that only looks, in a transaction of the replica's own: what fails here leaves the one that is running, if
     * there is one, as it is.
     *
     * @throws SQLException or PersistenceException if the replica fails
     */
    @Transactional(Transactional.TxType.NOT_SUPPORTED)
    <T> T run(SessionFactory sessions, Function<EntityManager, T> work) throws SQLException {
        try (var connection = pool.getConnection();
                var session = sessions.withOptions().connection(connection).openSession()) {
            connection.setAutoCommit(false);
            try {
                return work.apply(session);
            } finally {
                connection.rollback();
            }
        }
    }
}
