package org.docchat.web.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.docchat.web.security.Audit;
import org.docchat.web.security.CurrentCaller;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The audit trail, for administrators. */
@Path("audit")
@RequestScoped
@Tag(name = "Administration")
@Produces(MediaType.APPLICATION_JSON)
public class AuditResource {
    @Inject
    Audit audit;

    @Inject
    CurrentCaller current;

    /** @param at always with six digits of a second: as it is hashed */
    public record Entry(
            long number,
            String at,
            @Nullable String actorId,
            @Nullable String actor,
            String act,
            List<String> collections,
            @Nullable String subject,
            String detail,
            String hash) {
        private static final DateTimeFormatter TIME =
                DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSX").withZone(ZoneOffset.UTC);

        static Entry of(Audit.Entry entry) {
            return new Entry(
                    entry.number(),
                    TIME.format(entry.at()),
                    entry.actor(),
                    entry.actorName(),
                    entry.act(),
                    entry.collections(),
                    entry.subject(),
                    entry.detail(),
                    entry.hash());
        }
    }

    public record Verdict(
            boolean intact,
            long entries,
            String head,
            @Nullable Long firstAltered) {}

    @GET
    @Operation(
            summary = "Who did what, oldest first (administrators)",
            description =
                    "Each entry's `hash` is the SHA-256 of these lines, joined by newlines: the hash before (empty"
                            + " for the first), number, at, actorId, actor, act, collections with commas between, subject,"
                            + " detail; what is null is an empty line.")
    public Views.Page list(
            @QueryParam("since") @Nullable String since,
            @QueryParam("act") @Nullable String act,
            @QueryParam("actor") @Nullable String actor,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        var filter =
                Audit.Filter.of(Parameters.time("since", since), act, Parameters.optionalText("actor", actor, 1000));
        return Views.Page.of(audit.oldestFirst(current.administrator(), filter, Parameters.slice(limit, cursor))
                .map(Entry::of));
    }

    @GET
    @Path("export")
    @Produces(MediaType.WILDCARD)
    @Operation(
            summary = "All entries that a filter finds, oldest first, as an attachment (administrators)",
            description =
                    "`format` is `jsonl`, a line for each entry as the list has it, or `csv`, for spreadsheets: there a"
                            + " value that a spreadsheet would take for a formula has an apostrophe before it.")
    @APIResponse(
            responseCode = "200",
            content = {
                @Content(mediaType = AuditExport.JSON_LINES, schema = @Schema(type = SchemaType.STRING)),
                @Content(mediaType = "text/csv", schema = @Schema(type = SchemaType.STRING))
            })
    public Response export(
            @QueryParam("format") @Nullable String format,
            @QueryParam("since") @Nullable String since,
            @QueryParam("act") @Nullable String act,
            @QueryParam("actor") @Nullable String actor) {
        var caller = current.administrator();
        var wanted = Parameters.choice("format", format == null ? "jsonl" : format, AuditExport.values());
        var filter =
                Audit.Filter.of(Parameters.time("since", since), act, Parameters.optionalText("actor", actor, 1000));
        // Also looks whether the filter is one, while it can still be said.
        var first = audit.oldestFirst(caller, filter, AuditExport.PART);
        audit.record(caller, "audit.export", List.of(), null, format == null ? "jsonl" : format);
        return Response.ok(wanted.of(first, next -> audit.oldestFirst(caller, filter, next)), wanted.type())
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        DocumentsResource.attachment("audit." + wanted.name().toLowerCase(Locale.ROOT)))
                .build();
    }

    @GET
    @Path("verify")
    @Operation(
            summary = "Whether the audit trail is as it was written (administrators)",
            description = "Goes through all of it. Compare `head` with what the log said, too.")
    public Verdict verify() {
        var verdict = audit.verify(current.administrator());
        return new Verdict(verdict.firstAltered() == null, verdict.entries(), verdict.head(), verdict.firstAltered());
    }
}
