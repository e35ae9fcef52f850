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
import java.util.List;
import java.util.Locale;
import org.docchat.domain.CollectionId;
import org.docchat.ingest.Embeddings;
import org.docchat.web.security.CurrentCaller;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** By which model's embeddings a collection is searched. */
@Path("collections/{id}/embedding-model")
@RequestScoped
@Tag(name = "Collections")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class EmbeddingModelResource {
    @Inject
    Embeddings embeddings;

    @Inject
    CurrentCaller current;

    /**
     * A collection's models, the one in use first.
     *
     * @param name of the model in use
     */
    public record InUse(String name, List<Model> models) {
        static InUse of(List<Embeddings.Standing> standings) {
            var models = standings.stream().map(Model::of).toList();
            return new InUse(models.get(0).name(), models);
        }
    }

    public record Model(
            String name,
            @Nullable Integer dimensions,

            @Schema(enumeration = {"in_use", "ready", "filling", "failed", "none"})
            String state,

            @Schema(description = "Passages that have an embedding of it")
            long done,

            @Schema(description = "Passages there are, those of old versions included")
            long total,

            @Nullable @Schema(description = "What went wrong last")
            String problem) {
        static Model of(Embeddings.Standing standing) {
            return new Model(
                    standing.model(),
                    standing.dimensions(),
                    standing.state().name().toLowerCase(Locale.ROOT),
                    standing.done(),
                    standing.total(),
                    standing.problem());
        }
    }

    @GET
    @Operation(summary = "The model whose embeddings a collection is searched by, and those it may change to")
    public InUse get(@PathParam("id") String id) {
        return InUse.of(embeddings.of(current.caller(), CollectionId.parse(id)));
    }

    @POST
    @Operation(
            summary = "Compute another model's embeddings beside those in use",
            description = "For owners. In the background, between documents: until the model is `ready` nothing changes"
                    + " for those who search, and what is uploaded meanwhile gets both. Once it has `failed`, this goes"
                    + " on where it stopped. Evaluations can be run by it before it is used.")
    @APIResponse(responseCode = "202", content = @Content(schema = @Schema(implementation = InUse.class)))
    public Response fill(@PathParam("id") String id, Bodies.@Nullable EmbeddingModelName body) {
        var standings = embeddings.fill(current.caller(), CollectionId.parse(id), name(body));
        return Response.accepted(InUse.of(standings)).build();
    }

    @PUT
    @Operation(
            summary = "Search by another model's embeddings from now on",
            description = "For owners, and only to a model that is `ready`. What was in use is kept ready, so that the"
                    + " same call leads back.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = InUse.class)))
    @APIResponse(responseCode = "409", description = "Not every passage has an embedding of it yet")
    public InUse use(@PathParam("id") String id, Bodies.@Nullable EmbeddingModelName body) {
        return InUse.of(embeddings.use(current.caller(), CollectionId.parse(id), name(body)));
    }

    @DELETE
    @Operation(summary = "Delete the embeddings of a model that is not in use, and compute no more of them")
    @APIResponse(responseCode = "204")
    @APIResponse(responseCode = "409", description = "They are in use")
    public void drop(@PathParam("id") String id, @QueryParam("name") @Nullable String name) {
        embeddings.drop(current.caller(), CollectionId.parse(id), Parameters.text("name", name, 200));
    }

    private static String name(Bodies.@Nullable EmbeddingModelName body) {
        return Parameters.text("name", Parameters.body(body).name(), 200);
    }
}
