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
import org.docchat.domain.CollectionId;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Asking questions. */
@Path("answers")
@RequestScoped
@Tag(name = "Search and answers")
@Consumes(MediaType.APPLICATION_JSON)
public class AnswersResource {
    private static final String EVENTS_IF_ASKED_FOR = "text/event-stream;qs=0.5";

    @Inject
    Asking asking;

    @POST
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(hidden = true) // described by ApiDescription
    public void ask(
            Bodies.@Nullable Question body, @Context HttpServletResponse raw, @Suspended AsyncResponse response) {
        var question = Parameters.body(body);
        asking.answer(Asking.collections(question.collections()), question, raw, response);
    }

    @POST
    @Produces(EVENTS_IF_ASKED_FOR)
    @Operation(hidden = true) // described by ApiDescription
    public void listen(
            Bodies.@Nullable Question body,
            @Context HttpServletResponse response,
            @Context SseEventSink sink,
            @Context Sse sse) {
        var question = Parameters.body(body);
        asking.stream(Asking.collections(question.collections()), question, response, new EventStream(sink, sse));
    }

    /** One collection. A class of its own: the server decides by the class's path first and never turns back. */
    @Path("collections/{id}/answers")
    @RequestScoped
    @Tag(name = "Search and answers")
    @Consumes(MediaType.APPLICATION_JSON)
    public static class InCollection {
        @Inject
        Asking asking;

        @POST
        @Produces(MediaType.APPLICATION_JSON)
        @Operation(hidden = true) // described by ApiDescription
        public void ask(
                @PathParam("id") String id,
                Bodies.@Nullable Question body,
                @Context HttpServletResponse raw,
                @Suspended AsyncResponse response) {
            asking.answer(List.of(CollectionId.parse(id)), Parameters.body(body), raw, response);
        }

        @POST
        @Produces(EVENTS_IF_ASKED_FOR)
        @Operation(hidden = true) // described by ApiDescription
        public void listen(
                @PathParam("id") String id,
                Bodies.@Nullable Question body,
                @Context HttpServletResponse response,
                @Context SseEventSink sink,
                @Context Sse sse) {
            asking.stream(List.of(CollectionId.parse(id)), Parameters.body(body), response, new EventStream(sink, sse));
        }
    }
}
