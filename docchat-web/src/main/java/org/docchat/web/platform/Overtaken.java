package org.docchat.web.platform;

import jakarta.persistence.OptimisticLockException;
import java.sql.SQLException;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What others do between two statements of a transaction: they end a right that was asked for before, or delete what is
 * about to be changed or referred to.
 */
public final class Overtaken {
    private static final System.Logger LOG = System.getLogger(Overtaken.class.getName());

    /** No longer allowed by row-level security, refers to what is gone, two that waited for each other. */
    private static final Set<String> STATES = Set.of("42501", "23503", "40P01");

    private Overtaken() {}

    /**
     * Runs a transaction, and once more if it was overtaken: it then succeeds, or finds out itself what is no longer so.
     *
     * @param transaction without effects outside of the database
     */
    public static <T> T again(Supplier<T> transaction) {
        try {
            return transaction.get();
        } catch (RuntimeException e) {
            if (!is(e)) {
                throw e;
            }
            LOG.log(System.Logger.Level.INFO, "overtaken by others: {0}", e.toString());
        }
        return transaction.get();
    }

    private static boolean is(RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof OptimisticLockException
                    || cause instanceof SQLException sql && STATES.contains(String.valueOf(sql.getSQLState()))) {
                return true;
            }
        }
        return false;
    }
}
