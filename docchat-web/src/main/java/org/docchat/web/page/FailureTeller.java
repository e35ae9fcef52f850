package org.docchat.web.page;

import static java.lang.System.Logger.Level.ERROR;

import jakarta.enterprise.inject.spi.CDI;
import jakarta.faces.FacesException;
import jakarta.faces.application.FacesMessage;
import jakarta.faces.application.ViewExpiredException;
import jakarta.faces.context.ExceptionHandler;
import jakarta.faces.context.ExceptionHandlerWrapper;
import jakarta.faces.context.FacesContext;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.docchat.domain.Failure;
import org.jspecify.annotations.Nullable;

/**
 * The one place where pages turn what was thrown into something to read: a failure becomes a message where it happened,
 * an expired view becomes the same page afresh, a defect becomes an incident with an id that is also in the log.
 */
final class FailureTeller extends ExceptionHandlerWrapper {
    private static final System.Logger LOG = System.getLogger(FailureTeller.class.getName());

    FailureTeller(ExceptionHandler wrapped) {
        super(wrapped);
    }

    @Override
    public void handle() throws FacesException {
        for (var queued = getUnhandledExceptionQueuedEvents().iterator(); queued.hasNext(); ) {
            var thrown = ((jakarta.faces.event.ExceptionQueuedEvent) queued.next()).getContext();
            queued.remove();
            try {
                tell(thrown.getContext(), cause(thrown.getException()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        getWrapped().handle();
    }

    private static void tell(FacesContext faces, Throwable cause) throws IOException {
        var external = faces.getExternalContext();
        if (cause instanceof ViewExpiredException) {
            external.redirect(address((HttpServletRequest) external.getRequest()));
            faces.responseComplete();
        } else if (cause instanceof Failure failure && faces.isPostback()) {
            message(faces, texts().told(String.valueOf(failure.getMessage())));
        } else if (cause instanceof Failure) {
            external.responseSendError(404, null);
            faces.responseComplete();
        } else {
            incident(faces, cause);
        }
    }

    private static void incident(FacesContext faces, Throwable cause) throws IOException {
        var id = UUID.randomUUID().toString();
        LOG.log(ERROR, "incident " + id, cause);
        var external = faces.getExternalContext();
        if (external.isResponseCommitted()) {
            return;
        }
        if (faces.isPostback()
                && !faces.getRenderResponse()
                && faces.getPartialViewContext().isAjaxRequest()) {
            message(faces, texts().of("Something went wrong; it is our fault. Incident {0}.", id));
            return;
        }
        external.getRequestMap().put("docchat.incident", id);
        external.responseReset();
        external.responseSendError(500, null);
        faces.responseComplete();
    }

    /** No bean itself. */
    private static Texts texts() {
        return CDI.current().select(Texts.class).get();
    }

    private static void message(FacesContext faces, String words) {
        faces.addMessage(null, new FacesMessage(FacesMessage.SEVERITY_ERROR, words, null));
        faces.validationFailed();
    }

    /** The page that was posted to, with the collection that it shows; the template says what happened. */
    private static String address(HttpServletRequest request) {
        var id = request.getParameter("id");
        return request.getRequestURI() + "?expired=1"
                + (id == null ? "" : "&id=" + URLEncoder.encode(id, StandardCharsets.UTF_8));
    }

    private static Throwable cause(@Nullable Throwable thrown) {
        var cause = thrown == null ? new IllegalStateException("an exception event without an exception") : thrown;
        while (!(cause instanceof Failure) && !(cause instanceof ViewExpiredException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
