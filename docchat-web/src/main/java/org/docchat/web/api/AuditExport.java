package org.docchat.web.api;

import jakarta.ws.rs.core.StreamingOutput;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.docchat.domain.Slice;
import org.docchat.web.security.Audit;
import org.jspecify.annotations.Nullable;

/** The audit trail as a file, part by part: neither memory nor a transaction holds all of it. */
enum AuditExport {
    /** A line of JSON for each entry. */
    JSONL(AuditExport.JSON_LINES) {
        @Override
        void write(AuditResource.Entry entry, Writer out) throws IOException {
            out.append(ApiJson.JSON.toJson(entry)).append('\n');
        }
    },
    /** RFC 4180. */
    CSV("text/csv;charset=UTF-8") {
        @Override
        void begin(Writer out) throws IOException {
            line(out, "number", "at", "actorId", "actor", "act", "collections", "subject", "detail", "hash");
        }

        @Override
        void write(AuditResource.Entry entry, Writer out) throws IOException {
            line(
                    out,
                    Long.toString(entry.number()),
                    entry.at(),
                    entry.actorId(),
                    entry.actor(),
                    entry.act(),
                    String.join(" ", entry.collections()),
                    entry.subject(),
                    entry.detail(),
                    entry.hash());
        }
    };

    static final String JSON_LINES = "application/jsonl";
    static final Slice.Request PART = new Slice.Request(200, null);

    private final String type;

    AuditExport(String type) {
        this.type = type;
    }

    String type() {
        return type;
    }

    /** Writes a first part and whatever comes behind it. */
    StreamingOutput of(Slice<Audit.Entry> first, Function<Slice.Request, Slice<Audit.Entry>> next) {
        return bytes -> {
            var out = new BufferedWriter(new OutputStreamWriter(bytes, StandardCharsets.UTF_8));
            begin(out);
            var part = first;
            while (true) {
                for (var entry : part.items()) {
                    write(AuditResource.Entry.of(entry), out);
                }
                if (part.nextCursor() == null) {
                    break;
                }
                part = next.apply(new Slice.Request(PART.limit(), part.nextCursor()));
            }
            out.flush();
        };
    }

    void begin(Writer out) throws IOException {}

    abstract void write(AuditResource.Entry entry, Writer out) throws IOException;

    private static void line(Writer out, @Nullable String... cells) throws IOException {
        out.append(Stream.of(cells).map(AuditExport::cell).collect(Collectors.joining(",")))
                .append("\r\n");
    }

    /** What begins like a formula is one for a spreadsheet, whatever quotation marks stand around it. */
    static String cell(@Nullable String text) {
        if (text == null) {
            return "";
        }
        var inert = text.matches("(?s)[=+\\-@\\t\\r].*") ? "'" + text : text;
        return inert.matches("(?s).*[\",\r\n].*") ? '"' + inert.replace("\"", "\"\"") + '"' : inert;
    }
}
