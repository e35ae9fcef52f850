package org.docchat.web.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.docchat.domain.ConversationId;
import org.docchat.query.Conversations;
import org.docchat.web.security.CurrentCaller;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The caller's own conversations. */
@Path("conversations")
@RequestScoped
@Tag(name = "Search and answers")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class ConversationsResource {
    @Inject
    Conversations conversations;

    @Inject
    CurrentCaller current;

    @GET
    @Operation(summary = "My conversations, last used first")
    public Views.Page list(@QueryParam("limit") @Nullable String limit, @QueryParam("cursor") @Nullable String cursor) {
        return Views.Page.of(conversations
                .list(current.caller(), Parameters.slice(limit, cursor))
                .map(Views.Conversation::of));
    }

    @GET
    @Path("{id}")
    @Operation(summary = "A conversation with its answers, oldest first")
    public Views.ConversationWithAnswers get(@PathParam("id") String id) {
        var conversation = conversations.get(current.caller(), ConversationId.parse(id));
        return new Views.ConversationWithAnswers(
                conversation.id().toString(),
                conversation.title(),
                conversation.createdAt(),
                conversation.updatedAt(),
                conversations.answers(current.caller(), conversation.id()).stream()
                        .map(Views.GivenAnswer::of)
                        .toList());
    }

    @PATCH
    @Path("{id}")
    @Operation(summary = "Give a conversation another title")
    public void rename(@PathParam("id") String id, Bodies.@Nullable ConversationChange body) {
        conversations.rename(
                current.caller(),
                ConversationId.parse(id),
                Parameters.text("title", Parameters.body(body).title(), 200));
    }

    @DELETE
    @Path("{id}")
    @Operation(summary = "Delete a conversation")
    public void delete(@PathParam("id") String id) {
        conversations.delete(current.caller(), ConversationId.parse(id));
    }
}
