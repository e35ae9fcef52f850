package org.docchat.web.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.docchat.domain.AnswerId;
import org.docchat.query.Traces;
import org.docchat.web.security.CurrentCaller;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What the caller's answers were made of. */
@Path("answers/{id}/trace")
@RequestScoped
@Tag(name = "Search and answers")
@Produces(MediaType.APPLICATION_JSON)
public class TraceResource {
    @Inject
    Traces traces;

    @Inject
    CurrentCaller current;

    @GET
    @Operation(
            summary = "Why one of my answers is as it is",
            description = "The passages that were found for it, with ranks, scores and the question's words that they"
                    + " have, and the settings in force. Text of documents deleted since is not there.")
    public TraceViews.Trace trace(@PathParam("id") String id) {
        return TraceViews.Trace.of(traces.trace(current.caller(), AnswerId.parse(id)));
    }

    /** Searching again. A class of its own: the server decides by the class's path first and never turns back. */
    @Path("answers/{id}/replay")
    @RequestScoped
    @Tag(name = "Search and answers")
    @Produces(MediaType.APPLICATION_JSON)
    public static class Replay {
        @Inject
        Traces traces;

        @Inject
        CurrentCaller current;

        @POST
        @Operation(
                summary = "Search again for what one of my answers was searched for",
                description = "While the documents are the same, so is the list; else `changes` says what changed.")
        public TraceViews.Replay replay(@PathParam("id") String id) {
            return TraceViews.Replay.of(traces.replay(current.caller(), AnswerId.parse(id)));
        }
    }
}
