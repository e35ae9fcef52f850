package org.docchat.web.outbound;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The one way out by HTTP: speaks to hosts that the installation has named, and follows nobody elsewhere. What a document,
 * a model or another server names is no address for us.
 */
public final class Outbound {
    private final Set<String> hosts;
    private final HttpClient http;

    /**
     * @param hosts their names, without ports
     * @param connect how long a connection may take to come about
     * @param threads that pass on what comes; null: some of its own
     */
    public Outbound(Set<String> hosts, Duration connect, @Nullable Executor threads) {
        this.hosts = hosts.stream().map(Outbound::folded).collect(Collectors.toUnmodifiableSet());
        var builder = HttpClient.newBuilder()
                // A closed connection ends the request on every server; a closed stream of HTTP/2 does not.
                .version(HttpClient.Version.HTTP_1_1)
                // Keys and codes are for the address that they were configured for.
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connect);
        if (threads != null) {
            builder.executor(threads);
        }
        this.http = builder.build();
    }

    /** Whether it is at one of the hosts. */
    public boolean isAllowed(URI address) {
        var host = address.getHost();
        return host != null && hosts.contains(folded(host));
    }

    /** Sends a request; fails with an {@link IOException} if its address is none of the hosts'. */
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, BodyHandler<T> body) {
        return isAllowed(request.uri())
                ? http.sendAsync(request, body)
                : CompletableFuture.failedFuture(notAllowed(request.uri()));
    }

    /**
     * Sends a request and waits for its answer.
     *
     * @throws IOException also if its address is none of the hosts'
     */
    public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> body) throws IOException, InterruptedException {
        if (!isAllowed(request.uri())) {
            throw notAllowed(request.uri());
        }
        return http.send(request, body);
    }

    private static IOException notAllowed(URI address) {
        return new IOException(address.getHost() + " is not among the hosts that may be spoken to");
    }

    private static String folded(String host) {
        return host.toLowerCase(Locale.ROOT);
    }
}
