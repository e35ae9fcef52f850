package org.docchat;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.docchat.domain.Caller;
import org.docchat.domain.Transactions;

/**
 * Transactions that ask PostgreSQL what each of them read of some tables. Rows and whole tables say the same on every
 * machine, which milliseconds do not.
 */
final class CountedReads implements Transactions<EntityManager> {
    private final Transactions<EntityManager> transactions;
    private final String tables;
    private final List<Read> reads = new ArrayList<>();

    /**
     * What one transaction read.
     *
     * @param wholeTables how often a table was read from its beginning to its end
     * @param rows all that were looked at
     */
    record Read(long wholeTables, long rows) {}

    CountedReads(Transactions<EntityManager> transactions, String... tables) {
        this.transactions = transactions;
        this.tables = List.of(tables).stream().collect(Collectors.joining("', '", "'", "'"));
    }

    Read last() {
        return reads.get(reads.size() - 1);
    }

    @Override
    public <T> T as(Caller caller, Function<EntityManager, T> work) {
        return transactions.as(caller, session -> counted(session, work));
    }

    @Override
    public <T> T asWorker(Function<EntityManager, T> work) {
        return transactions.asWorker(session -> counted(session, work));
    }

    private <T> T counted(EntityManager session, Function<EntityManager, T> work) {
        var before = soFar(session);
        var result = work.apply(session);
        var after = soFar(session);
        reads.add(new Read(after.wholeTables - before.wholeTables, after.rows - before.rows));
        return result;
    }

    /** What the connection has not yet handed to the statistics; within a transaction it only grows. */
    private Read soFar(EntityManager session) {
        var read = (Tuple) session.createNativeQuery(
                        "select sum(seq_scan) as seq_scan, sum(seq_tup_read + idx_tup_fetch) as rows"
                                + " from pg_stat_xact_user_tables where relname in (" + tables + ")",
                        Tuple.class)
                .getSingleResult();
        return new Read(
                read.get("seq_scan", Number.class).longValue(),
                read.get("rows", Number.class).longValue());
    }
}
