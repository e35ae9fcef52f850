package org.docchat.web.platform;

import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Transactions;
import org.docchat.ingest.Bell;
import org.docchat.ingest.Worker;
import org.docchat.ingest.extract.Clamd;
import org.docchat.ingest.extract.ExtractionProcess;
import org.docchat.ingest.extract.Extractor;
import org.docchat.query.EvaluationWorker;
import org.docchat.query.Librarian;
import org.docchat.web.security.Audit;
import org.docchat.web.security.SharedLedger;
import org.docchat.web.security.Users;
import org.jspecify.annotations.Nullable;

/** What happens between deployment and readiness, in order; {@link Shutdown} undoes it. */
@ApplicationScoped
public class Startup {
    private static final Logger LOG = Logger.getLogger(Startup.class.getName());
    /** For one document. */
    private static final Duration SCAN_LIMIT = Duration.ofMinutes(5);

    private static final Duration WORKERS_LIMIT = Duration.ofSeconds(10);

    /**
     * At debug the one writes down the headers of requests, the other what is stored: credentials and questions. Whatever
     * the level of all others is, these stay above it. Held, since a logger that nobody holds forgets its level.
     */
    private static final List<Logger> TELLTALES = List.of(
            Logger.getLogger("org.glassfish.grizzly"), Logger.getLogger("org.hibernate.internal.util.EntityPrinter"));

    @Resource
    private ManagedThreadFactory threads;

    @Resource
    private ManagedScheduledExecutorService clock;

    @Inject
    private Settings settings;

    @Inject
    private Users users;

    @Inject
    private Audit audit;

    @Inject
    private SharedLedger ledger;

    @Inject
    private Metrics metrics;

    @Inject
    private Replica replica;

    @Inject
    private Transactions<EntityManager> transactions;

    /** Asked for only once there is a servlet context, which their files are found by. */
    @Inject
    private Provider<EmbeddingModels> models;

    @Inject
    private Provider<ExtractionProcess> extraction;

    @Inject
    private Provider<Librarian> librarian;

    private final List<Thread> workers = new ArrayList<>();
    private volatile boolean started;
    private volatile boolean stopping;

    @SuppressWarnings("NullAway.Init")
    Startup() {}

    void start(@Observes @Initialized(ApplicationScoped.class) @Nullable Object event) throws InterruptedException {
        TELLTALES.forEach(logger -> logger.setLevel(Level.INFO));
        try {
            // Reading the model and preparing the database do not need each other.
            var loaded = new FutureTask<>(() -> models.get().standard().embedQuestion("ready?"));
            threads.newThread(loaded).start();
            var schema = new Schema(new ConfiguredDataSource());
            schema.migrate();
            users.createFirstAdministrator(settings.adminPassword()).ifPresent(Startup::showOnce);
            loaded.get();
            schema.addVectorIndexes(models.get());
            var watched = new ConfiguredDataSource();
            if (watched.isWeaklyGuarded()) {
                // The database has it, so it is not refused here; who else can reach the database is not known here.
                LOG.warning("the password in DATABASE_URL is one that is guessed first: give the database another one");
            }
            start("docchat-database", new DatabaseWatch(watched));
            if (settings.replicaStaleness() != null) {
                start("docchat-replica", replica.watch());
            }
            startWorkers();
            clock.scheduleWithFixedDelay(audit::showHead, 1, 1, TimeUnit.MINUTES);
            clock.scheduleWithFixedDelay(ledger::sweep, 1, 1, TimeUnit.MINUTES);
            started = true;
        } catch (ExecutionException e) {
            throw failed(new IllegalStateException("the embedding model could not be loaded: " + e.getCause(), e));
        } catch (RuntimeException e) {
            throw failed(e);
        }
    }

    /** The launcher waits for either this or readiness; a server that starts without us would wait for ever. */
    private static RuntimeException failed(RuntimeException failure) {
        System.setProperty("docchat.start-failure", String.valueOf(failure.getMessage()));
        return failure;
    }

    private void startWorkers() {
        var bell = new Bell();
        var share = settings.ocr() == null ? Worker.Share.EVERYTHING : Worker.Share.TEXT;
        for (int i = 0; i < settings.workers(); i++) {
            start("docchat-ingest-" + i, worker(share, bell));
        }
        if (settings.workers() > 0) {
            if (share == Worker.Share.TEXT) {
                start("docchat-ocr", worker(Worker.Share.SCANS, bell));
            }
            start("docchat-queue", new QueueListener(new ConfiguredDataSource(), bell));
            start("docchat-evaluation", new EvaluationWorker(transactions, librarian.get(), clock));
        }
    }

    private Worker worker(Worker.Share share, Bell bell) {
        return new Worker(
                share, transactions, models.get(), extractor(), clock, bell, settings.keepVersions(), metrics);
    }

    private Extractor extractor() {
        var clamav = settings.clamav();
        return clamav == null ? extraction.get() : new Clamd(clamav, SCAN_LIMIT, extraction.get());
    }

    private void start(String name, Runnable work) {
        var thread = threads.newThread(work);
        thread.setName(name);
        thread.start();
        workers.add(thread);
    }

    /** Not ready from here on; the workers give back what they hold. */
    void stopWorkers() {
        stopping = true;
        workers.forEach(Thread::interrupt);
    }

    void awaitWorkers() throws InterruptedException {
        long end = System.nanoTime() + WORKERS_LIMIT.toNanos();
        for (var worker : workers) {
            worker.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
            if (worker.isAlive()) {
                LOG.log(Level.WARNING, "{0} did not stop in time; its lease will run out", worker.getName());
            }
        }
    }

    /** Whether schema, model and workers have been there. */
    boolean isStarted() {
        return started;
    }

    /** Whether more requests are welcome: not from the moment on that the launcher was told to stop. */
    boolean isReady() {
        return started && !stopping && !Boolean.getBoolean("docchat.stopping");
    }

    private static void showOnce(String password) {
        if (Boolean.getBoolean("docchat.launcher")) {
            System.setProperty("docchat.generated-admin-password", password);
        } else {
            System.out.println("DocChat: first administrator: admin / " + password + " (shown this once)");
        }
    }
}
