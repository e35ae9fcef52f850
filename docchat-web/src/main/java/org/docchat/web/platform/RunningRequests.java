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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the requests that have not ended, those included that are answered later by another thread. */
public class RunningRequests extends HttpFilter {
    private static final AtomicInteger RUNNING = new AtomicInteger();

    @Inject
    @SuppressWarnings("NullAway.Init")
    private Startup startup;

    static int count() {
        return RUNNING.get();
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        var end = new End();
        if (!startup.isReady()) {
            // The next one finds another node.
            response.setHeader("Connection", "close");
        }
        RUNNING.incrementAndGet();
        try {
            chain.doFilter(request, response);
        } finally {
            if (request.isAsyncStarted()) {
                try {
                    request.getAsyncContext().addListener(end);
                } catch (IllegalStateException e) {
                    // It ended meanwhile.
                    end.reached();
                }
            } else {
                end.reached();
            }
        }
    }

    private static final class End implements AsyncListener {
        private final AtomicBoolean reached = new AtomicBoolean();

        void reached() {
            if (reached.compareAndSet(false, true)) {
                RUNNING.decrementAndGet();
            }
        }

        @Override
        public void onComplete(AsyncEvent event) {
            reached();
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
