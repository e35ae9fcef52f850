package org.docchat.web.platform;

import jakarta.inject.Inject;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.docchat.domain.LogContext;
import org.docchat.web.security.CurrentCaller;

/** Counts and times the requests, those included that are answered later by another thread, and names them in the log. */
public class RunningRequests extends HttpFilter {
    private static final Pattern REQUEST_ID = Pattern.compile("[\\w.-]{1,64}");
    /** https://www.w3.org/TR/trace-context/#traceparent-header */
    private static final Pattern TRACE_PARENT = Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}");

    private static final AtomicInteger RUNNING = new AtomicInteger();

    @Inject
    @SuppressWarnings("NullAway.Init")
    private Startup startup;

    @Inject
    @SuppressWarnings("NullAway.Init")
    private Metrics metrics;

    @Inject
    @SuppressWarnings("NullAway.Init")
    private CurrentCaller caller;

    static int count() {
        return RUNNING.get();
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        var end = new End(request, response);
        if (!startup.isReady()) {
            // The next one finds another node.
            response.setHeader("Connection", "close");
        }
        RUNNING.incrementAndGet();
        metrics.requestBegan();
        boolean thrown = true;
        try (var context = LogContext.with(logged(request))) {
            chain.doFilter(request, new Watched(response, end));
            thrown = false;
        } finally {
            if (request.isAsyncStarted()) {
                try {
                    request.getAsyncContext().addListener(end);
                } catch (IllegalStateException e) {
                    // It ended meanwhile.
                    end.reached(false);
                }
            } else {
                end.reached(thrown);
            }
        }
    }

    private Map<LogContext.Key, String> logged(HttpServletRequest request) {
        var ids = new EnumMap<LogContext.Key, String>(LogContext.Key.class);
        var given = request.getHeader("X-Request-Id");
        ids.put(
                LogContext.Key.REQUEST,
                given != null && REQUEST_ID.matcher(given).matches()
                        ? given
                        : UUID.randomUUID().toString());
        var trace = TRACE_PARENT.matcher(String.valueOf(request.getHeader("traceparent")));
        if (trace.matches()) {
            ids.put(LogContext.Key.TRACE, trace.group(1));
        }
        caller.known()
                .ifPresent(known -> ids.put(LogContext.Key.USER, known.id().toString()));
        return ids;
    }

    private final class End implements AsyncListener {
        private final long began = System.nanoTime();
        private final AtomicBoolean reached = new AtomicBoolean();
        private final String path;
        private final HttpServletResponse response;

        End(HttpServletRequest request, HttpServletResponse response) {
            this.path =
                    request.getRequestURI().substring(request.getContextPath().length());
            this.response = response;
        }

        /** @param thrown the server has yet to make a 500 of it */
        void reached(boolean thrown) {
            if (reached.compareAndSet(false, true)) {
                RUNNING.decrementAndGet();
                metrics.requestEnded(
                        Metrics.RequestKind.of(path, response.getContentType()),
                        thrown ? 500 : response.getStatus(),
                        Duration.ofNanos(System.nanoTime() - began));
            }
        }

        @Override
        public void onComplete(AsyncEvent event) {
            reached(false);
        }

        @Override
        public void onTimeout(AsyncEvent event) {}

        @Override
        public void onError(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {
            event.getAsyncContext().addListener(this);
        }
    }

    /**
     * Notices that the connection has broken off. Of a request that is answered by another thread nothing else tells
     * of it: the server takes it for cancelled and calls no listener, and the JAX-RS implementation does not complete
     * what it has begun to send.
     */
    private static final class Watched extends HttpServletResponseWrapper {
        private final End end;

        Watched(HttpServletResponse response, End end) {
            super(response);
            this.end = end;
        }

        @Override
        public ServletOutputStream getOutputStream() throws IOException {
            return new WatchedStream(super.getOutputStream(), end);
        }
    }

    private static final class WatchedStream extends ServletOutputStream {
        private final ServletOutputStream out;
        private final End end;

        WatchedStream(ServletOutputStream out, End end) {
            this.out = out;
            this.end = end;
        }

        private interface Writing {
            void run() throws IOException;
        }

        private void watch(Writing writing) throws IOException {
            try {
                writing.run();
            } catch (IOException e) {
                end.reached(false);
                throw e;
            }
        }

        @Override
        public void write(int b) throws IOException {
            watch(() -> out.write(b));
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            watch(() -> out.write(bytes, from, length));
        }

        @Override
        public void flush() throws IOException {
            watch(out::flush);
        }

        @Override
        public void close() throws IOException {
            watch(out::close);
        }

        @Override
        public boolean isReady() {
            return out.isReady();
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            out.setWriteListener(listener);
        }
    }
}
