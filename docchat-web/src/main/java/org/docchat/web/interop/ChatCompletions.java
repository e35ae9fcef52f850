package org.docchat.web.interop;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonValue;
import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.regex.Pattern;
import org.docchat.domain.Caller;
import org.docchat.domain.Collection;
import org.docchat.domain.ConversationId;
import org.docchat.ingest.Collections;
import org.docchat.query.Librarian;
import org.docchat.web.api.Entitlement;
import org.docchat.web.api.EventStream;
import org.docchat.web.api.EventStreams;
import org.docchat.web.api.Problems;
import org.docchat.web.api.WholeAnswer;
import org.docchat.web.security.CurrentCaller;
import org.docchat.web.security.Problem;
import org.docchat.web.security.QuestionLimit;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** Answers a chat from the collection that it takes for a model. */
@Path("chat/completions")
@RequestScoped
@Consumes(MediaType.APPLICATION_JSON)
public class ChatCompletions {
    /** These clients take what is absent for absent, and some stumble over null. */
    private static final Jsonb JSON = JsonbBuilder.create();

    private static final Pattern PIECE = Pattern.compile("(?s)\\S*\\s*");

    @Inject
    Librarian librarian;

    @Inject
    Models models;

    @Inject
    CurrentCaller current;

    @Inject
    EventStreams streams;

    @Inject
    Collections collections;

    @Inject
    QuestionLimit limit;

    @POST
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(hidden = true) // described by ApiDescription
    public void complete(
            @Nullable JsonValue body, @Context HttpServletResponse raw, @Suspended AsyncResponse response) {
        var caller = current.caller();
        var request = ChatRequest.of(body);
        var collection = models.named(caller, request.model());
        limit.count(caller, List.of(collection.id()), 1);
        var entitlement = Entitlement.of(current, collections, List.of(collection.id()));
        var client = new WholeAnswer(response, raw, entitlement, MediaType.APPLICATION_JSON, Problem::openAi);
        streams.write(
                client,
                listener -> JSON.toJson(Completion.of(
                        answer(caller, collection, request, listener),
                        collection.id().toString())));
    }

    /**
     * As a stream. In this protocol what was sent cannot be taken back, so the text is sent when its citations have
     * been checked; until then comments keep the connection alive.
     */
    @POST
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(hidden = true) // described by ApiDescription
    public void stream(
            @Nullable JsonValue body,
            @Context HttpServletResponse response,
            @Context SseEventSink sink,
            @Context Sse sse) {
        var caller = current.caller();
        var request = ChatRequest.of(body);
        var collection = models.named(caller, request.model());
        limit.count(caller, List.of(collection.id()), 1);
        var stream = EventStream.ofOpenAi(sink, sse);
        response.setHeader("X-Accel-Buffering", "no");
        var entitlement = Entitlement.of(current, collections, List.of(collection.id()));
        streams.write(() -> {
            try {
                var given = answer(caller, collection, request, () -> entitlement.isEnded() || !stream.isOpen());
                entitlement.require();
                send(stream, given, collection.id().toString(), request.includeUsage());
            } catch (CancellationException e) {
                if (entitlement.isEnded()) {
                    stream.sendProblem(Entitlement.problem());
                }
            } catch (RuntimeException e) {
                stream.sendProblem(Problems.of(e));
            } finally {
                stream.close();
            }
        });
        streams.keepAlive(stream);
    }

    private static void send(EventStream stream, Librarian.GivenAnswer given, String model, boolean includeUsage) {
        var role = "assistant";
        var pieces = PIECE.matcher(given.answer().text());
        while (pieces.find() && !pieces.group().isEmpty()) {
            stream.sendData(JSON.toJson(Completion.part(given, model, role, pieces.group())));
            role = null;
        }
        stream.sendData(JSON.toJson(Completion.end(given, model)));
        if (includeUsage) {
            stream.sendData(JSON.toJson(Completion.usage(given, model)));
        }
        stream.sendData("[DONE]");
    }

    private Librarian.GivenAnswer answer(
            Caller caller, Collection collection, ChatRequest request, Librarian.Listener listener) {
        var question = new Librarian.Question(
                request.question(),
                List.of(collection.id()),
                conversation(caller, collection, request),
                null,
                request.earlier(),
                null);
        return librarian.answer(caller, question, listener);
    }

    /** The program keeps the conversation; here its turns are kept together by how it began. */
    private static ConversationId conversation(Caller caller, Collection collection, ChatRequest request) {
        var beginning =
                caller.id() + "\n" + collection.id() + "\n" + request.said().get(0);
        return new ConversationId(UUID.nameUUIDFromBytes(beginning.getBytes(StandardCharsets.UTF_8)));
    }
}
