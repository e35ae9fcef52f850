package org.docchat.web.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import org.docchat.domain.GroupId;
import org.docchat.web.security.CurrentCaller;
import org.docchat.web.security.Groups;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Groups of users, for administrators. */
@Path("groups")
@RequestScoped
@Tag(name = "Identity")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class GroupsResource {
    @Inject
    Groups groups;

    @Inject
    CurrentCaller current;

    @POST
    @Operation(summary = "Make a group (administrators)")
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = Views.Group.class)))
    public Response create(Bodies.@Nullable NewGroup body) {
        var caller = current.administrator();
        var group = groups.create(
                caller, Parameters.text("name", Parameters.body(body).name(), 1000));
        return Response.created(URI.create("groups/" + group.id()))
                .entity(Views.Group.of(group))
                .build();
    }

    @GET
    @Operation(summary = "All groups (administrators)")
    public Views.Page list(@QueryParam("limit") @Nullable String limit, @QueryParam("cursor") @Nullable String cursor) {
        current.administrator();
        return Views.Page.of(groups.groups(Parameters.slice(limit, cursor)).map(Views.Group::of));
    }

    @GET
    @Path("{id}")
    @Operation(summary = "A group (administrators)")
    public Views.Group get(@PathParam("id") String id) {
        current.administrator();
        return Views.Group.of(groups.get(GroupId.parse(id)));
    }

    @DELETE
    @Path("{id}")
    @Operation(summary = "Delete a group; nothing is shared with those in it by that any more (administrators)")
    public void delete(@PathParam("id") String id) {
        groups.delete(current.administrator(), GroupId.parse(id));
    }

    @GET
    @Path("{id}/users")
    @Operation(summary = "Who is in a group (administrators)")
    public Views.Page users(@PathParam("id") String id) {
        current.administrator();
        return Views.Page.of(
                groups.users(GroupId.parse(id)).stream().map(Views.User::of).toList());
    }

    @PUT
    @Path("{id}/users/{username}")
    @Operation(summary = "Put a user into a group (administrators)")
    public void add(@PathParam("id") String id, @PathParam("username") String username) {
        groups.add(current.administrator(), GroupId.parse(id), username);
    }

    @DELETE
    @Path("{id}/users/{username}")
    @Operation(summary = "Take a user out of a group (administrators)")
    public void remove(@PathParam("id") String id, @PathParam("username") String username) {
        groups.remove(current.administrator(), GroupId.parse(id), username);
    }
}
