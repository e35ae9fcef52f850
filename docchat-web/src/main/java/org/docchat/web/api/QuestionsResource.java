package org.docchat.web.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.ConversationId;
import org.docchat.domain.DocumentId;
import org.docchat.domain.Failure;
import org.docchat.ingest.Library;
import org.docchat.query.Librarian;
import org.docchat.web.security.CurrentCaller;
import org.docchat.web.security.Users;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Searching and asking, in one collection or in several. */
@Path("/")
@RequestScoped
@Tag(name = "Search and answers")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class QuestionsResource {
    private static final int MOST_COLLECTIONS = 100;
    private static final int LONGEST_QUESTION = 10_000;

    @Inject
    Librarian librarian;

    @Inject
    Library library;

    @Inject
    CurrentCaller current;

    @Inject
    EventStreams streams;

    @Inject
    Users users;

    @POST
    @Path("collections/{id}/search")
    @Operation(summary = "Find passages in a collection")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = Bodies.Search.class),
                            example = "{\"query\":\"refund deadline\",\"limit\":10}"))
    public Views.Findings search(@PathParam("id") String id, Bodies.@Nullable Search body) {
        return search(List.of(CollectionId.parse(id)), Parameters.body(body));
    }

    @POST
    @Path("search")
    @Operation(summary = "Find passages in several collections")
    public Views.Findings search(Bodies.@Nullable Search body) {
        var search = Parameters.body(body);
        return search(collections(search.collections()), search);
    }

    private Views.Findings search(List<CollectionId> collections, Bodies.Search search) {
        int limit = search.limit() == null ? 10 : search.limit();
        if (limit < 1 || limit > 100) {
            throw new Failure.Invalid("invalid_limit", "The limit must be a number from 1 to 100.");
        }
        var mode = search.mode() == null
                ? Librarian.Mode.HYBRID
                : Parameters.choice("mode", search.mode(), Librarian.Mode.values());
        return Views.Findings.of(librarian.search(
                current.caller(),
                new Librarian.Search(
                        Parameters.text("query", search.query(), LONGEST_QUESTION),
                        collections,
                        limit,
                        mode,
                        filter(search.filter()))));
    }

    private static Librarian.Filter filter(Bodies.@Nullable Filter filter) {
        if (filter == null) {
            return Librarian.Filter.NONE;
        }
        var documents = filter.documents() == null ? List.<String>of() : filter.documents();
        if (documents.size() > 1000) {
            throw new Failure.Invalid("invalid_documents", "A filter may name 1000 documents at most.");
        }
        return new Librarian.Filter(
                documents.stream().map(DocumentId::parse).toList(),
                Parameters.optionalText("names", filter.names(), 1000),
                Parameters.time("asOf", filter.asOf()));
    }

    @POST
    @Path("collections/{id}/answers")
    @Operation(summary = "Ask a collection")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = Bodies.Question.class),
                            example = "{\"question\":\"How long do refunds take?\"}"))
    @APIResponse(
            responseCode = "200",
            description = "As JSON, or as events: `passages`, `token` …, then `answer` or `error`",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(implementation = Views.GivenAnswer.class)),
                @Content(mediaType = MediaType.SERVER_SENT_EVENTS)
            })
    public void ask(@PathParam("id") String id, Bodies.@Nullable Question body, @Suspended AsyncResponse response) {
        answer(List.of(CollectionId.parse(id)), Parameters.body(body), response);
    }

    @POST
    @Path("answers")
    @Operation(summary = "Ask several collections")
    @APIResponse(
            responseCode = "200",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(implementation = Views.GivenAnswer.class)),
                @Content(mediaType = MediaType.SERVER_SENT_EVENTS)
            })
    public void ask(Bodies.@Nullable Question body, @Suspended AsyncResponse response) {
        var question = Parameters.body(body);
        answer(collections(question.collections()), question, response);
    }

    @POST
    @Path("collections/{id}/answers")
    @Produces("text/event-stream;qs=0.5")
    @Operation(hidden = true)
    public void listen(
            @PathParam("id") String id,
            Bodies.@Nullable Question body,
            @Context HttpServletResponse response,
            @Context SseEventSink sink,
            @Context Sse sse) {
        stream(List.of(CollectionId.parse(id)), Parameters.body(body), response, new EventStream(sink, sse));
    }

    @POST
    @Path("answers")
    @Produces("text/event-stream;qs=0.5")
    @Operation(hidden = true)
    public void listen(
            Bodies.@Nullable Question body,
            @Context HttpServletResponse response,
            @Context SseEventSink sink,
            @Context Sse sse) {
        var question = Parameters.body(body);
        stream(collections(question.collections()), question, response, new EventStream(sink, sse));
    }

    private void answer(List<CollectionId> collections, Bodies.Question body, AsyncResponse response) {
        var caller = current.caller();
        var question = question(collections, body);
        streams.write(() -> {
            try {
                response.resume(Views.GivenAnswer.of(librarian.answer(caller, question, new Unheard(response))));
            } catch (RuntimeException e) {
                response.resume(e);
            }
        });
    }

    private void stream(
            List<CollectionId> collections, Bodies.Question body, HttpServletResponse response, EventStream stream) {
        var caller = current.caller();
        var question = question(collections, body);
        // What the caller may not see is refused with a status, before the stream begins.
        collections.forEach(id -> library.collection(caller, id));
        response.setHeader("X-Accel-Buffering", "no");
        streams.write(() -> {
            try {
                var given = librarian.answer(caller, question, new Heard(caller, stream));
                stream.send("answer", Views.GivenAnswer.of(given));
            } catch (RuntimeException e) {
                stream.sendData("error", Problems.of(e).json().toString());
            } finally {
                stream.close();
            }
        });
        streams.keepAlive(stream);
    }

    private static Librarian.Question question(List<CollectionId> collections, Bodies.Question body) {
        return new Librarian.Question(
                Parameters.text("question", body.question(), LONGEST_QUESTION),
                collections,
                body.conversationId() == null ? null : ConversationId.parse(body.conversationId()),
                Parameters.time("asOf", body.asOf()));
    }

    private static List<CollectionId> collections(@Nullable List<String> ids) {
        if (ids == null || ids.isEmpty() || ids.size() > MOST_COLLECTIONS) {
            throw new Failure.Invalid(
                    "invalid_collections", "\"collections\" must name 1 to " + MOST_COLLECTIONS + " collections.");
        }
        return ids.stream().map(CollectionId::parse).distinct().toList();
    }

    /** Nobody listens: only the whole answer counts. */
    private record Unheard(AsyncResponse response) implements Librarian.Listener {
        @Override
        public void found(List<Librarian.Found> passages) {}

        @Override
        public void token(String text) {}

        @Override
        public boolean isCancelled() {
            return response.isCancelled();
        }
    }

    /** Passes on what comes while the client is there and still may hear it. */
    private final class Heard implements Librarian.Listener {
        private final Caller caller;
        private final EventStream stream;
        private final AtomicBoolean refused = new AtomicBoolean();

        Heard(Caller caller, EventStream stream) {
            this.caller = caller;
            this.stream = stream;
        }

        @Override
        public void found(List<Librarian.Found> passages) {
            stream.send(
                    "passages",
                    new Views.FoundPassages(
                            passages.stream().map(Views.Found::of).toList()));
        }

        @Override
        public void token(String text) {
            if (!refused.get()) {
                stream.send("token", new Views.Text(text));
            }
        }

        @Override
        public boolean isCancelled() {
            if (users.find(caller.id()).filter(Users.User::enabled).isEmpty()) {
                refused.set(true);
            }
            return refused.get() || !stream.isOpen();
        }
    }
}
