package org.docchat.web.platform;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.persistence.PersistenceException;
import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.HeuristicRollbackException;
import jakarta.transaction.NotSupportedException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.SystemException;
import jakarta.transaction.UserTransaction;
import java.sql.SQLException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Failure;
import org.docchat.domain.Scope;
import org.docchat.domain.Transactions;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;

/**
 * Transactions of the server. Each begins by giving up the connection owner's rights for those of an identity that
 * cannot bypass row-level security; its settings end with the transaction, so nothing leaks through the pool.
 */
@ApplicationScoped
public class JtaTransactions implements Transactions<EntityManager> {
    private static final System.Logger LOG = System.getLogger(JtaTransactions.class.getName());

    @PersistenceContext(unitName = "docchat")
    private EntityManager session;

    @Inject
    private UserTransaction transaction;

    @Inject
    private Metrics metrics;

    @Inject
    private Spans spans;

    @Inject
    private Settings settings;

    @Inject
    private Replica replica;

    @SuppressWarnings("NullAway.Init")
    JtaTransactions() {}

    @Override
    public <T> T as(Caller caller, Function<EntityManager, T> work) {
        return Overtaken.again(() -> run(caller, work));
    }

    @Override
    public <T> T asWorker(Function<EntityManager, T> work) {
        return Overtaken.again(() -> run(null, work));
    }

    @Override
    public <T> T onReplica(EntityManager session, Caller caller, Function<EntityManager, T> work) {
        if (replica.isUsed()) {
            try {
                var done = replica.run(session.unwrap(Session.class).getSessionFactory(), copy -> {
                    spans.follow(copy);
                    become(copy, caller, false);
                    return work.apply(copy);
                });
                metrics.ranked("replica");
                return done;
            } catch (SQLException | PersistenceException e) {
                // It went away, or has just removed what was looked at: the database knows.
                LOG.log(System.Logger.Level.DEBUG, "the replica did not rank", e);
            }
        }
        metrics.ranked("database");
        return work.apply(session);
    }

    private <T> T run(@Nullable Caller caller, Function<EntityManager, T> work) {
        try (var measured = metrics.transaction()) {
            transaction.begin();
            boolean done = false;
            try {
                spans.follow(session);
                become(session, caller, settings.auditQuestions());
                measured.connected();
                var result = work.apply(session);
                // What is only checked at the end is checked now: of a failed commit the server does not tell the
                // cause.
                session.flush();
                session.createNativeQuery("set constraints all immediate").executeUpdate();
                done = true;
                transaction.commit();
                return result;
            } finally {
                if (!done && transaction.getStatus() != Status.STATUS_NO_TRANSACTION) {
                    transaction.rollback();
                }
            }
        } catch (NotSupportedException e) {
            throw new IllegalStateException("a transaction inside a transaction", e);
        } catch (SystemException e) {
            metrics.databaseFailed();
            // Every check has passed, so it is the connection that broke under a commit or a rollback.
            throw new Failure.Unavailable(
                    "database_unavailable",
                    "The database went away before it confirmed. See whether the change was made, and try again.",
                    e);
        } catch (RollbackException | HeuristicMixedException | HeuristicRollbackException e) {
            throw translated(new IllegalStateException("the transaction was not committed", e));
        } catch (RuntimeException e) {
            throw translated(e);
        }
    }

    /**
     * Takes the rights of an identity until the transaction ends. Statements here take milliseconds: PostgreSQL's compiler,
     * which takes a second for the longest where it expects much work, is left out.
     *
     * @param caller null: what runs in the background
     * @param auditQuestions whether the audit trail gets the questions' words
     */
    static void become(EntityManager session, @Nullable Caller caller, boolean auditQuestions) {
        var scope = caller == null ? Scope.ALL : caller.scope();
        var collections = scope.collections();
        session.createNativeQuery("""
                        select set_config('role', :role, true), set_config('docchat.caller', :caller, true),
                               set_config('docchat.collections', :collections, true),
                               set_config('docchat.access', :access, true),
                               set_config('docchat.audit_questions', :audit_questions, true),
                               set_config('jit', 'off', true)
                        """)
                .setParameter("role", caller == null ? "docchat_worker" : "docchat_app")
                .setParameter("caller", caller == null ? "" : caller.id().toString())
                .setParameter(
                        "collections",
                        collections == null
                                ? ""
                                : collections.stream()
                                        .map(CollectionId::toString)
                                        .collect(Collectors.joining(",", "{", "}")))
                .setParameter("audit_questions", Boolean.toString(auditQuestions))
                .setParameter("access", scope.access() == Scope.Access.READ ? "read" : "write")
                .getSingleResult();
    }

    private RuntimeException translated(RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Failure) {
                return failure;
            }
            if (cause instanceof SQLException sql) {
                var outage = DatabaseOutage.of(sql, failure);
                if (outage != null) {
                    metrics.databaseFailed();
                    return outage;
                }
            }
        }
        return failure;
    }
}
