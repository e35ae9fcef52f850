package org.docchat.web.platform;

import java.sql.SQLException;
import org.docchat.domain.Failure;
import org.jspecify.annotations.Nullable;

/** Tells what is the matter with the database itself from what is the matter with a statement. */
public final class DatabaseOutage {
    private static final String DISK_FULL = "53100";
    /** A standby that was not promoted yet. */
    private static final String READ_ONLY = "25006";

    /** Of two changes that waited for each other, the one that PostgreSQL took back. */
    private static final String DEADLOCK = "40P01";

    private DatabaseOutage() {}

    /**
     * A database that cannot be reached, is full, on its way down or up or took one of two changes back: the same may
     * work later.
     *
     * @param cause to be told with it
     * @return null if it is none of these
     */
    public static Failure.@Nullable Unavailable of(SQLException e, Throwable cause) {
        var state = e.getSQLState();
        if (DISK_FULL.equals(state)) {
            return new Failure.Unavailable(
                    "database_full",
                    "The database has no room left on its disk, so nothing was changed. Whoever operates it must make room;"
                            + " then try again.",
                    cause);
        }
        if (DEADLOCK.equals(state)) {
            return new Failure.Unavailable(
                    "database_conflict",
                    "Somebody changed the same at the same moment, so nothing was changed. Try again.",
                    cause);
        }
        // No state comes from the pool that found no connection, 08 from the connection, 53 and 57P from a server
        // without room or on its way down or up.
        boolean passes = state == null
                || state.startsWith("08")
                || state.startsWith("53")
                || state.startsWith("57P")
                || state.equals(READ_ONLY);
        return passes
                ? new Failure.Unavailable(
                        "database_unavailable", "The database does not answer. Try again in a moment.", cause)
                : null;
    }
}
