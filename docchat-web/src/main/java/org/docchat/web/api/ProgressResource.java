package org.docchat.web.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import org.docchat.domain.CollectionId;
import org.docchat.domain.DocumentId;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** How a document comes along, as events. */
@Path("documents/{id}/events")
@RequestScoped
@Tag(name = "Documents")
public class ProgressResource {
    @Inject
    Progress progress;

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(
            summary = "Follow a document until it is final",
            description = "Events named `progress`, each with the document as its data. `shutdown`: the server is being"
                    + " stopped; follow again.")
    public void follow(
            @PathParam("id") String id,
            @Context HttpServletResponse response,
            @Context SseEventSink sink,
            @Context Sse sse) {
        progress.follow(DocumentId.parse(id), response, new EventStream(sink, sse));
    }

    /** How all documents of a collection come along. */
    @Path("collections/{id}/events")
    @RequestScoped
    @Tag(name = "Documents")
    public static class OfCollection {
        @Inject
        Progress progress;

        @GET
        @Produces(MediaType.SERVER_SENT_EVENTS)
        @Operation(
                summary = "Follow the documents of a collection until you hang up",
                description =
                        "Events named `progress`, each with a document as its data. `shutdown`: the server is being"
                                + " stopped; follow again.")
        public void follow(
                @PathParam("id") String id,
                @Context HttpServletResponse response,
                @Context SseEventSink sink,
                @Context Sse sse) {
            progress.follow(CollectionId.parse(id), response, new EventStream(sink, sse));
        }
    }
}
