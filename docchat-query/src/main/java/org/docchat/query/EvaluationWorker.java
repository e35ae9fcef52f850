package org.docchat.query;

import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.docchat.domain.Answer;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Failure;
import org.docchat.domain.PassageId;
import org.docchat.domain.Transactions;
import org.docchat.domain.UserId;
import org.docchat.query.Evaluations.Question;
import org.docchat.query.Librarian.Composed;
import org.docchat.query.Librarian.Found;
import org.jspecify.annotations.Nullable;

/**
 * Asks the questions of evaluations, one at a time, with the rights of whoever began them. A question is leased, in
 * database time, and what came of it is stored under that lease: after a crash the one in flight is asked again.
 */
public final class EvaluationWorker implements Runnable {
    private static final Logger LOG = Logger.getLogger(EvaluationWorker.class.getName());
    private static final long IDLE_MILLIS = 1_000;
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    private static final int LEASE_SECONDS = 30;
    private static final int MOST_ATTEMPTS = 3;

    /** By ordinal first: a short run that came later need not wait for all of a long one. */
    private static final String LEASE = """
            with next as (
                select evaluation_id, ordinal from evaluation_question
                 where done_at is null and (leased_until is null or leased_until < now())
                 order by ordinal, evaluation_id limit 1 for update skip locked)
            update evaluation_question q
               set leased_by = :self, leased_until = now() + make_interval(secs => :seconds), attempts = attempts + 1
              from next join evaluation e on e.id = next.evaluation_id
             where q.evaluation_id = next.evaluation_id and q.ordinal = next.ordinal
            returning q.evaluation_id, q.ordinal, q.attempts, e.collection_id, e.user_id
            """;

    private final Transactions<EntityManager> transactions;
    private final Librarian librarian;
    private final ScheduledExecutorService clock;
    private final UUID self = UUID.randomUUID();

    /** @param clock keeps the lease alive while an answer is written */
    public EvaluationWorker(
            Transactions<EntityManager> transactions, Librarian librarian, ScheduledExecutorService clock) {
        this.transactions = transactions;
        this.librarian = librarian;
        this.clock = clock;
    }

    /** Works until the thread is interrupted. */
    @Override
    public void run() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                var job = lease();
                if (job.isPresent()) {
                    work(job.get());
                } else {
                    Thread.sleep(IDLE_MILLIS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "questions of evaluations could not be read; trying again", e);
                pause();
            }
        }
    }

    private record Job(EvaluationQuestionRow.Key key, int attempts, CollectionId collection, Caller owner) {
        @Override
        public String toString() {
            return "question " + (key.ordinal + 1) + " of evaluation " + key.evaluationId;
        }
    }

    private Optional<Job> lease() {
        return transactions.asWorker(session -> Rows.of(session.createNativeQuery(LEASE, Tuple.class)
                        .setParameter("self", self)
                        .setParameter("seconds", LEASE_SECONDS))
                .stream()
                .map(row -> new Job(
                        new EvaluationQuestionRow.Key(
                                row.get("evaluation_id", UUID.class), row.get("ordinal", Integer.class)),
                        row.get("attempts", Integer.class),
                        new CollectionId(row.get("collection_id", UUID.class)),
                        new Caller(new UserId(row.get("user_id", UUID.class)), "evaluation", false)))
                .findFirst());
    }

    private void work(Job job) throws InterruptedException {
        if (job.attempts > MOST_ATTEMPTS) {
            // It took the whole process with it, each time.
            close(job, "It was asked " + MOST_ATTEMPTS + " times and never came to an end.");
            return;
        }
        var heartbeat = clock.scheduleAtFixedRate(
                () -> renew(job), HEARTBEAT.toMillis(), HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
        try {
            examine(job);
        } catch (CancellationException e) {
            // The database would not talk to an interrupted thread.
            Thread.interrupted();
            release(job);
            throw new InterruptedException();
        } catch (Failure.Unavailable e) {
            LOG.log(Level.INFO, "{0} has to wait: {1}", new Object[] {job, e.getMessage()});
            postpone(job, "greatest(attempts - 1, 0)");
        } catch (Failure e) {
            close(job, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            if (Thread.interrupted()) {
                release(job);
                throw new InterruptedException();
            }
            LOG.log(Level.WARNING, "attempt " + job.attempts + " at " + job + " failed", e);
            if (job.attempts < MOST_ATTEMPTS) {
                postpone(job, "attempts");
            } else {
                close(job, "It failed " + MOST_ATTEMPTS + " times; the reason is in the server's log.");
            }
        } finally {
            heartbeat.cancel(false);
        }
    }

    private void examine(Job job) {
        // The model that the run began with, whatever the collection has changed to.
        var model = new String[1];
        var question = transactions.as(job.owner, session -> {
            if (!isEnabled(session, job.owner)) {
                throw new Failure.Forbidden("The account that began this evaluation has been disabled.");
            }
            var row = session.find(EvaluationQuestionRow.class, job.key);
            if (row == null) {
                throw new Failure.NotFound("collection");
            }
            model[0] = session.find(EvaluationRow.class, job.key.evaluationId).embeddingModel;
            return row.toQuestion();
        });
        var worker = Thread.currentThread();
        var composed = librarian.compose(
                job.owner,
                new Librarian.Search(
                        question.text(),
                        List.of(job.collection),
                        Fusion.CANDIDATES,
                        Librarian.Mode.HYBRID,
                        Librarian.Filter.NONE,
                        model[0],
                        true),
                worker::isInterrupted);
        if (composed.outage() != null) {
            // Half a search would be measured. Later.
            throw composed.outage();
        }
        transactions.as(job.owner, session -> store(session, job, question, composed));
    }

    private boolean store(EntityManager session, Job job, Question question, Composed composed) {
        var row = session.find(EvaluationQuestionRow.class, job.key, LockModeType.PESSIMISTIC_WRITE);
        if (row == null || !self.equals(row.leasedBy) || row.doneAt != null) {
            LOG.log(Level.INFO, "{0} was deleted, or is another worker''s now", job);
            return false;
        }
        var passages = composed.ranking().stream().map(Found::passage).toList();
        var known = new HashMap<PassageId, List<Integer>>();
        // Before the row is changed: of one that is changed twice PostgreSQL looks for the evaluation, and whoever
        // deletes
        // that holds it while waiting for the row.
        var problem =
                problem(session, job.collection, question, composed.draft().notice());
        row.ranks = Expectations.ranks(
                question.expected(),
                passages,
                passage -> known.computeIfAbsent(passage.id(), id -> Pages.of(session, passage)));
        row.answered = composed.answer() instanceof Answer.Cited;
        row.evidence = composed.answer().evidence();
        if (composed.answer() instanceof Answer.Cited cited
                && !question.expected().isEmpty()) {
            row.expectedCited = Expectations.isCited(question.expected(), cited.citations());
        }
        row.problem = problem;
        row.leasedBy = null;
        row.leasedUntil = null;
        row.doneAt = Instant.now();
        return true;
    }

    /** What makes a result doubtful; null where nothing does. */
    private static @Nullable String problem(
            EntityManager session, CollectionId collection, Question question, @Nullable String notice) {
        var problems = new ArrayList<String>();
        for (var document : question.expected().stream()
                .map(Evaluations.Expected::document)
                .distinct()
                .toList()) {
            var found = session.createNativeQuery(
                            "select id from document where collection_id = :collection and name = :name", UUID.class)
                    .setParameter("collection", collection.value())
                    .setParameter("name", document)
                    .getResultList();
            if (found.isEmpty()) {
                problems.add("There is no document “" + document + "” in this collection.");
            }
        }
        if (notice != null) {
            problems.add(notice);
        }
        return problems.isEmpty() ? null : String.join(" ", problems);
    }

    /** Nothing of an evaluation may go on in the name of somebody who may not sign in. */
    private static boolean isEnabled(EntityManager session, Caller owner) {
        return !session.createNativeQuery("select id from app_user where id = :id and enabled", UUID.class)
                .setParameter("id", owner.id().value())
                .getResultList()
                .isEmpty();
    }

    /** A heartbeat that fails once must not be the last. */
    private void renew(Job job) {
        try {
            update(job, "leased_until = now() + make_interval(secs => " + LEASE_SECONDS + ")", Map.of());
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "the lease of " + job + " could not be renewed", e);
        }
    }

    /** Gives the question back as it was: the worker stops, the question is not at fault. */
    private void release(Job job) {
        update(job, "leased_by = null, leased_until = null, attempts = greatest(attempts - 1, 0)", Map.of());
    }

    private void postpone(Job job, String attempts) {
        update(job, "leased_by = null, leased_until = now() + interval '5 seconds', attempts = " + attempts, Map.of());
    }

    /** Done without a result. */
    private void close(Job job, String problem) {
        update(
                job,
                "leased_by = null, leased_until = null, done_at = clock_timestamp(), problem = :problem",
                Map.of("problem", problem));
    }

    private void update(Job job, String assignments, Map<String, Object> parameters) {
        transactions.asWorker(session -> {
            var update = session.createNativeQuery("update evaluation_question set " + assignments
                            + " where evaluation_id = :evaluation and ordinal = :ordinal and leased_by = :self")
                    .setParameter("evaluation", job.key.evaluationId)
                    .setParameter("ordinal", job.key.ordinal)
                    .setParameter("self", self);
            parameters.forEach(update::setParameter);
            return update.executeUpdate();
        });
    }

    private static void pause() {
        try {
            Thread.sleep(IDLE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
