package org.docchat.web.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Failure;
import org.docchat.domain.Language;
import org.docchat.domain.Role;
import org.docchat.ingest.Archives;
import org.docchat.ingest.Collections;
import org.docchat.ingest.Library;
import org.docchat.ingest.Sharing;
import org.docchat.web.security.Audit;
import org.docchat.web.security.CurrentCaller;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Collections and who is a member of them. */
@Path("collections")
@RequestScoped
@Tag(name = "Collections")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class CollectionsResource {
    @Inject
    Collections collections;

    @Inject
    Sharing sharing;

    @Inject
    Library library;

    @Inject
    Archives archives;

    @Inject
    CurrentCaller current;

    @Inject
    Audit audit;

    @POST
    @Operation(summary = "Create a collection; the caller is its owner")
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = Views.Collection.class)))
    public Response create(Bodies.@Nullable NewCollection body) {
        var wanted = Parameters.body(body);
        var description = Parameters.optionalText("description", wanted.description(), 10_000);
        var collection = collections.create(
                current.caller(),
                Parameters.text("name", wanted.name(), 200),
                description == null ? "" : description,
                Language.parse(wanted.language() == null ? "english" : wanted.language()));
        return Response.created(URI.create("collections/" + collection.id()))
                .entity(Views.Collection.of(collection))
                .build();
    }

    @GET
    @Operation(summary = "The collections that I may see")
    public Views.Page list(@QueryParam("limit") @Nullable String limit, @QueryParam("cursor") @Nullable String cursor) {
        return Views.Page.of(collections
                .list(current.caller(), Parameters.slice(limit, cursor))
                .map(Views.Collection::of));
    }

    @GET
    @Path("{id}")
    @Operation(summary = "A collection", description = "The `ETag` stands for its name and description.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = Views.Collection.class)))
    public Response get(@PathParam("id") String id) {
        var caller = current.caller();
        var collection = collections.get(caller, CollectionId.parse(id));
        return Response.ok(Views.Collection.of(collection, library.states(caller, collection.id())))
                .tag(collection.revision())
                .build();
    }

    @PATCH
    @Path("{id}")
    @Operation(
            summary = "Change name or description: what is absent stays",
            description =
                    "With `If-Match` and the `ETag` that was read, only if nobody has changed them since: else 412.")
    @Parameter(name = HttpHeaders.IF_MATCH, in = ParameterIn.HEADER, schema = @Schema(type = SchemaType.STRING))
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = Views.Collection.class)))
    public Response change(
            @PathParam("id") String id, @Context Request request, Bodies.@Nullable CollectionChange body) {
        var wanted = Parameters.body(body);
        var changed = collections.change(
                current.caller(),
                CollectionId.parse(id),
                revision -> request.evaluatePreconditions(new EntityTag(revision)) == null,
                wanted.name() == null ? null : Parameters.text("name", wanted.name(), 200),
                Parameters.optionalText("description", wanted.description(), 10_000));
        return Response.ok(Views.Collection.of(changed)).tag(changed.revision()).build();
    }

    @DELETE
    @Path("{id}")
    @Operation(summary = "Delete a collection with everything in it")
    public void delete(@PathParam("id") String id) {
        collections.delete(current.caller(), CollectionId.parse(id));
    }

    @POST
    @Path("{id}/pause")
    @Operation(
            summary = "Pause the indexing of a collection",
            description =
                    "Documents are still accepted, and wait. One that is being read or embedded is put back within"
                            + " seconds, as far as it has come.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = Views.Collection.class)))
    public Views.Collection pause(@PathParam("id") String id) {
        return Views.Collection.of(collections.pause(current.caller(), CollectionId.parse(id)));
    }

    @POST
    @Path("{id}/resume")
    @Operation(summary = "Let the indexing of a collection go on")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = Views.Collection.class)))
    public Views.Collection resume(@PathParam("id") String id) {
        return Views.Collection.of(collections.resume(current.caller(), CollectionId.parse(id)));
    }

    @GET
    @Path("{id}/export")
    @Produces("application/zip")
    @Operation(
            summary = "Take a collection away, with originals, passages, embeddings and versions",
            description = "For owners. A zip; its format is described with the module docchat-ingest.")
    @APIResponse(
            responseCode = "200",
            content =
                    @Content(
                            mediaType = "application/zip",
                            schema = @Schema(type = SchemaType.STRING, format = "binary")))
    public Response export(@PathParam("id") String id) {
        var caller = current.caller();
        var export = archives.export(caller, CollectionId.parse(id));
        audit.record(caller, "collection.export", List.of(export.collection().id()), null, "");
        var entitlement = Entitlement.of(current);
        StreamingOutput bytes = out -> export.writeTo(entitlement.limit(out));
        return Response.ok(bytes)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        DocumentsResource.attachment(export.collection().name() + ".zip"))
                .build();
    }

    @POST
    @Path("import")
    @Consumes({"application/zip", MediaType.APPLICATION_OCTET_STREAM})
    @Operation(
            summary = "Make a new collection of an export; the caller is its owner",
            description = "All or nothing. Embeddings of the same model are taken over, others are computed again.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/zip",
                            schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = Views.Collection.class)))
    @APIResponse(responseCode = "400", description = "No export, or a damaged one: nothing was imported")
    @APIResponse(responseCode = "413", description = "Larger than this installation accepts")
    public Response restore(InputStream body) throws IOException {
        try {
            var caller = current.caller();
            var collection = archives.restore(caller, new Upload(body));
            // That it was made is written down already; this says of what.
            audit.record(caller, "collection.import", List.of(collection.id()), null, "");
            return Response.created(URI.create("collections/" + collection.id()))
                    .entity(Views.Collection.of(collection))
                    .build();
        } catch (Upload.Broken e) {
            throw new Failure.Invalid("incomplete_upload", "The upload ended before its end. Nothing of it was kept.");
        }
    }

    @GET
    @Path("{id}/members")
    @Operation(summary = "Who may use a collection, beside those in its groups")
    public Views.Page members(@PathParam("id") String id) {
        return Views.Page.of(sharing.members(current.caller(), CollectionId.parse(id)).stream()
                .map(Views.Member::of)
                .toList());
    }

    @PUT
    @Path("{id}/members/{username}")
    @Operation(summary = "Give somebody a role in a collection")
    public void share(@PathParam("id") String id, @PathParam("username") String username, Bodies.@Nullable Share body) {
        sharing.share(
                current.caller(),
                CollectionId.parse(id),
                username,
                Parameters.choice("role", Parameters.body(body).role(), Role.values()));
    }

    @DELETE
    @Path("{id}/members/{username}")
    @Operation(summary = "Take somebody's role away")
    public void unshare(@PathParam("id") String id, @PathParam("username") String username) {
        sharing.unshare(current.caller(), CollectionId.parse(id), username);
    }

    @GET
    @Path("{id}/groups")
    @Operation(summary = "The groups that may use a collection")
    public Views.Page groups(@PathParam("id") String id) {
        return Views.Page.of(sharing.groups(current.caller(), CollectionId.parse(id)).stream()
                .map(Views.GroupRole::of)
                .toList());
    }

    @PUT
    @Path("{id}/groups/{group}")
    @Operation(summary = "Give everybody in a group a role in a collection")
    public void shareWithGroup(
            @PathParam("id") String id, @PathParam("group") String name, Bodies.@Nullable Share body) {
        sharing.shareWithGroup(
                current.caller(),
                CollectionId.parse(id),
                name,
                Parameters.choice("role", Parameters.body(body).role(), Role.values()));
    }

    @DELETE
    @Path("{id}/groups/{group}")
    @Operation(summary = "Take a group's role away")
    public void unshareWithGroup(@PathParam("id") String id, @PathParam("group") String name) {
        sharing.unshareWithGroup(current.caller(), CollectionId.parse(id), name);
    }
}
