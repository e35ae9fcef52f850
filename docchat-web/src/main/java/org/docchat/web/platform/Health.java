package org.docchat.web.platform;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
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

    @Inject
    private org.docchat.web.platform.Startup startup;

    @Inject
    private Provider<Librarian> librarian;

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

    private boolean searchWorks() {
        if (!startup.isReady()) {
            return false;
        }
        try {
            librarian.get().probe();
            return true;
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "not ready: {0}", e.toString());
            return false;
        }
    }
}
