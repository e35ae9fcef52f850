package org.docchat.web.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.docchat.domain.DocumentId;
import org.docchat.domain.Failure;
import org.docchat.ingest.Library;
import org.docchat.web.security.Audit;
import org.docchat.web.security.CurrentCaller;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** A document: its state, its bytes, its passages. */
@Path("documents/{id}")
@RequestScoped
@Tag(name = "Documents")
@Produces(MediaType.APPLICATION_JSON)
public class DocumentsResource {
    /** Kinds of content that no browser runs as a page of ours; every other kind is sent as mere bytes. */
    private static final Set<String> HARMLESS = Set.of("application/pdf", "text/plain");

    private static final int LONGEST_RANGE = 1_000_000;

    @Inject
    Library library;

    @Inject
    CurrentCaller current;

    @Inject
    Audit audit;

    @GET
    @Operation(summary = "A document with its versions, state and progress")
    public Views.Document get(@PathParam("id") String id) {
        return Views.Document.of(library.document(current.caller(), DocumentId.parse(id)));
    }

    @DELETE
    @Operation(summary = "Delete a document with all its versions")
    public void delete(@PathParam("id") String id) {
        library.delete(current.caller(), DocumentId.parse(id));
    }

    @POST
    @Path("retry")
    @Operation(summary = "Try a failed or rejected document again")
    @APIResponse(responseCode = "202", content = @Content(schema = @Schema(implementation = Views.Document.class)))
    public Response retry(@PathParam("id") String id) {
        return Response.accepted(Views.Document.of(library.retry(current.caller(), DocumentId.parse(id))))
                .build();
    }

    @POST
    @Path("cancel")
    @Operation(
            summary = "Stop indexing a document",
            description = "It is failed then and can be tried again; what is at its end already stays as it is.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = Views.Document.class)))
    public Views.Document cancel(@PathParam("id") String id) {
        return Views.Document.of(library.cancel(current.caller(), DocumentId.parse(id)));
    }

    @GET
    @Path("content")
    @Produces(MediaType.WILDCARD)
    @Operation(
            summary = "The original bytes, as an attachment",
            description = "409 with the code `infected` where the virus scanner found something in them, and with"
                    + " `not_scanned` where there is a scanner that has not seen them yet.")
    public Response content(@PathParam("id") String id, @QueryParam("version") @Nullable String version) {
        var caller = current.caller();
        var document = library.document(caller, DocumentId.parse(id));
        var number = Parameters.number("version", version, 1);
        var wanted = document.versions().stream()
                .filter(one ->
                        one.number() == (number == null ? document.newest().number() : number))
                .findAny()
                .orElseThrow(() -> new Failure.NotFound("version"));
        // While there can still be a status.
        library.requireClean(wanted);
        audit.record(
                caller,
                "document.read",
                List.of(document.collectionId()),
                document.id().value(),
                "version " + wanted.number());
        // Whether the document may still be seen is looked up with each piece of it.
        var entitlement = Entitlement.of(current);
        StreamingOutput bytes = out -> library.content(caller, document.id(), wanted.number(), entitlement.limit(out));
        var kind = HARMLESS.contains(wanted.mediaType()) ? wanted.mediaType() : MediaType.APPLICATION_OCTET_STREAM;
        return Response.ok(bytes, kind)
                .header(HttpHeaders.CONTENT_LENGTH, wanted.size())
                .header(HttpHeaders.CONTENT_DISPOSITION, attachment(document.name()))
                .build();
    }

    /** A file name in both forms of RFC 6266: whatever stands in it, the header stays one header. */
    static String attachment(String name) {
        var plain = name.replaceAll("[^A-Za-z0-9 ._()-]", "_");
        var encoded = URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A");
        return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + encoded;
    }

    @GET
    @Path("passages")
    @Operation(summary = "The passages of a version in order")
    public Views.Page passages(
            @PathParam("id") String id,
            @QueryParam("version") @Nullable String version,
            @QueryParam("page") @Nullable String page,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        return Views.Page.of(library.passages(
                        current.caller(),
                        DocumentId.parse(id),
                        Parameters.number("version", version, 1),
                        Parameters.number("page", page, 1),
                        Parameters.slice(limit, cursor))
                .map(Views.Passage::of));
    }

    @GET
    @Path("text")
    @Operation(summary = "The extracted text in [start, end), page by page")
    public Views.Page text(
            @PathParam("id") String id,
            @QueryParam("version") @Nullable String version,
            @QueryParam("start") @Nullable String start,
            @QueryParam("end") @Nullable String end) {
        var range = Range.of(start, end);
        return Views.Page.of(library
                .text(
                        current.caller(),
                        DocumentId.parse(id),
                        Parameters.number("version", version, 1),
                        range.start(),
                        range.end())
                .stream()
                .map(Views.TextPage::of)
                .toList());
    }

    @GET
    @Path("marks")
    @Operation(
            summary = "The boxes of the words in [start, end) of the extracted text",
            description = "In fractions of the page's displayed width and height, from its upper left corner.")
    public Views.Page marks(
            @PathParam("id") String id,
            @QueryParam("version") @Nullable String version,
            @QueryParam("start") @Nullable String start,
            @QueryParam("end") @Nullable String end) {
        var range = Range.of(start, end);
        return Views.Page.of(library.marks(
                current.caller(),
                DocumentId.parse(id),
                Parameters.number("version", version, 1),
                range.start(),
                range.end()));
    }

    private record Range(int start, int end) {
        static Range of(@Nullable String start, @Nullable String end) {
            var first = Parameters.number("start", start, 0);
            var behind = Parameters.number("end", end, 0);
            if (first == null || behind == null || behind < first || behind - first > LONGEST_RANGE) {
                throw new Failure.Invalid(
                        "invalid_range",
                        "start and end are needed, end not before start and at most " + LONGEST_RANGE
                                + " characters behind it.");
            }
            return new Range(first, behind);
        }
    }
}
