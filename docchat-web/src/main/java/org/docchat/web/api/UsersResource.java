package org.docchat.web.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import org.docchat.domain.Failure;
import org.docchat.domain.UserId;
import org.docchat.web.security.CurrentCaller;
import org.docchat.web.security.Users;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The users, for administrators. */
@Path("users")
@RequestScoped
@Tag(name = "Identity")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class UsersResource {
    @Inject
    Users users;

    @Inject
    CurrentCaller current;

    @POST
    @Operation(summary = "Add a user (administrators)")
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = Views.User.class)))
    public Response create(Bodies.@Nullable NewUser body) {
        var caller = current.administrator();
        var wanted = Parameters.body(body);
        var user = users.create(
                caller,
                Parameters.text("username", wanted.username(), 1000),
                Parameters.text("password", wanted.password(), 100_000),
                wanted.displayName(),
                Boolean.TRUE.equals(wanted.admin()));
        return Response.created(URI.create("users/" + user.id()))
                .entity(Views.User.of(user))
                .build();
    }

    @GET
    @Operation(summary = "All users (administrators)")
    public Views.Page list(@QueryParam("limit") @Nullable String limit, @QueryParam("cursor") @Nullable String cursor) {
        current.administrator();
        return Views.Page.of(users.users(Parameters.slice(limit, cursor)).map(Views.User::of));
    }

    @GET
    @Path("{id}")
    @Operation(summary = "A user (administrators)")
    public Views.User get(@PathParam("id") String id) {
        current.administrator();
        return Views.User.of(users.find(UserId.parse(id)).orElseThrow(() -> new Failure.NotFound("user")));
    }

    @PATCH
    @Path("{id}")
    @Operation(summary = "Change a user: what is absent stays (administrators)")
    public Views.User change(@PathParam("id") String id, Bodies.@Nullable UserChange body) {
        var caller = current.administrator();
        var wanted = Parameters.body(body);
        return Views.User.of(users.change(
                caller, UserId.parse(id), wanted.displayName(), wanted.password(), wanted.admin(), wanted.enabled()));
    }

    @DELETE
    @Path("{id}/sessions")
    @Operation(
            summary = "Sign a user out everywhere (administrators)",
            description = "Ends all sessions and tokens, on every node within five seconds. API keys stay.")
    public void signOut(@PathParam("id") String id) {
        users.signOut(current.administrator(), UserId.parse(id));
    }

    @DELETE
    @Path("{id}")
    @Operation(summary = "Delete a user (administrators)")
    public void delete(@PathParam("id") String id) {
        users.delete(current.administrator(), UserId.parse(id));
    }
}
