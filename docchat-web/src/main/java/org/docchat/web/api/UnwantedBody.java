package org.docchat.web.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.lang.System.Logger.Level;

/**
 * Takes what is left of a refused request's body, over HTTP/2. Over HTTP/1.1 the server ends the connection; here it
 * would neither read on nor say so, and a client that sends waits for it until it gives up, with the answer unread.
 */
@Provider
public class UnwantedBody implements ContainerResponseFilter {
    private static final System.Logger LOG = System.getLogger(UnwantedBody.class.getName());
    private static final int BUFFER = 1 << 16;
    /** Whoever sends more than this meets the silence. */
    private static final long MOST_BYTES = 4L << 30;

    @Context
    @SuppressWarnings("NullAway.Init")
    private HttpServletRequest request;

    @Override
    public void filter(ContainerRequestContext context, ContainerResponseContext response) {
        if (response.getStatus() < 400 || !request.getProtocol().startsWith("HTTP/2")) {
            return;
        }
        var buffer = new byte[BUFFER];
        try {
            var rest = request.getInputStream();
            for (long left = MOST_BYTES; left > 0; ) {
                int read = rest.read(buffer);
                left = read < 0 ? 0 : left - read;
            }
        } catch (IOException e) {
            // The client went away: the answer is nobody's any more.
            LOG.log(Level.DEBUG, "the rest of a refused body did not come", e);
        }
    }
}
