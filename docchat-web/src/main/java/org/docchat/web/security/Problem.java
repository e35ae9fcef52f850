package org.docchat.web.security;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.docchat.domain.Failure;

/**
 * Why a request was not served, as RFC 9457 writes it.
 *
 * @param status of HTTP
 * @param title the same for each problem of a kind
 * @param detail what happened and what to do
 * @param code stable, for programs
 * @param instance the incident's id, also in the log
 * @param supported for {@code unsupported_media_type}: what would be; else empty
 */
public record Problem(int status, String title, String detail, String code, String instance, List<String> supported) {
    public static final String MEDIA_TYPE = "application/problem+json";

    public Problem {
        supported = List.copyOf(supported);
    }

    /** The one place that says what a failure is in HTTP. */
    public static Problem of(Failure failure) {
        // A switch over the sealed types needs Java 21; a test goes through all of them.
        var supported = failure instanceof Failure.UnsupportedMediaType media ? media.supported() : List.<String>of();
        int status = status(failure);
        return new Problem(
                status,
                title(status),
                String.valueOf(failure.getMessage()),
                failure.code(),
                "urn:uuid:" + UUID.randomUUID(),
                supported);
    }

    private static int status(Failure failure) {
        if (failure instanceof Failure.NotFound) {
            return 404;
        } else if (failure instanceof Failure.Forbidden) {
            return 403;
        } else if (failure instanceof Failure.Conflict) {
            return 409;
        } else if (failure instanceof Failure.Stale) {
            return 412;
        } else if (failure instanceof Failure.Invalid) {
            return 400;
        } else if (failure instanceof Failure.UnsupportedMediaType) {
            return 415;
        } else if (failure instanceof Failure.TooLarge || failure instanceof Failure.Full) {
            return 413;
        } else if (failure instanceof Failure.TooMany) {
            return 429;
        } else if (failure instanceof Failure.Unavailable) {
            return 503;
        }
        throw new IllegalStateException("a failure without a status", failure);
    }

    /** The title of an HTTP status. */
    public static String title(int status) {
        return switch (status) {
            case 400 -> "Bad request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not found";
            case 405 -> "Method not allowed";
            case 406 -> "Not acceptable";
            case 409 -> "Conflict";
            case 412 -> "Precondition failed";
            case 413 -> "Content too large";
            case 415 -> "Unsupported media type";
            case 429 -> "Too many requests";
            case 500 -> "Internal server error";
            case 503 -> "Service unavailable";
            default -> "Error " + status;
        };
    }

    /** A problem of HTTP itself, with an incident's id of its own. */
    public static Problem of(int status, String code, String detail) {
        return new Problem(status, title(status), detail, code, "urn:uuid:" + UUID.randomUUID(), List.of());
    }

    /** As the API answers it. */
    public JsonObject json() {
        var json = Json.createObjectBuilder()
                .add("type", "about:blank")
                .add("title", title)
                .add("status", status)
                .add("detail", detail)
                .add("instance", instance)
                .add("code", code);
        if (!supported.isEmpty()) {
            json.add("supported", Json.createArrayBuilder(supported));
        }
        return json.build();
    }

    /** As OpenAI's API answers it. */
    public JsonObject openAi() {
        return Json.createObjectBuilder()
                .add(
                        "error",
                        Json.createObjectBuilder()
                                .add("message", detail)
                                .add("type", status >= 500 ? "server_error" : "invalid_request_error")
                                .add("param", JsonValue.NULL)
                                .add("code", code)
                                .add("incident", instance))
                .build();
    }

    /** Answers a request that reached no resource, in the language of whoever is called there. */
    public void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        boolean openAi = request.getRequestURI().startsWith(request.getContextPath() + "/v1/");
        response.resetBuffer();
        response.setStatus(status);
        response.setContentType(openAi ? "application/json" : MEDIA_TYPE);
        response.setHeader("Cache-Control", "no-store");
        var bytes = (openAi ? openAi() : json()).toString().getBytes(StandardCharsets.UTF_8);
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
        response.flushBuffer();
    }
}
