package org.docchat.ingest;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.UUID;
import org.docchat.domain.DocumentState.Problem;
import org.docchat.domain.Failure;
import org.docchat.domain.Language;
import org.docchat.domain.Transactions;
import org.jspecify.annotations.Nullable;

/**
 * The versions that are on their way, as a queue in the database: leased with {@code for update skip locked}, in
 * database time, because the clocks of nodes differ.
 */
final class Queue {
    /** The index version_hopeless knows this number, too. */
    private static final int MOST_ATTEMPTS = 5;

    private static final int LEASE_SECONDS = 30;

    /**
     * Collections take turns, so that ten thousand documents of one do not keep the only one of another waiting. The
     * recursion finds the collections with work by one look into the index for each, however much work they have.
     */
    private static final String LEASE = """
            with recursive busy(collection_id) as (
                (select collection_id from version where state in ('received', 'parsing', 'embedding')
                  order by collection_id limit 1)
                union all
                select (select v.collection_id from version v
                         where v.state in ('received', 'parsing', 'embedding') and v.collection_id > b.collection_id
                         order by v.collection_id limit 1)
                  from busy b where b.collection_id is not null),
            turn as materialized (
                select c.id from busy b join collection c on c.id = b.collection_id
                 where not exists (select from pause p where p.collection_id = c.id)
                 order by c.served_at nulls first),
            next as (
                select w.document_id, w.number
                  from turn t
                 cross join lateral (
                     select v.document_id, v.number from version v
                      where v.collection_id = t.id and v.state in ('received', 'parsing', 'embedding')
                        and v.not_before <= now() and (v.leased_until is null or v.leased_until < now())%s
                      order by v.due limit 1 for update skip locked) w
                 limit 1)
            update version v
               set leased_by = :self, leased_until = now() + make_interval(secs => :seconds), attempts = attempts + 1
              from next
             where v.document_id = next.document_id and v.number = next.number
            returning v.document_id, v.number, v.collection_id, v.content_id, v.media_type, v.attempts, v.state,
                      (select d.name from document d where d.id = v.document_id) as name,
                      (select c.language from collection c where c.id = v.collection_id) as language,
                      (select c.embedding_model from collection c where c.id = v.collection_id) as model
            """;

    /** For small ones of others that wait, a long one ends its turn early. */
    private static final int SMALL_BYTES = 256 * 1024;

    private static final String PROGRESS = """
            update version mine set state = :state, progress_step = :step, progress_done = :done, progress_total = :total
             where document_id = :document and number = :version and leased_by = :lease
            returning exists (select from pause p where p.collection_id = mine.collection_id)
                   or (:yields and exists (
                       select from version v
                        where v.state in ('received', 'parsing', 'embedding') and v.collection_id <> mine.collection_id
                          and v.size <= :small and v.not_before <= now()
                          and (v.leased_until is null or v.leased_until < now())%s
                          and not exists (select from pause p where p.collection_id = v.collection_id))) as over
            """;

    /** Pages are still to be recognized, which is another worker's share. */
    private static final String IS_SCANNED = "v.scanned and v.state <> 'embedding'";

    private final Transactions<EntityManager> transactions;
    private final String lease;
    private final String progress;
    private final UUID self = UUID.randomUUID();

    Queue(Transactions<EntityManager> transactions, Worker.Share share) {
        this.transactions = transactions;
        var mine =
                switch (share) {
                    case EVERYTHING -> "";
                    case TEXT -> " and not (" + IS_SCANNED + ")";
                    case SCANS -> " and " + IS_SCANNED;
                };
        this.lease = LEASE.formatted(mine);
        this.progress = PROGRESS.formatted(mine);
    }

    /**
     * A version to work on.
     *
     * @param model whose embeddings answer in its collection; null for the standard one's
     * @param hasText whether its passages are stored, so that only embeddings are missing
     */
    record Job(
            UUID lease,
            UUID document,
            int version,
            UUID collection,
            String name,
            UUID content,
            String mediaType,
            Language language,
            @Nullable String model,
            int attempts,
            boolean hasText) {

        VersionText text() {
            return new VersionText(document, version, collection);
        }

        @Override
        public String toString() {
            return "version " + version + " of document " + document;
        }
    }

    /** The version was deleted, or another worker has taken it over: whatever was computed is void. */
    static final class LeaseLost extends RuntimeException {
        LeaseLost(Job job) {
            super(job.toString());
        }
    }

    Optional<Job> lease() {
        return transactions.asWorker(session -> {
            giveUpHopeless(session);
            var job = Rows.of(session.createNativeQuery(lease, Tuple.class)
                            .setParameter("self", self)
                            .setParameter("seconds", LEASE_SECONDS))
                    .map(row -> new Job(
                            self,
                            row.get("document_id", UUID.class),
                            row.get("number", Integer.class),
                            row.get("collection_id", UUID.class),
                            row.get("name", String.class),
                            row.get("content_id", UUID.class),
                            row.get("media_type", String.class),
                            Language.parse(row.get("language", String.class)),
                            row.get("model", String.class),
                            row.get("attempts", Integer.class),
                            "embedding".equals(row.get("state"))))
                    .findFirst();
            // Not waited for: whoever deletes the collection waits for the version.
            job.ifPresent(leased -> session.createNativeQuery("""
                            update collection set served_at = clock_timestamp()
                             where id = (select id from collection where id = :id for no key update skip locked)
                            """)
                    .setParameter("id", leased.collection())
                    .executeUpdate());
            return job;
        });
    }

    /** What took a whole process with it several times is not tried for ever. */
    private static void giveUpHopeless(EntityManager session) {
        session.createNativeQuery("""
                        update version set state = 'failed', leased_by = null, leased_until = null,
                               problem_code = 'gave_up', problem_detail = :detail
                         where (document_id, number) in (
                               select document_id, number from version
                                where state in ('received', 'parsing', 'embedding') and attempts >= 5
                                  and (leased_until is null or leased_until < now())
                                  for update skip locked)
                        """)
                .setParameter(
                        "detail",
                        "Indexing was tried " + MOST_ATTEMPTS + " times and never came to an end. Try it again; if that"
                                + " does not help, tell your administrator.")
                .executeUpdate();
    }

    void renew(Job job) {
        transactions.asWorker(
                session -> update(session, job, "leased_until = now() + make_interval(secs => " + LEASE_SECONDS + ")"));
    }

    /**
     * Reports how far a step has come.
     *
     * @param yields whether its turn has been long enough to let small ones of other collections pass
     * @return whether its turn is over, because of these or because the collection is paused
     * @throws LeaseLost if there is nothing to report on any more
     */
    boolean progress(Job job, String state, String step, int done, int total, boolean yields) {
        return transactions.asWorker(session -> Rows.of(session.createNativeQuery(progress, Tuple.class)
                        .setParameter("state", state)
                        .setParameter("step", step)
                        .setParameter("done", done)
                        .setParameter("total", total)
                        .setParameter("yields", yields)
                        .setParameter("small", SMALL_BYTES)
                        .setParameter("document", job.document())
                        .setParameter("version", job.version())
                        .setParameter("lease", job.lease()))
                .map(row -> row.get("over", Boolean.class))
                .findFirst()
                .orElseThrow(() -> new LeaseLost(job)));
    }

    /** Never to be tried again as it is. */
    void reject(Job job, Problem problem) {
        end(job, "rejected", problem);
    }

    /** Gives the version back as it was: the worker stops, the document is not at fault. */
    void release(Job job) {
        transactions.asWorker(session ->
                update(session, job, "leased_by = null, leased_until = null, attempts = greatest(attempts - 1, 0)"));
    }

    /** Leaves the version to the worker that recognizes scanned pages. */
    void passOn(Job job) {
        transactions.asWorker(session -> update(
                session,
                job,
                "scanned = true, state = 'received', progress_step = null, leased_by = null, leased_until = null,"
                        + " attempts = greatest(attempts - 1, 0)"));
    }

    /** Tries again later, later each time, at last no more. */
    void postpone(Job job, RuntimeException cause) {
        if (job.attempts() >= MOST_ATTEMPTS) {
            end(
                    job,
                    "failed",
                    new Problem(
                            "gave_up",
                            "Indexing failed " + MOST_ATTEMPTS + " times, the last time with " + inWords(cause)
                                    + " Try it again; if that does not help, tell your administrator."));
            return;
        }
        // Two, four, eight … seconds, up to half as much again so that what failed together is not tried together.
        transactions.asWorker(session -> update(
                session,
                job,
                "leased_by = null, leased_until = null,"
                        + " not_before = now() + make_interval(secs => pow(2, attempts) * (1 + random() / 2))"));
    }

    private static String inWords(RuntimeException cause) {
        if (cause instanceof Failure) {
            return "this: " + cause.getMessage();
        }
        return cause instanceof UncheckedIOException io
                        && String.valueOf(io.getMessage()).contains("No space left")
                ? "no room left for temporary files on the server."
                : cause.getClass().getSimpleName() + ".";
    }

    private void end(Job job, String state, Problem problem) {
        transactions.asWorker(session -> session.createNativeQuery("""
                        update version set state = :state, problem_code = :code, problem_detail = :detail,
                               leased_by = null, leased_until = null, progress_step = null
                         where document_id = :document and number = :version and leased_by = :lease
                        """)
                .setParameter("state", state)
                .setParameter("code", problem.code())
                .setParameter("detail", problem.detail())
                .setParameter("document", job.document())
                .setParameter("version", job.version())
                .setParameter("lease", job.lease())
                .executeUpdate());
    }

    private static int update(EntityManager session, Job job, String assignments) {
        return session.createNativeQuery("update version set " + assignments
                        + " where document_id = :document and number = :version and leased_by = :lease")
                .setParameter("document", job.document())
                .setParameter("version", job.version())
                .setParameter("lease", job.lease())
                .executeUpdate();
    }
}
