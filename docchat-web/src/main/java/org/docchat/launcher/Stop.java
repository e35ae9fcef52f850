package org.docchat.launcher;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.JMRuntimeException;
import javax.management.ObjectName;

/**
 * What happens when the process is told to stop. The JVM's shutdown hooks, the server's among them, run all at once and
 * cut what is running; so what must come before them starts from the signal.
 */
final class Stop {
    /** Until whoever asks for readiness, to send requests elsewhere, has been told that there is none any more. */
    private static final Duration PAUSE = Duration.ofSeconds(3);

    private static final AtomicBoolean STOPPING = new AtomicBoolean();

    private Stop() {}

    /** A second signal stops at once. */
    @SuppressWarnings("sunapi")
    static void onSignals() {
        // Ctrl-C: nobody sends requests to a developer's desk for others.
        sun.misc.Signal.handle(new sun.misc.Signal("INT"), signal -> stop(Duration.ZERO, signal.getNumber()));
        sun.misc.Signal.handle(new sun.misc.Signal("TERM"), signal -> stop(PAUSE, signal.getNumber()));
    }

    private static void stop(Duration pause, int signal) {
        try {
            if (STOPPING.compareAndSet(false, true)) {
                // The application is not ready from here on.
                System.setProperty("docchat.stopping", "true");
                drain(pause);
            }
        } finally {
            System.exit(128 + signal);
        }
    }

    private static void drain(Duration pause) {
        try {
            var application = new ObjectName("org.docchat:type=Shutdown");
            var beans = ManagementFactory.getPlatformMBeanServer();
            if (beans.isRegistered(application)) {
                Thread.sleep(pause.toMillis());
                beans.invoke(application, "run", null, null);
            }
        } catch (InstanceNotFoundException e) {
            // It was undeployed meanwhile.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (JMException | JMRuntimeException e) {
            System.err.println("DocChat: running requests are cut: " + e);
        }
    }
}
