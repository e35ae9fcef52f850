package org.docchat.ingest;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.docchat.domain.Embedding;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Failure;
import org.docchat.domain.Transactions;
import org.docchat.ingest.Shelf.Waiting;
import org.hibernate.Session;

/**
 * Fills in the embeddings of models that a collection has beside the one that answers, in turns between documents. Like
 * a version, such a model is leased in database time, and each batch is stored under that lease.
 */
final class Filling {
    static final int MOST_ATTEMPTS = 5;

    private static final Logger LOG = Logger.getLogger(Filling.class.getName());
    /** Somebody's document waits no longer than this. */
    private static final Duration TURN = Duration.ofSeconds(2);

    /** To find out that a model does not answer takes seconds, in which documents wait: not for each collection anew. */
    private static final Duration REST = Duration.ofSeconds(10);

    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    private static final int BATCH = 32;
    private static final int LOOKED_UP = 512;

    private static final String LEASE = """
            with next as (
                select s.collection_id, s.model from standby s
                 where not s.complete and s.attempts < :most and s.not_before <= now()
                   and (s.leased_until is null or s.leased_until < now()) and s.model = any (cast(:known as text[]))
                   and not exists (select from pause p where p.collection_id = s.collection_id)
                 order by s.served_at nulls first limit 1 for update skip locked)
            update standby s
               set leased_by = :self, leased_until = now() + interval '30 seconds', attempts = attempts + 1,
                   served_at = clock_timestamp()
              from next where s.collection_id = next.collection_id and s.model = next.model
            returning s.collection_id, s.model
            """;

    private static final String MISSING = """
             from passage p join version v on v.document_id = p.document_id and v.number = p.version
            where p.collection_id = :collection and v.collection_id = :collection and v.state = 'indexed'
              and not exists (select from embedding e where e.passage_id = p.id and e.model = :model)
            """;

    private final Transactions<EntityManager> transactions;
    private final EmbeddingModels models;
    private final ScheduledExecutorService clock;
    private final UUID self = UUID.randomUUID();
    /** Until when a model is left alone, by its name, in {@link System#nanoTime}. */
    private final Map<String, Long> resting = new HashMap<>();

    Filling(Transactions<EntityManager> transactions, EmbeddingModels models, ScheduledExecutorService clock) {
        this.transactions = transactions;
        this.models = models;
        this.clock = clock;
    }

    private record Job(UUID collection, EmbeddingModel model) {
        @Override
        public String toString() {
            return model.name() + " in collection " + collection;
        }
    }

    /** Dropped, switched, or another worker's: whatever was computed is void. */
    private static final class LeaseLost extends RuntimeException {}

    /** Takes one turn; false if there was nothing to do. */
    boolean turn() throws InterruptedException {
        var leased = lease();
        if (leased.isEmpty()) {
            return false;
        }
        var job = leased.get();
        var heartbeat = clock.scheduleAtFixedRate(
                () -> renew(job), HEARTBEAT.toMillis(), HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
        try {
            fill(job);
        } catch (LeaseLost e) {
            LOG.log(Level.INFO, "{0} is not to be filled any more, or is another worker''s now", job);
        } catch (RuntimeException e) {
            if (Thread.interrupted()) {
                release(job, "attempts = greatest(attempts - 1, 0)");
                throw new InterruptedException();
            }
            LOG.log(Level.WARNING, "filling " + job + " failed", e);
            resting.put(job.model.name(), System.nanoTime() + REST.toNanos());
            postpone(job, e);
        } finally {
            heartbeat.cancel(false);
        }
        return true;
    }

    private Optional<Job> lease() {
        resting.values().removeIf(until -> until - System.nanoTime() < 0);
        var known = models.all().stream()
                .map(EmbeddingModel::name)
                .filter(name -> !resting.containsKey(name))
                .map(name -> '"' + name + '"')
                .toList();
        return transactions.asWorker(session -> Rows.of(session.createNativeQuery(LEASE, Tuple.class)
                        .setParameter("most", MOST_ATTEMPTS)
                        .setParameter("known", "{" + String.join(",", known) + "}")
                        .setParameter("self", self))
                .map(row -> new Job(row.get("collection_id", UUID.class), models.named(row.get("model", String.class))))
                .findFirst());
    }

    private void fill(Job job) throws InterruptedException {
        long end = System.nanoTime() + TURN.toNanos();
        while (System.nanoTime() < end) {
            var missing = missing(job);
            if (missing.isEmpty()) {
                complete(job);
                return;
            }
            for (int from = 0; from < missing.size() && System.nanoTime() < end; from += BATCH) {
                if (Thread.interrupted()) {
                    release(job, "attempts = greatest(attempts - 1, 0)");
                    throw new InterruptedException();
                }
                var batch = missing.subList(from, Math.min(from + BATCH, missing.size()));
                var embeddings = job.model.embedPassages(
                        batch.stream().map(Waiting::text).toList());
                store(job, batch, embeddings);
            }
        }
        release(job, "attempts = 0");
    }

    private List<Waiting> missing(Job job) {
        return transactions.asWorker(session -> Rows.of(session.createNativeQuery(
                                "select p.id, p.context, p.text" + MISSING + " limit :most", Tuple.class)
                        .setParameter("collection", job.collection)
                        .setParameter("model", job.model.name())
                        .setParameter("most", LOOKED_UP))
                .map(Waiting::of)
                .toList());
    }

    private void store(Job job, List<Waiting> passages, List<Embedding> embeddings) {
        if (passages.size() != embeddings.size()) {
            throw new IllegalStateException(
                    "the model answered " + embeddings.size() + " embeddings for " + passages.size() + " texts");
        }
        transactions.asWorker(session -> {
            requireLease(session, job);
            // The lock keeps versions from becoming searchable meanwhile; what is true of them now is true at the end.
            session.unwrap(Session.class).doWork(connection -> {
                try (var insert = connection.prepareStatement("""
                        insert into embedding (passage_id, model, collection_id, vector, bits, live)
                        select p.id, ?, p.collection_id, ?, cast(? as bit varying),
                               v.current_from is not null and v.current_to is null
                          from passage p join version v on v.document_id = p.document_id and v.number = p.version
                         where p.id = ? and v.state = 'indexed'
                        on conflict do nothing
                        """)) {
                    for (int i = 0; i < passages.size(); i++) {
                        insert.setString(1, job.model.name());
                        insert.setObject(2, embeddings.get(i).vector());
                        insert.setString(3, embeddings.get(i).signs());
                        insert.setLong(4, passages.get(i).passage());
                        insert.addBatch();
                    }
                    insert.executeBatch();
                }
            });
            return update(session, job, "attempts = 0, problem = null");
        });
    }

    private void complete(Job job) {
        transactions.asWorker(session -> {
            requireLease(session, job);
            // Anew, under the lock: a version may have become searchable since.
            var left = session.createNativeQuery("select p.id" + MISSING + " limit 1", Long.class)
                    .setParameter("collection", job.collection)
                    .setParameter("model", job.model.name())
                    .getResultList();
            return update(
                    session,
                    job,
                    "leased_by = null, leased_until = null, attempts = 0, problem = null, complete = "
                            + left.isEmpty());
        });
    }

    /** Tries again later, later each time, at last no more until somebody asks for it. */
    private void postpone(Job job, RuntimeException cause) {
        transactions.asWorker(session -> session.createNativeQuery("""
                        update standby set leased_by = null, leased_until = null, problem = :problem,
                               not_before = now() + make_interval(secs => pow(2, attempts) * (1 + random() / 2))
                         where collection_id = :collection and model = :model and leased_by = :self
                        """)
                .setParameter("problem", problem(cause))
                .setParameter("collection", job.collection)
                .setParameter("model", job.model.name())
                .setParameter("self", self)
                .executeUpdate());
    }

    private static String problem(RuntimeException cause) {
        return cause instanceof Failure
                ? String.valueOf(cause.getMessage())
                : "Computing the embeddings failed with " + cause.getClass().getSimpleName()
                        + ". If it does so again, tell your administrator.";
    }

    /** A heartbeat that fails once must not be the last. */
    private void renew(Job job) {
        try {
            transactions.asWorker(session -> update(session, job, "leased_until = now() + interval '30 seconds'"));
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "the lease of " + job + " could not be renewed", e);
        }
    }

    private void release(Job job, String attempts) {
        transactions.asWorker(session -> update(session, job, attempts + ", leased_by = null, leased_until = null"));
    }

    private int update(EntityManager session, Job job, String assignments) {
        return session.createNativeQuery("update standby set " + assignments
                        + " where collection_id = :collection and model = :model and leased_by = :self")
                .setParameter("collection", job.collection)
                .setParameter("model", job.model.name())
                .setParameter("self", self)
                .executeUpdate();
    }

    private void requireLease(EntityManager session, Job job) {
        if (session.createNativeQuery("""
                        select model from standby
                         where collection_id = :collection and model = :model and leased_by = :self for update
                        """, String.class)
                .setParameter("collection", job.collection)
                .setParameter("model", job.model.name())
                .setParameter("self", self)
                .getResultList()
                .isEmpty()) {
            throw new LeaseLost();
        }
    }
}
