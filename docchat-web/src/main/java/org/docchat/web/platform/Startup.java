package org.docchat.web.platform;

import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.Transactions;
import org.docchat.ingest.Bell;
import org.docchat.ingest.Worker;
import org.docchat.ingest.extract.ExtractionProcess;
import org.docchat.query.EvaluationWorker;
import org.docchat.query.Librarian;
import org.docchat.web.security.Audit;
import org.docchat.web.security.Users;
import org.jspecify.annotations.Nullable;

/** What happens between deployment and readiness, in order, and its undoing. */
@ApplicationScoped
public class Startup {
    private static final Logger LOG = Logger.getLogger(Startup.class.getName());

    @Resource(lookup = "java:app/jdbc/docchat")
    private DataSource database;

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
    private Transactions<EntityManager> transactions;

    /** Asked for only once there is a servlet context, which their files are found by. */
    @Inject
    private Provider<EmbeddingModel> model;

    @Inject
    private Provider<ExtractionProcess> extraction;

    @Inject
    private Provider<Librarian> librarian;

    private final List<Thread> workers = new ArrayList<>();
    private volatile boolean ready;

    @SuppressWarnings("NullAway.Init")
    Startup() {}

    void start(@Observes @Initialized(ApplicationScoped.class) @Nullable Object event) throws InterruptedException {
        try {
            // Reading the model and preparing the database do not need each other.
            var loaded = new FutureTask<>(() -> model.get().embedQuestion("ready?"));
            threads.newThread(loaded).start();
            var schema = new Schema(database);
            schema.migrate();
            users.createFirstAdministrator(settings.adminPassword()).ifPresent(Startup::showOnce);
            loaded.get();
            schema.addVectorIndex(model.get());
            startWorkers();
            clock.scheduleWithFixedDelay(audit::showHead, 1, 1, TimeUnit.MINUTES);
            ready = true;
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
        for (int i = 0; i < settings.workers(); i++) {
            start("docchat-ingest-" + i, new Worker(transactions, model.get(), extraction.get(), clock, bell));
        }
        if (settings.workers() > 0) {
            start("docchat-queue", new QueueListener(new ConfiguredDataSource(), bell));
            start("docchat-evaluation", new EvaluationWorker(transactions, librarian.get(), clock));
        }
    }

    private void start(String name, Runnable work) {
        var thread = threads.newThread(work);
        thread.setName(name);
        thread.start();
        workers.add(thread);
    }

    void stop(@Observes @BeforeDestroyed(ApplicationScoped.class) @Nullable Object event) throws InterruptedException {
        ready = false;
        for (var worker : workers) {
            worker.interrupt();
        }
        for (var worker : workers) {
            worker.join(10_000);
            if (worker.isAlive()) {
                LOG.log(Level.WARNING, "{0} did not stop in time; its lease will run out", worker.getName());
            }
        }
    }

    /** Whether schema, model and workers are there. */
    boolean isReady() {
        return ready;
    }

    private static void showOnce(String password) {
        if (Boolean.getBoolean("docchat.launcher")) {
            System.setProperty("docchat.generated-admin-password", password);
        } else {
            System.out.println("DocChat: first administrator: admin / " + password + " (shown this once)");
        }
    }
}
