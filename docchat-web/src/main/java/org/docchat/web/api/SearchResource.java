package org.docchat.web.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.docchat.domain.CollectionId;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Finding passages. */
@Path("search")
@RequestScoped
@Tag(name = "Search and answers")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class SearchResource {
    @Inject
    Asking asking;

    @POST
    @Operation(summary = "Find passages in several collections")
    public Views.Findings search(Bodies.@Nullable Search body) {
        var search = Parameters.body(body);
        return asking.search(Asking.collections(search.collections()), search);
    }

    /** In one collection. A class of its own: the server decides by the class's path first and never turns back. */
    @Path("collections/{id}/search")
    @RequestScoped
    @Tag(name = "Search and answers")
    @Produces(MediaType.APPLICATION_JSON)
    @Consumes(MediaType.APPLICATION_JSON)
    public static class InCollection {
        @Inject
        Asking asking;

        @POST
        @Operation(summary = "Find passages in a collection")
        public Views.Findings search(@PathParam("id") String id, Bodies.@Nullable Search body) {
            return asking.search(List.of(CollectionId.parse(id)), Parameters.body(body));
        }
    }
}
