package org.docchat.web.interop;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonException;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.docchat.domain.Caller;
import org.docchat.domain.Failure;
import org.docchat.ingest.Collections;
import org.docchat.query.Librarian;
import org.docchat.web.api.Entitlement;
import org.docchat.web.api.EventStreams;
import org.docchat.web.api.Problems;
import org.docchat.web.api.WholeAnswer;
import org.docchat.web.security.CurrentCaller;
import org.docchat.web.security.Problem;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/**
 * The Model Context Protocol by Streamable HTTP: a JSON-RPC message in, one out. Without sessions and without a
 * stream from here, both of which the protocol leaves to the server: any node answers any message.
 */
@Path("")
@RequestScoped
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
public class Mcp {
    private static final List<String> VERSIONS = List.of("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05");
    private static final String LATEST = "2025-06-18";
    /** Of these, servers take batches; later ones have none, and say in each request which they are. */
    private static final List<String> BATCHING = List.of("2025-03-26", "2024-11-05");

    private static final int MOST_IN_BATCH = 20;

    private static final int PARSE_ERROR = -32700;
    private static final int INVALID_REQUEST = -32600;
    private static final int METHOD_NOT_FOUND = -32601;
    private static final int INVALID_PARAMS = -32602;
    private static final int INTERNAL_ERROR = -32603;

    /** What the tools are for and what they take, as clients show it to their models. */
    private static final JsonObject TOOLS = tools();

    @Inject
    McpTools tools;

    @Inject
    CurrentCaller current;

    @Inject
    EventStreams streams;

    @Inject
    Collections collections;

    @POST
    @Operation(hidden = true) // described by ApiDescription
    public void receive(
            @Nullable String body,
            @HeaderParam("MCP-Protocol-Version") @Nullable String version,
            @Context HttpServletResponse raw,
            @Suspended AsyncResponse response) {
        if (version != null && !VERSIONS.contains(version)) {
            response.resume(error(INVALID_REQUEST, "Supported protocol versions: " + VERSIONS));
            return;
        }
        JsonValue message;
        try (var reader = Json.createReader(new StringReader(Objects.requireNonNullElse(body, "")))) {
            message = reader.readValue();
        } catch (JsonException e) {
            response.resume(error(PARSE_ERROR, "The message is not JSON."));
            return;
        }
        boolean batch = message instanceof JsonArray && (version == null || BATCHING.contains(version));
        var messages = batch ? List.copyOf(message.asJsonArray()) : List.of(message);
        if (messages.isEmpty() || messages.size() > MOST_IN_BATCH) {
            response.resume(error(INVALID_REQUEST, "A batch has 1 to " + MOST_IN_BATCH + " JSON-RPC 2.0 requests."));
            return;
        }
        if (!batch && !isMessage(message)) {
            response.resume(error(INVALID_REQUEST, "One JSON-RPC 2.0 request at a time."));
            return;
        }
        var answered = messages.stream().filter(Mcp::isAnswered).toList();
        if (answered.isEmpty()) {
            // Notifications.
            response.resume(Response.accepted().build());
            return;
        }
        var caller = current.caller();
        // Which collections a tool looks into it finds out itself, with the caller's rights.
        var entitlement = Entitlement.of(current, collections, List.of());
        streams.write(new WholeAnswer(response, raw, entitlement, Problem.MEDIA_TYPE, Problem::json), listener -> {
            var answers = Json.createArrayBuilder();
            for (var each : answered) {
                answers.add(answer(caller, each, listener));
            }
            var all = answers.build();
            return (batch ? all : all.get(0)).toString();
        });
    }

    private static boolean isMessage(JsonValue value) {
        return value instanceof JsonObject message
                && message.get("method") instanceof JsonString
                && message.get("jsonrpc") instanceof JsonString rpc
                && rpc.getString().equals("2.0");
    }

    /** Whether something is a request, or so wrong that it is told; the rest are notifications. */
    private static boolean isAnswered(JsonValue value) {
        return !isMessage(value)
                || value.asJsonObject().get("id") instanceof JsonString
                || value.asJsonObject().get("id") instanceof JsonNumber;
    }

    private JsonObject answer(Caller caller, JsonValue message, Librarian.Listener listener) {
        if (!isMessage(message)) {
            return error(JsonValue.NULL, INVALID_REQUEST, "This is no JSON-RPC 2.0 request.");
        }
        var request = message.asJsonObject();
        var id = Objects.requireNonNull(request.get("id"));
        try {
            return answer(caller, id, request.getString("method"), request.get("params"), listener);
        } catch (CancellationException e) {
            throw e;
        } catch (RuntimeException e) {
            var problem = Problems.of(e);
            return error(id, INTERNAL_ERROR, problem.detail() + " " + problem.instance());
        }
    }

    private JsonObject answer(
            Caller caller, JsonValue id, String method, @Nullable JsonValue given, Librarian.Listener listener) {
        var parameters = given instanceof JsonObject object ? object : JsonValue.EMPTY_JSON_OBJECT;
        return switch (method) {
            case "initialize" -> result(id, introduction(parameters.getString("protocolVersion", LATEST)));
            case "ping" -> result(id, JsonValue.EMPTY_JSON_OBJECT);
            case "tools/list" -> result(id, TOOLS);
            case "tools/call" -> {
                var name = parameters.getString("name", "");
                if (TOOLS.getJsonArray("tools").stream()
                        .noneMatch(tool -> tool.asJsonObject().getString("name").equals(name))) {
                    yield error(id, INVALID_PARAMS, "There is no tool \"" + name + "\".");
                }
                var arguments =
                        parameters.get("arguments") instanceof JsonObject object ? object : JsonValue.EMPTY_JSON_OBJECT;
                yield result(id, call(caller, name, arguments, listener));
            }
            default -> error(id, METHOD_NOT_FOUND, "There is no method \"" + method + "\" here.");
        };
    }

    /** What a tool says, or, for the model to read and to do better, why it does not. */
    private JsonObject call(Caller caller, String name, JsonObject arguments, Librarian.Listener listener) {
        try {
            var said = tools.call(caller, name, arguments, listener);
            return content(said.text())
                    .add("structuredContent", said.structured())
                    .add("isError", false)
                    .build();
        } catch (Failure e) {
            return content(String.valueOf(e.getMessage())).add("isError", true).build();
        }
    }

    private static jakarta.json.JsonObjectBuilder content(String text) {
        return Json.createObjectBuilder()
                .add(
                        "content",
                        Json.createArrayBuilder()
                                .add(Json.createObjectBuilder()
                                        .add("type", "text")
                                        .add("text", text)));
    }

    private static JsonObject introduction(String wanted) {
        return Json.createObjectBuilder()
                .add("protocolVersion", VERSIONS.contains(wanted) ? wanted : LATEST)
                .add("capabilities", Json.createObjectBuilder().add("tools", JsonValue.EMPTY_JSON_OBJECT))
                .add(
                        "serverInfo",
                        Json.createObjectBuilder()
                                .add("name", "docchat")
                                .add("title", "DocChat")
                                .add("version", "1"))
                .add(
                        "instructions",
                        "Answers from the caller's own documents, with quotes. Cite what they quote; what ask does not"
                                + " find is not in the documents.")
                .build();
    }

    private static JsonObject result(JsonValue id, JsonValue result) {
        return Json.createObjectBuilder()
                .add("jsonrpc", "2.0")
                .add("id", id)
                .add("result", result)
                .build();
    }

    private static JsonObject error(JsonValue id, int code, String message) {
        return Json.createObjectBuilder()
                .add("jsonrpc", "2.0")
                .add("id", id)
                .add("error", Json.createObjectBuilder().add("code", code).add("message", message))
                .build();
    }

    /** That what came is no message at all. */
    private static Response error(int code, String message) {
        return Response.status(400)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(error(JsonValue.NULL, code, message).toString())
                .build();
    }

    private static JsonObject tools() {
        try (InputStream file = Objects.requireNonNull(Mcp.class.getResourceAsStream("mcp-tools.json"));
                var reader = Json.createReader(file)) {
            return reader.readObject();
        } catch (java.io.IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
