package org.docchat.web.platform;

import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Asks the database twice a second, on a connection of its own, whether it answers and takes changes. A network that
 * swallows everything says nothing, so without this each request would wait for it until its socket times out, and
 * after a failover the pool would keep the connections to the server that is not the primary any more.
 */
final class DatabaseWatch implements Runnable {
    private static final System.Logger LOG = System.getLogger(DatabaseWatch.class.getName());
    private static final Duration PAUSE = Duration.ofMillis(500);
    /** So that what is asked meanwhile is refused within five seconds. */
    private static final Duration LIMIT = Duration.ofSeconds(3);

    private final ConfiguredDataSource database;
    private @Nullable Connection connection;
    private boolean answered = true;

    DatabaseWatch(ConfiguredDataSource database) {
        this.database = database;
    }

    /** Watches until the thread is interrupted. */
    @Override
    public void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                look();
                Thread.sleep(PAUSE.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            hangUp();
        }
    }

    private void look() {
        long began = System.nanoTime();
        var trouble = ask();
        // Somebody may have ended this one connection: that is known at once, and tells nothing of the others.
        if (trouble != null && answered && System.nanoTime() - began < LIMIT.toNanos() / 2) {
            trouble = ask();
        }
        boolean answers = trouble == null;
        if (answers != answered) {
            answered = answers;
            ConfiguredDataSource.answers(answers);
            if (answers) {
                LOG.log(Level.INFO, "the database answers again");
            } else {
                LOG.log(Level.WARNING, "the database does not answer: {0}", trouble);
            }
        }
    }

    /** What is the matter; null: nothing. */
    private @Nullable String ask() {
        try {
            if (connection == null) {
                connection = database.probe();
                connection.setNetworkTimeout(Runnable::run, (int) LIMIT.toMillis());
            }
            try (var statement = connection.createStatement();
                    var row = statement.executeQuery("show transaction_read_only")) {
                row.next();
                if (row.getString(1).equals("off")) {
                    return null;
                }
            }
            // The next connection may find the primary, where DATABASE_URL names several servers.
            hangUp();
            return "it only lets read, as a server does that is not the primary";
        } catch (SQLException e) {
            hangUp();
            return String.valueOf(e.getMessage());
        }
    }

    private void hangUp() {
        if (connection != null) {
            try {
                // Closing would say good-bye, and wait where nobody listens.
                connection.abort(Runnable::run);
            } catch (SQLException e) {
                LOG.log(Level.DEBUG, "the connection could not be broken off", e);
            }
            connection = null;
        }
    }
}
