package org.docchat.web.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.UUID;
import java.util.stream.Collectors;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Failure;
import org.docchat.domain.Scope;
import org.docchat.web.security.ApiKeys;
import org.docchat.web.security.CurrentCaller;
import org.docchat.web.security.Problem;
import org.docchat.web.security.Sessions;
import org.docchat.web.security.SignIn;
import org.docchat.web.security.Tokens;
import org.docchat.web.security.Users;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirements;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Who the caller is, and the means to prove it. */
@Path("/")
@RequestScoped
@Tag(name = "Identity")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class IdentityResource {
    @Inject
    SignIn signIn;

    @Inject
    Tokens tokens;

    @Inject
    ApiKeys apiKeys;

    @Inject
    Users users;

    @Inject
    Sessions sessions;

    @Inject
    CurrentCaller current;

    @POST
    @Path("login")
    @Operation(summary = "Exchange username and password for a token")
    @SecurityRequirements
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = Views.Token.class)))
    @APIResponse(responseCode = "401", description = "Unknown user or wrong password")
    @APIResponse(responseCode = "429", description = "Too many attempts; see Retry-After")
    public Response login(@Context HttpServletRequest request, Bodies.@Nullable Login body) {
        var login = Parameters.body(body);
        var outcome = signIn.check(
                request,
                Parameters.text("username", login.username(), 1000),
                login.password() == null ? "" : login.password());
        if (outcome instanceof SignIn.Outcome.SignedIn signedIn) {
            return Response.ok(new Views.Token(tokens.issue(signedIn.user()), "Bearer", Tokens.LIFETIME.toSeconds()))
                    .build();
        }
        if (outcome instanceof SignIn.Outcome.TooManyAttempts tooMany) {
            throw tooMany.why();
        }
        return Response.status(401)
                .type(Problem.MEDIA_TYPE)
                .entity(Problem.of(401, "wrong_credentials", "Username or password is wrong.")
                        .json()
                        .toString())
                .header("WWW-Authenticate", "Bearer")
                .build();
    }

    @GET
    @Path("me")
    @Operation(summary = "Who am I?")
    public Views.Me me() {
        var caller = current.caller();
        var user = users.find(caller.id()).orElseThrow(() -> new Failure.NotFound("user"));
        return new Views.Me(user.id().toString(), user.username(), user.displayName(), caller.admin());
    }

    @POST
    @Path("me/api-keys")
    @Operation(
            summary = "Make an API key; it is shown this once",
            description = "It has the rights of its user, or less: `collections` limits it to those, `access` `read` to"
                    + " asking and reading as a viewer would. A limited key neither makes collections nor manages"
                    + " keys, and it administers nothing.")
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = Views.MadeApiKey.class)))
    public Response makeKey(Bodies.@Nullable NewApiKey body) {
        var wanted = Parameters.body(body);
        var scope = new Scope(
                wanted.collections() == null
                        ? null
                        : wanted.collections().stream()
                                .map(id -> CollectionId.parse(String.valueOf(id)))
                                .collect(Collectors.toSet()),
                wanted.access() == null
                        ? Scope.Access.WRITE
                        : Parameters.choice("access", wanted.access(), Scope.Access.values()));
        var made = apiKeys.make(
                current.unlimited(), Parameters.text("name", wanted.name(), 1000), wanted.expiresInDays(), scope);
        return Response.status(201).entity(Views.MadeApiKey.of(made)).build();
    }

    @GET
    @Path("me/api-keys")
    @Operation(summary = "My API keys, without their secrets")
    public Views.Page keys() {
        return Views.Page.of(
                apiKeys.keys(current.unlimited()).stream().map(Views.ApiKey::of).toList());
    }

    @DELETE
    @Path("me/api-keys/{id}")
    @Operation(summary = "Delete one of my API keys")
    public void deleteKey(@PathParam("id") String id) {
        apiKeys.delete(current.unlimited(), id(id, "api_key"));
    }

    @GET
    @Path("me/sessions")
    @Operation(summary = "The browsers that I am signed in with")
    public Views.Page sessions() {
        return Views.Page.of(sessions.sessions(current.unlimited()).stream()
                .map(Views.Session::of)
                .toList());
    }

    @DELETE
    @Path("me/sessions")
    @Operation(
            summary = "Sign me out everywhere",
            description = "Ends all sessions and tokens, this one too, on every node within five seconds. API keys"
                    + " stay.")
    public void signOut() {
        var caller = current.unlimited();
        users.signOut(caller, caller.id());
    }

    @DELETE
    @Path("me/sessions/{id}")
    @Operation(summary = "Sign me out of one browser")
    public void endSession(@PathParam("id") String id) {
        sessions.end(current.unlimited(), id(id, "session"));
    }

    static UUID id(String text, String what) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new Failure.NotFound(what);
        }
    }
}
