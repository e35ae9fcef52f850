package org.docchat.web.platform;

import java.sql.SQLException;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.docchat.ingest.Bell;
import org.postgresql.PGConnection;

/**
 * Rings the bell when any node puts something into the queue. It listens on a connection of its own: one of the pool
 * could not be kept, and would be taken for a leak. While there is none, workers look by themselves.
 */
final class QueueListener implements Runnable {
    private static final Logger LOG = Logger.getLogger(QueueListener.class.getName());
    /** Also how long a stop may take. */
    private static final int WAIT_MILLIS = 1_000;

    private static final int RETRY_MILLIS = 5_000;

    private final DataSource unpooled;
    private final Bell bell;

    QueueListener(DataSource unpooled, Bell bell) {
        this.unpooled = unpooled;
        this.bell = bell;
    }

    /** Listens until the thread is interrupted. */
    @Override
    public void run() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                listen();
            } catch (SQLException e) {
                LOG.log(Level.INFO, "cannot listen for work, looking for it instead: {0}", e.getMessage());
                try {
                    Thread.sleep(RETRY_MILLIS);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    private void listen() throws SQLException {
        try (var connection = unpooled.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("listen docchat_queue");
            var notifications = connection.unwrap(PGConnection.class);
            while (!Thread.currentThread().isInterrupted()) {
                if (notifications.getNotifications(WAIT_MILLIS).length > 0) {
                    bell.ring();
                }
            }
        }
    }
}
