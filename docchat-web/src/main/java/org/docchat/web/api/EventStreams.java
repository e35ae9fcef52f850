package org.docchat.web.api;

import io.opentelemetry.context.Context;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.docchat.domain.Failure;
import org.docchat.domain.LogContext;
import org.docchat.domain.UserId;
import org.docchat.query.Librarian;
import org.docchat.web.platform.Shutdown;
import org.docchat.web.security.CurrentCaller;
import org.jspecify.annotations.Nullable;

/**
 * Runs what outlives a request's thread: answers being written and clients that listen. The threads are the server's,
 * the pools ours: the server's default executors run one task at a time.
 */
@ApplicationScoped
public class EventStreams {
    private static final int MOST_LISTENERS = 2_000;
    /** Of one user on this node: each open page holds one, each answer that is being written another. */
    private static final int MOST_OF_A_USER = 200;

    /** Most of its time an answer waits for a chat model. */
    private static final int MOST_WRITTEN_AT_ONCE = 100;

    private static final long HEARTBEAT_NANOS = Duration.ofSeconds(8).toNanos();

    @Resource
    @SuppressWarnings("NullAway.Init")
    private ManagedThreadFactory threads;

    @Inject
    CurrentCaller current;

    private final Map<Waiting, Listener> listening = new ConcurrentHashMap<>();

    private volatile Shutdown.@Nullable Stage stage;

    @SuppressWarnings("NullAway.Init")
    private ScheduledThreadPoolExecutor clock;

    @SuppressWarnings("NullAway.Init")
    private ThreadPoolExecutor watchers;

    @SuppressWarnings("NullAway.Init")
    private ThreadPoolExecutor writers;

    @PostConstruct
    void start() {
        clock = new ScheduledThreadPoolExecutor(1, threads);
        clock.setRemoveOnCancelPolicy(true);
        watchers = pool(8, Integer.MAX_VALUE);
        writers = pool(MOST_WRITTEN_AT_ONCE, 200);
    }

    private ThreadPoolExecutor pool(int most, int waiting) {
        var pool =
                new ThreadPoolExecutor(most, most, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(waiting), threads);
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Who only follows is sent away at once; an answer that is being written may come to its end. */
    void shutDown(@Observes Shutdown.Stage reached) {
        stage = reached;
        listening.forEach((stream, listener) -> shutDownIfReached(stream, listener.end()));
    }

    /**
     * Whom a stream is for.
     *
     * @param end the stage of a shutdown that ends it
     */
    private record Listener(UserId user, Shutdown.Stage end) {}

    private void shutDownIfReached(Waiting stream, Shutdown.Stage end) {
        var reached = stage;
        if (reached != null && end.compareTo(reached) <= 0) {
            stream.shutDown();
        }
    }

    @PreDestroy
    void stop() {
        listening.keySet().forEach(Waiting::close);
        clock.shutdownNow();
        watchers.shutdownNow();
        writers.shutdownNow();
    }

    /**
     * Runs the writing of an answer.
     *
     * @throws Failure.Unavailable if too many are being written
     */
    public void write(Runnable answer) {
        execute(writers, Context.current().wrap(LogContext.carriedInto(answer)));
    }

    /** Keeps a client's connection alive while something else writes to it. */
    public void keepAlive(Waiting client) {
        watch(client, Shutdown.Stage.OVERDUE, Duration.ofSeconds(2), client::isOpen);
    }

    /**
     * Has the whole of an answer written for a client that waits for it.
     *
     * @throws Failure.Unavailable if too many are being written
     */
    public void write(WholeAnswer client, Function<Librarian.Listener, Object> answer) {
        keepAlive(client);
        try {
            write(() -> client.write(answer));
        } catch (Failure e) {
            client.abandon();
            throw e;
        }
    }

    /**
     * Looks again and again whether there is something to tell, without holding a thread in between.
     *
     * @param look tells it; false: nothing will come any more
     */
    void watch(Waiting stream, Duration pause, BooleanSupplier look) {
        watch(stream, Shutdown.Stage.BEGUN, pause, look);
    }

    private void watch(Waiting stream, Shutdown.Stage end, Duration pause, BooleanSupplier look) {
        try {
            admit(stream, new Listener(current.caller().id(), end));
        } catch (Failure e) {
            // Whoever writes to it already need not go on.
            stream.abandon();
            throw e;
        }
        shutDownIfReached(stream, end);
        execute(watchers, () -> step(stream, pause, look));
    }

    private synchronized void admit(Waiting stream, Listener listener) {
        if (listening.size() >= MOST_LISTENERS) {
            throw new Failure.Unavailable(
                    "too_many_listeners", "Too many clients listen already.", new RejectedExecutionException());
        }
        if (listening.values().stream()
                        .filter(other -> other.user().equals(listener.user()))
                        .count()
                >= MOST_OF_A_USER) {
            throw new Failure.TooMany(
                    "too_many_streams",
                    "You have " + MOST_OF_A_USER + " streams of events open. Close some, or pages that are open, and"
                            + " try again in a moment.",
                    null,
                    Duration.ofSeconds(20));
        }
        listening.put(stream, listener);
    }

    private void step(Waiting stream, Duration pause, BooleanSupplier look) {
        boolean more = false;
        try {
            more = stream.isOpen() && look.getAsBoolean();
            if (more && stream.nanosSinceWritten() > HEARTBEAT_NANOS) {
                stream.heartbeat();
            }
        } catch (Failure.Unavailable e) {
            // The database will be back; until then the client hears that we are.
            stream.heartbeat();
            more = true;
        } catch (RuntimeException e) {
            stream.sendProblem(Problems.of(e));
        }
        if (more && stream.isOpen()) {
            clock.schedule(
                    () -> watchers.execute(() -> step(stream, pause, look)), pause.toMillis(), TimeUnit.MILLISECONDS);
        } else {
            listening.remove(stream);
            stream.close();
        }
    }

    private static void execute(Executor pool, Runnable work) {
        try {
            pool.execute(work);
        } catch (RejectedExecutionException e) {
            throw new Failure.Unavailable("too_busy", "Too many questions are being answered. Try again soon.", e);
        }
    }
}
