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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts and times the requests, those included that are answered later by another thread. */
public class RunningRequests extends HttpFilter {
    private static final AtomicInteger RUNNING = new AtomicInteger();

    @Inject
    @SuppressWarnings("NullAway.Init")
    private Startup startup;

    @Inject
    @SuppressWarnings("NullAway.Init")
    private Metrics metrics;

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
        try {
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
