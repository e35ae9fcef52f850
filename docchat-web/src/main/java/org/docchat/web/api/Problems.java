package org.docchat.web.api;

import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.bind.JsonbException;
import jakarta.ws.rs.ProcessingException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.lang.System.Logger.Level;
import java.util.function.Function;
import org.docchat.domain.Failure;
import org.docchat.web.security.Problem;
import org.jspecify.annotations.Nullable;

/** Answers whatever a resource throws as a problem. */
@Provider
public class Problems implements ExceptionMapper<Throwable> {
    private static final System.Logger LOG = System.getLogger(Problems.class.getName());

    @Override
    public Response toResponse(Throwable thrown) {
        return response(thrown, Problem.MEDIA_TYPE, Problem::json);
    }

    /** What was thrown as a response, in the form of whatever protocol is spoken. */
    public static Response response(Throwable thrown, String mediaType, Function<Problem, JsonObject> form) {
        var problem = of(thrown);
        var response = Response.status(problem.status())
                .type(mediaType)
                .entity(form.apply(problem).toString());
        if (problem.status() == 503) {
            response.header(HttpHeaders.RETRY_AFTER, "5");
        }
        if (thrown instanceof Failure.TooMany tooMany) {
            long seconds = Math.max(1, tooMany.retryAfter().toSeconds());
            response.header(HttpHeaders.RETRY_AFTER, seconds);
            var limit = tooMany.limit();
            if (limit != null) {
                response.header(
                        "RateLimit-Policy",
                        "\"%s\";q=%d;w=%d"
                                .formatted(
                                        limit.policy(),
                                        limit.most(),
                                        limit.window().toSeconds()));
                response.header("RateLimit", "\"%s\";r=%d;t=%d".formatted(limit.policy(), limit.left(), seconds));
            }
        }
        if (thrown instanceof WebApplicationException web) {
            for (var name : new String[] {HttpHeaders.ALLOW, HttpHeaders.RETRY_AFTER}) {
                var value = web.getResponse().getHeaderString(name);
                if (value != null) {
                    response.header(name, value);
                }
            }
        }
        return response.build();
    }

    /** What went wrong in terms of HTTP; what nobody foresaw is logged with the incident's id. */
    public static Problem of(Throwable thrown) {
        if (thrown instanceof Failure failure) {
            var problem = Problem.of(failure);
            if (failure instanceof Failure.Unavailable) {
                LOG.log(Level.WARNING, () -> "incident " + problem.instance() + ": " + failure.code(), failure);
            }
            return problem;
        }
        // What a reader of ours refused comes wrapped by the parser that was reading.
        for (var cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof Failure failure) {
                return Problem.of(failure);
            }
            if (cause instanceof WebApplicationException web && (cause == thrown || isTooLarge(web))) {
                return isJson(cause.getCause()) ? malformedJson() : ofStatus(web);
            }
        }
        if (isJson(thrown)) {
            return malformedJson();
        }
        if (thrown instanceof ProcessingException) {
            return Problem.of(400, "malformed_request", "The request could not be read.");
        }
        var problem = Problem.of(
                500,
                "internal_error",
                "Something went wrong that should not have. Tell an administrator the instance; it is in the log.");
        LOG.log(Level.ERROR, "incident " + problem.instance(), thrown);
        return problem;
    }

    private static boolean isTooLarge(WebApplicationException web) {
        return web.getResponse().getStatus() == 413;
    }

    private static boolean isJson(@Nullable Throwable thrown) {
        for (var cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof JsonbException || cause instanceof JsonException) {
                return true;
            }
        }
        return false;
    }

    private static Problem malformedJson() {
        // The parser's own words name classes of ours.
        return Problem.of(400, "malformed_json", "The request body is not the JSON that this call takes.");
    }

    private static Problem ofStatus(WebApplicationException web) {
        int status = web.getResponse().getStatus();
        return switch (status) {
            case 400 -> Problem.of(400, "malformed_request", "The request could not be read.");
            case 404 -> Problem.of(404, "not_found", "There is nothing at this address.");
            case 405 -> Problem.of(405, "method_not_allowed", "This address does not take this method.");
            case 406 -> Problem.of(406, "not_acceptable", "This call does not answer in a form that you accept.");
            case 413 -> Problem.of(413, "content_too_large", "The request body is too large for this call.");
            case 415 -> Problem.of(415, "unsupported_media_type", "This call does not take this content type.");
            default -> Problem.of(status, "error_" + status, Problem.title(status) + ".");
        };
    }
}
