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
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.UUID;
import org.docchat.domain.ConversationId;
import org.docchat.query.Conversations;
import org.docchat.web.security.Audit;
import org.docchat.web.security.CurrentCaller;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
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

    @Inject
    Audit audit;

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
        return withAnswers(ConversationId.parse(id));
    }

    private Views.ConversationWithAnswers withAnswers(ConversationId id) {
        var conversation = conversations.get(current.caller(), id);
        return new Views.ConversationWithAnswers(
                conversation.id().toString(),
                conversation.title(),
                conversation.createdAt(),
                conversation.updatedAt(),
                conversations.answers(current.caller(), conversation.id()).stream()
                        .map(Views.GivenAnswer::of)
                        .toList());
    }

    @GET
    @Path("{id}/export")
    @Produces(MediaType.WILDCARD)
    @Operation(
            summary = "A conversation to keep elsewhere, as an attachment",
            description =
                    "`format` is `markdown` (the default) or `json`, which is what `GET` of the conversation says.")
    @APIResponse(
            responseCode = "200",
            content = {
                @Content(mediaType = "text/markdown"),
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(implementation = Views.ConversationWithAnswers.class))
            })
    public Response export(@PathParam("id") String id, @QueryParam("format") @Nullable String format) {
        var wanted = Parameters.choice("format", format == null ? "markdown" : format, Format.values());
        var conversation = withAnswers(ConversationId.parse(id));
        audit.record(current.caller(), "conversation.export", List.of(), UUID.fromString(conversation.id()), "");
        return switch (wanted) {
            case MARKDOWN ->
                attachment(ConversationMarkdown.of(conversation), "text/markdown;charset=UTF-8", conversation, ".md");
            case JSON -> attachment(conversation, MediaType.APPLICATION_JSON, conversation, ".json");
        };
    }

    private enum Format {
        MARKDOWN,
        JSON
    }

    private static Response attachment(
            Object content, String type, Views.ConversationWithAnswers conversation, String extension) {
        return Response.ok(content, type)
                .header(HttpHeaders.CONTENT_DISPOSITION, DocumentsResource.attachment(conversation.title() + extension))
                .build();
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
