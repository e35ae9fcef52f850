package org.docchat.web.platform;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.docchat.ingest.Library;
import org.jspecify.annotations.Nullable;

/**
 * The metrics in Prometheus' text format, for a scraper that brings the token, or, where none is configured, for one of
 * the own network. A request that a proxy passes on comes from a private address, too, whoever sent it: it is told by
 * the header that proxies add.
 */
public class MetricsPage extends HttpServlet {
    private static final Logger LOG = Logger.getLogger(MetricsPage.class.getName());
    private static final long serialVersionUID = 1;
    /** However often it is asked, the database is asked no more often. */
    private static final long FRESH_NANOS = 5_000_000_000L;

    @Inject
    @SuppressWarnings("NullAway.Init")
    private transient Settings settings;

    @Inject
    @SuppressWarnings("NullAway.Init")
    private transient Metrics metrics;

    @Inject
    @SuppressWarnings("NullAway.Init")
    private transient Library library;

    private long counted = System.nanoTime() - FRESH_NANOS;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!isAnswered(request, settings.metricsToken())) {
            response.setHeader("WWW-Authenticate", "Bearer");
            response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
            return;
        }
        countBacklog();
        var text = PrometheusTextFormatWriter.create();
        response.setContentType(text.getContentType());
        response.setHeader("Cache-Control", "no-store");
        text.write(response.getOutputStream(), metrics.scrape());
    }

    private synchronized void countBacklog() {
        if (System.nanoTime() - counted < FRESH_NANOS) {
            return;
        }
        try {
            metrics.waits(library.backlog());
        } catch (RuntimeException e) {
            LOG.log(Level.FINE, "the queue could not be counted", e);
            metrics.waits(null);
        }
        counted = System.nanoTime();
    }

    private static boolean isAnswered(HttpServletRequest request, @Nullable String token) throws IOException {
        if (token != null) {
            var sent = request.getHeader("Authorization");
            return sent != null
                    && MessageDigest.isEqual(
                            sent.getBytes(StandardCharsets.UTF_8),
                            ("Bearer " + token).getBytes(StandardCharsets.UTF_8));
        }
        return Stream.of("Forwarded", "X-Forwarded-For", "X-Real-IP").allMatch(name -> request.getHeader(name) == null)
                && isPrivate(InetAddress.getByName(request.getRemoteAddr()));
    }

    private static boolean isPrivate(InetAddress address) {
        // fc00::/7, which the JDK does not know as such.
        boolean uniqueLocal = address.getAddress().length == 16 && (address.getAddress()[0] & 0xfe) == 0xfc;
        return address.isLoopbackAddress() || address.isSiteLocalAddress() || uniqueLocal;
    }
}
