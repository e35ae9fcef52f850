package org.docchat.web.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.docchat.domain.AnswerId;
import org.docchat.query.Conversations;
import org.docchat.query.Librarian;
import org.docchat.web.security.CurrentCaller;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What readers think of answers. */
@Path("answers/{id}/feedback")
@RequestScoped
@Tag(name = "Search and answers")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class FeedbackResource {
    @Inject
    Conversations conversations;

    @Inject
    CurrentCaller current;

    @PUT
    @Operation(summary = "Say whether one of my answers was any good")
    public void rate(@PathParam("id") String id, Bodies.@Nullable Feedback body) {
        var feedback = Parameters.body(body);
        conversations.rate(
                current.caller(),
                AnswerId.parse(id),
                Parameters.choice("rating", feedback.rating(), Librarian.Rating.values()),
                Parameters.optionalText("comment", feedback.comment(), 10_000));
    }
}
