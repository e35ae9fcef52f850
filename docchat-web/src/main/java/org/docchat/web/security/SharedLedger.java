package org.docchat.web.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import org.docchat.domain.Failure;

/** The ledger that all nodes of one database have in common; {@code 020-limits.sql}. Times are the database's. */
@ApplicationScoped
public class SharedLedger implements Ledger {
    private static final System.Logger LOG = System.getLogger(SharedLedger.class.getName());

    @Inject
    Database database;

    @Override
    public Entry use(String name, long amount, Duration window) {
        return database.first(
                        """
                        insert into used as u (name, amount, ends_at) values (?, ?, now() + ? * interval '1 second')
                        on conflict (name) do update
                           set amount = case when u.ends_at > now() then u.amount else 0 end + excluded.amount,
                               ends_at = case when u.ends_at > now() then u.ends_at else excluded.ends_at end
                        returning amount, extract(epoch from ends_at - now())::float8 as seconds
                        """,
                        row -> new Entry(
                                row.getLong("amount"), Duration.ofMillis((long) (1_000 * row.getDouble("seconds")))),
                        Secrets.sha256(name),
                        amount,
                        window.toSeconds())
                .orElseThrow();
    }

    @Override
    public void forget(String name) {
        database.update("delete from used where name = ?", Secrets.sha256(name));
    }

    /** Deletes what no longer counts. To be called every minute. */
    public void sweep() {
        try {
            database.update("delete from used where ends_at <= now()");
        } catch (Failure.Unavailable e) {
            // The next minute tries again.
            LOG.log(System.Logger.Level.DEBUG, "what was used up is not swept", e);
        }
    }
}
