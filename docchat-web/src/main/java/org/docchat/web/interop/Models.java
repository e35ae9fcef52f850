package org.docchat.web.interop;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.json.bind.annotation.JsonbProperty;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.docchat.domain.Caller;
import org.docchat.domain.Collection;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Failure;
import org.docchat.domain.Slice;
import org.docchat.ingest.Collections;
import org.docchat.web.security.CurrentCaller;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The caller's collections as models that can be chosen. */
@Path("models")
@ApplicationScoped
@Tag(name = "OpenAI")
@Produces(MediaType.APPLICATION_JSON)
public class Models {
    private static final int PAGE = 200;

    @Inject
    Collections collections;

    @Inject
    CurrentCaller current;

    @GET
    @Operation(summary = "List the collections that can be asked, as models")
    public ModelList list() {
        return new ModelList(
                "list", all(current.caller()).stream().map(Model::of).toList());
    }

    @GET
    @Path("{model}")
    @Operation(summary = "One collection as a model")
    public Model get(@PathParam("model") String model) {
        return Model.of(named(current.caller(), model));
    }

    /**
     * The collection that a model's name means: its id, or its name where only one has it.
     *
     * @throws Failure.NotFound if there is none
     * @throws Failure.Conflict if several have the name
     */
    Collection named(Caller caller, @Nullable String model) {
        if (model == null || model.isBlank()) {
            throw new Failure.Invalid("missing_model", "\"model\" must name a collection, by its id or its name.");
        }
        if (isId(model)) {
            return collections.get(caller, CollectionId.parse(model));
        }
        var named = all(caller).stream()
                .filter(collection -> collection.name().equalsIgnoreCase(model.strip()))
                .toList();
        if (named.isEmpty()) {
            throw new Failure.NotFound("model");
        }
        if (named.size() > 1) {
            throw new Failure.Conflict("ambiguous_model", "Several collections have this name: use the id of one.");
        }
        return named.get(0);
    }

    private static boolean isId(String text) {
        try {
            return UUID.fromString(text).toString().equalsIgnoreCase(text);
        } catch (IllegalArgumentException e) {
            return false; // a name
        }
    }

    /** Everything that the caller may ask. */
    List<Collection> all(Caller caller) {
        var all = new ArrayList<Collection>();
        String cursor = null;
        do {
            var slice = collections.list(caller, new Slice.Request(PAGE, cursor));
            all.addAll(slice.items());
            cursor = slice.nextCursor();
        } while (cursor != null);
        return all;
    }

    public record ModelList(String object, List<Model> data) {}

    /** @param created in seconds since 1970 */
    public record Model(
            String id,
            String object,
            long created,
            @JsonbProperty("owned_by") String ownedBy,
            String name) {
        static Model of(Collection collection) {
            return new Model(
                    collection.id().toString(),
                    "model",
                    collection.createdAt().getEpochSecond(),
                    "docchat",
                    collection.name());
        }
    }
}
