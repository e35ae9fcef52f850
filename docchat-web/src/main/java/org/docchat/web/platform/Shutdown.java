package org.docchat.web.platform;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.jspecify.annotations.Nullable;

/**
 * The way out: not ready, workers give back what they hold, streams end, and what runs may end within the grace. The
 * launcher calls it, as an MBean, before it lets the server stop, which would cut all requests; where another server
 * runs the application, it happens when that undeploys it.
 */
@ApplicationScoped
public class Shutdown {
    private static final Logger LOG = Logger.getLogger(Shutdown.class.getName());
    private static final String NAME = "org.docchat:type=Shutdown";
    private static final Duration LOOK = Duration.ofMillis(50);

    /** What is observed by those who hold requests open. */
    public enum Stage {
        /** End what nobody waits for the end of. */
        BEGUN,
        /** The grace is over: end everything. */
        OVERDUE
    }

    @Inject
    private Settings settings;

    @Inject
    private Startup startup;

    @Inject
    private Event<Stage> stages;

    private boolean done;

    @SuppressWarnings("NullAway.Init")
    Shutdown() {}

    /** Last: before that there is nothing to drain. */
    void offer(
            @Observes @Initialized(ApplicationScoped.class) @Priority(Interceptor.Priority.LIBRARY_AFTER) @Nullable
                    Object event)
            throws JMException {
        var application = Thread.currentThread().getContextClassLoader();
        ManagementFactory.getPlatformMBeanServer()
                .registerMBean(
                        new StandardMBean((Runnable) () -> drainAs(application), Runnable.class), new ObjectName(NAME));
    }

    void stop(@Observes @BeforeDestroyed(ApplicationScoped.class) @Nullable Object event) throws JMException {
        ManagementFactory.getPlatformMBeanServer().unregisterMBean(new ObjectName(NAME));
        drain();
    }

    /** The server finds out by the caller's class loader which application is meant. */
    private void drainAs(ClassLoader application) {
        var before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(application);
        try {
            drain();
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private synchronized void drain() {
        if (done) {
            return;
        }
        done = true;
        startup.stopWorkers();
        stages.fire(Stage.BEGUN);
        try {
            if (!awaitRequests(Duration.ofSeconds(settings.shutdownSeconds()))) {
                LOG.log(Level.WARNING, "{0} requests did not end in time", RunningRequests.count());
                stages.fire(Stage.OVERDUE);
                awaitRequests(Duration.ofSeconds(1));
            }
            startup.awaitWorkers();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean awaitRequests(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (RunningRequests.count() > 0) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.sleep(LOOK.toMillis());
        }
        return true;
    }
}
