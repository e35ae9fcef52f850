package org.docchat.web.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.commons.fileupload2.core.FileItemInput;
import org.apache.commons.fileupload2.jakarta.servlet6.JakartaServletFileUpload;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Failure;
import org.docchat.ingest.Collections;
import org.docchat.ingest.Library;
import org.docchat.web.platform.Settings;
import org.docchat.web.security.CurrentCaller;
import org.docchat.web.security.Problem;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The documents of a collection: uploading and listing. */
@Path("collections/{id}/documents")
@RequestScoped
@Tag(name = "Documents")
@Produces(MediaType.APPLICATION_JSON)
public class UploadsResource {
    private static final Set<String> STATES =
            Set.of("received", "parsing", "embedding", "indexed", "rejected", "failed");

    @Inject
    Collections collections;

    @Inject
    Library library;

    @Inject
    CurrentCaller current;

    @Inject
    Settings settings;

    @GET
    @Operation(summary = "The documents of a collection, those with problems first, then newest first")
    public Views.Page list(
            @PathParam("id") String id,
            @QueryParam("state") @Nullable String state,
            @QueryParam("name") @Nullable String name,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        if (state != null && !STATES.contains(state)) {
            throw new Failure.Invalid("invalid_state", "There is no such state of a document.");
        }
        return Views.Page.of(library.documents(
                        current.caller(),
                        CollectionId.parse(id),
                        state,
                        Parameters.optionalText("name", name, 1000),
                        Parameters.slice(limit, cursor))
                .map(Views.Document::of));
    }

    @PUT
    @Path("{name: .+}")
    @Consumes(MediaType.WILDCARD)
    @Operation(
            summary = "Upload one document as the raw body",
            description = "The same bytes again under the same name: 200 with the existing version. Other bytes under"
                    + " the same name: a new version.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/octet-stream",
                            schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @APIResponse(
            responseCode = "202",
            description = "Stored and queued",
            content = @Content(schema = @Schema(implementation = Views.Uploaded.class)))
    @APIResponse(responseCode = "200", description = "These bytes stand there already")
    @APIResponse(responseCode = "413", description = "Larger than this installation accepts")
    @APIResponse(responseCode = "415", description = "Not a kind of document that is read")
    public Response put(
            @Context HttpServletRequest request,
            @PathParam("id") String id,
            @PathParam("name") String name,
            InputStream body)
            throws IOException {
        var collection = CollectionId.parse(id);
        if (request.getContentLengthLong() > settings.uploadMaxBytes()) {
            collections.get(current.caller(), collection);
            throw new Failure.TooLarge(settings.uploadMaxBytes());
        }
        var uploaded = Views.Uploaded.of(accept(current.caller(), collection, name, body));
        return Response.status(uploaded.status()).entity(uploaded).build();
    }

    @POST
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @Operation(
            summary = "Upload documents, one or more parts named \"file\"",
            description = "One item per file, in order; a refused file has its own status and problem and does not stop"
                    + " the others.")
    @APIResponse(responseCode = "202", description = "At least one file is stored and queued")
    @APIResponse(responseCode = "200", description = "All of them stand there already")
    public Response post(@Context HttpServletRequest request, @PathParam("id") String id) throws IOException {
        var collection = CollectionId.parse(id);
        var caller = current.caller();
        // Known before the first byte is read: the wrong collection costs nobody an upload.
        collections.get(caller, collection);
        var items = parts(request, caller, collection);
        if (items.isEmpty()) {
            throw new Failure.Invalid("missing_file", "Send one or more parts named \"file\", each with a file name.");
        }
        if (items.stream().allMatch(item -> item.problem() != null)) {
            return refused(items);
        }
        boolean anyNew = items.stream().anyMatch(item -> item.status() == 202);
        return Response.status(anyNew ? 202 : 200).entity(Views.Page.of(items)).build();
    }

    private List<Views.Uploaded> parts(HttpServletRequest request, Caller caller, CollectionId collection)
            throws IOException {
        // Whatever has no type passes for one that is taken, and the reader looks into it.
        if (request.getContentType() == null) {
            throw malformed();
        }
        var upload = new JakartaServletFileUpload<>();
        upload.setHeaderCharset(StandardCharsets.UTF_8);
        upload.setMaxPartHeaderSize(16_384);
        var items = new ArrayList<Views.Uploaded>();
        var parts = readOn(() -> upload.getItemIterator(request));
        while (readOn(parts::hasNext)) {
            var part = readOn(parts::next);
            if (part.isFormField() || !"file".equals(part.getFieldName())) {
                continue;
            }
            var name = nameOf(part);
            try {
                items.add(Views.Uploaded.of(accept(caller, collection, name, part.getInputStream())));
            } catch (Failure.Unavailable e) {
                // The next part would meet the same; the client sends all of them again.
                throw e;
            } catch (Failure e) {
                items.add(refused(name, Problem.of(e)));
            }
        }
        return items;
    }

    /** Also one that no path can be made of: none is made here. */
    private static String nameOf(FileItemInput part) {
        try {
            return part.getName() == null ? "" : part.getName();
        } catch (InvalidPathException e) {
            return e.getInput();
        }
    }

    private interface Reading<T> {
        T read() throws IOException;
    }

    /** Reads on in the body; that it breaks off or is none is the client's affair. */
    private static <T> T readOn(Reading<T> reading) {
        try {
            return reading.read();
        } catch (IOException e) {
            throw malformed();
        }
    }

    private static Failure malformed() {
        return new Failure.Invalid(
                "malformed_multipart", "The body is not multipart/form-data, or it ended before its end.");
    }

    private Library.Accepted accept(Caller caller, CollectionId collection, String name, InputStream bytes)
            throws IOException {
        try {
            return library.accept(caller, collection, name, new Upload(bytes));
        } catch (Upload.Broken e) {
            throw new Failure.Invalid("incomplete_upload", "The upload ended before its end. Nothing of it was kept.");
        }
    }

    private static Views.Uploaded refused(String name, Problem problem) {
        return new Views.Uploaded(null, name, null, null, null, problem.status(), problem.json());
    }

    /** The first problem, as this is an error, with what became of each file beside it. */
    private static Response refused(List<Views.Uploaded> items) {
        JsonObject first = items.get(0).problem();
        var all = Json.createReader(new java.io.StringReader(ApiJson.JSON.toJson(items)))
                .readArray();
        return Response.status(items.get(0).status())
                .type(Problem.MEDIA_TYPE)
                .entity(Json.createObjectBuilder(first)
                        .add("items", all)
                        .build()
                        .toString())
                .build();
    }
}
