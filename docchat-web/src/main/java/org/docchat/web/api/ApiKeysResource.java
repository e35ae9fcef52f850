package org.docchat.web.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.docchat.web.security.ApiKeys;
import org.docchat.web.security.CurrentCaller;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Everybody's API keys, for administrators. */
@Path("api-keys")
@RequestScoped
@Tag(name = "Administration")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class ApiKeysResource {
    @Inject
    ApiKeys apiKeys;

    @Inject
    CurrentCaller current;

    @GET
    @Operation(
            summary = "Everybody's API keys, without their secrets (administrators)",
            description = "The newest first. `user` is a username, for that user's only.")
    public Views.Page list(
            @QueryParam("user") @Nullable String user,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        current.administrator();
        return Views.Page.of(apiKeys.everybodys(user == null ? "" : user, Parameters.slice(limit, cursor))
                .map(Views.OwnedApiKey::of));
    }

    @DELETE
    @Path("{id}")
    @Operation(summary = "Revoke anybody's API key (administrators)")
    public void delete(@PathParam("id") String id) {
        apiKeys.deleteAnybodys(current.administrator(), IdentityResource.id(id, "api_key"));
    }
}
