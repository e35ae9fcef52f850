package org.docchat.web.platform;

import jakarta.inject.Inject;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
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
            chain.doFilter(request, response);
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
}
