package org.docchat.web.api;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.lang.System.Logger.Level;

/** One client that listens. That it has gone shows only when something is written to it. */
final class EventStream {
    private static final System.Logger LOG = System.getLogger(EventStream.class.getName());

    private final SseEventSink sink;
    private final Sse sse;
    private volatile boolean open = true;
    private volatile long written = System.nanoTime();

    EventStream(SseEventSink sink, Sse sse) {
        this.sink = sink;
        this.sse = sse;
    }

    boolean isOpen() {
        return open;
    }

    long nanosSinceWritten() {
        return System.nanoTime() - written;
    }

    /** Sends an event with a view of the API as its data. */
    void send(String name, Object view) {
        sendData(name, ApiJson.JSON.toJson(view));
    }

    void sendData(String name, String json) {
        write(sse.newEventBuilder()
                .name(name)
                .mediaType(MediaType.TEXT_PLAIN_TYPE)
                .data(String.class, json)
                .build());
    }

    /** Sends a comment, which clients ignore: it keeps proxies from closing and shows who has gone. */
    void heartbeat() {
        write(sse.newEventBuilder().comment("still here").build());
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

    synchronized void close() {
        open = false;
        try {
            sink.close();
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "a listener had gone before its stream was closed", e);
        }
    }
}
