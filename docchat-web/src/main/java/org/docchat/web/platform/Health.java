package org.docchat.web.platform;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.docchat.query.Librarian;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/** What Kubernetes asks. Live: the process answers at all. Ready: a search works, with everything that it needs. */
@ApplicationScoped
class Health {
    private static final Logger LOG = Logger.getLogger(Health.class.getName());

    private static final long GOOD_NANOS = Duration.ofSeconds(1).toNanos();

    private boolean worked;
    private long triedAt = System.nanoTime() - GOOD_NANOS - 1;

    @Inject
    org.docchat.web.platform.Startup startup;

    @Inject
    Provider<Librarian> librarian;

    @SuppressWarnings("NullAway.Init")
    Health() {}

    @Produces
    @ApplicationScoped
    @Startup
    HealthCheck started() {
        return () -> HealthCheckResponse.named("schema, model and workers")
                .status(startup.isStarted())
                .build();
    }

    @Produces
    @ApplicationScoped
    @Readiness
    HealthCheck ready() {
        return () -> HealthCheckResponse.named("search").status(searchWorks()).build();
    }

    @Produces
    @ApplicationScoped
    @Liveness
    HealthCheck live() {
        return () -> HealthCheckResponse.up("process");
    }

    boolean searchWorks() {
        // What a stop or the watch over the database says holds at once.
        return startup.isReady() && !ConfiguredDataSource.isSilent() && tried();
    }

    /** Anybody may ask, and each search takes a processor: a second long all get the same answer. */
    private synchronized boolean tried() {
        if (System.nanoTime() - triedAt > GOOD_NANOS) {
            worked = works();
            triedAt = System.nanoTime();
        }
        return worked;
    }

    private boolean works() {
        try {
            librarian.get().probe();
            return true;
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "not ready: {0}", e.toString());
            return false;
        }
    }
}
