package org.docchat.web.api;

import jakarta.json.JsonObject;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.docchat.query.Librarian;
import org.docchat.web.security.Problem;
import org.jspecify.annotations.Nullable;

/**
 * A client that waits for the whole of an answer. While a chat model takes its time, it is sent spaces, which JSON allows
 * before a value. With the first of them the status is said: what fails later is a problem as the body of a 200. So
 * nothing is sent before there is something to answer from, nor in the first seconds.
 */
public final class WholeAnswer implements Waiting, Librarian.Listener {
    private static final System.Logger LOG = System.getLogger(WholeAnswer.class.getName());

    private final AsyncResponse response;
    private final HttpServletResponse raw;
    private final Entitlement entitlement;
    private final String problemType;
    private final Function<Problem, JsonObject> form;
    private final long began = System.nanoTime();
    private volatile boolean open = true;
    private volatile boolean hasFound;
    private volatile long written = began;

    /**
     * @param raw of the same request
     * @param entitlement without which nothing is answered
     * @param problemType the media type of problems in the protocol that is spoken
     * @param form problems in that protocol
     */
    public WholeAnswer(
            AsyncResponse response,
            HttpServletResponse raw,
            Entitlement entitlement,
            String problemType,
            Function<Problem, JsonObject> form) {
        this.response = response;
        this.raw = raw;
        this.entitlement = entitlement;
        this.problemType = problemType;
        this.form = form;
    }

    /**
     * Has the answer written and hands it over.
     *
     * @param write makes what the client is sent; it tells this listener what it found
     */
    void write(Function<Librarian.Listener, Object> write) {
        try {
            var answer = write.apply(this);
            entitlement.require();
            end(answer);
        } catch (CancellationException e) {
            if (entitlement.isEnded()) {
                sendProblem(Entitlement.problem());
            } else {
                close();
            }
        } catch (RuntimeException e) {
            end(e);
        }
    }

    @Override
    public void found(List<Librarian.Found> passages) {
        hasFound = true;
    }

    @Override
    public boolean isCancelled() {
        return !open || entitlement.isEnded();
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public long nanosSinceWritten() {
        return System.nanoTime() - written;
    }

    @Override
    public synchronized void heartbeat() {
        if (!open || !hasFound) {
            return;
        }
        try {
            if (!raw.isCommitted()) {
                raw.setContentType(MediaType.APPLICATION_JSON);
            }
            raw.getOutputStream().write(' ');
            raw.flushBuffer();
            written = System.nanoTime();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "who waited for an answer has gone", e);
            open = false;
        }
    }

    @Override
    public void sendProblem(Problem problem) {
        end(Response.status(problem.status())
                .type(problemType)
                .entity(form.apply(problem).toString())
                .build());
    }

    @Override
    public void shutDown() {
        sendProblem(EventStream.SHUTDOWN);
    }

    @Override
    public void abandon() {
        open = false;
    }

    /** Where nobody is there to be told. */
    @Override
    public void close() {
        end(null);
    }

    private void end(@Nullable Object answer) {
        synchronized (this) {
            open = false;
        }
        // Only the first of these counts.
        if (answer instanceof Throwable failure) {
            response.resume(failure);
        } else if (answer != null) {
            response.resume(answer);
        } else {
            response.cancel();
        }
    }
}
