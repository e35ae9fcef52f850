package org.docchat.web.api;

import jakarta.json.JsonObject;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.lang.System.Logger.Level;
import java.util.function.Function;
import org.docchat.web.security.Problem;
import org.jspecify.annotations.Nullable;

/** One client that listens. */
public final class EventStream implements Waiting {
    private static final System.Logger LOG = System.getLogger(EventStream.class.getName());

    static final Problem SHUTDOWN = Problem.of(
            503, "shutting_down", "This server is being stopped. The same request will be answered by another.");

    private final SseEventSink sink;
    private final Sse sse;
    private final boolean named;
    private final Function<Problem, JsonObject> form;
    private volatile boolean open = true;
    private volatile long written = System.nanoTime();

    /** A stream of our own API. */
    EventStream(SseEventSink sink, Sse sse) {
        this(sink, sse, true, Problem::json);
    }

    /** A stream of OpenAI's API, whose clients know no names of events. */
    public static EventStream ofOpenAi(SseEventSink sink, Sse sse) {
        return new EventStream(sink, sse, false, Problem::openAi);
    }

    private EventStream(SseEventSink sink, Sse sse, boolean named, Function<Problem, JsonObject> form) {
        this.sink = sink;
        this.sse = sse;
        this.named = named;
        this.form = form;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public long nanosSinceWritten() {
        return System.nanoTime() - written;
    }

    /** Sends an event with a view of the API as its data. */
    void send(String name, Object view) {
        sendJson(name, ApiJson.JSON.toJson(view));
    }

    /** Sends an event without a name. */
    public void sendData(String json) {
        sendJson(null, json);
    }

    @Override
    public void sendProblem(Problem problem) {
        sendJson("error", form.apply(problem).toString());
    }

    private void sendJson(@Nullable String name, String json) {
        var event = sse.newEventBuilder();
        if (name != null && named) {
            event.name(name);
        }
        write(event.mediaType(MediaType.TEXT_PLAIN_TYPE)
                .data(String.class, json)
                .build());
    }

    @Override
    public void heartbeat() {
        write(sse.newEventBuilder().comment("still here").build());
    }

    @Override
    public void shutDown() {
        sendJson("shutdown", form.apply(SHUTDOWN).toString());
        close();
    }

    private synchronized void write(OutboundSseEvent event) {
        if (!open) {
            return;
        }
        try {
            sink.send(event).whenComplete((nothing, failure) -> {
                if (failure != null) {
                    open = false;
                }
            });
            written = System.nanoTime();
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "a listener has gone", e);
            open = false;
        }
        if (!open) {
            close();
        }
    }

    @Override
    public void abandon() {
        open = false;
    }

    @Override
    public synchronized void close() {
        open = false;
        try {
            sink.close();
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "a listener had gone before its stream was closed", e);
        }
    }
}
