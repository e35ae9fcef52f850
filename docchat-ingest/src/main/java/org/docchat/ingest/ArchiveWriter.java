package org.docchat.ingest;

import jakarta.json.JsonObject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.docchat.domain.Caller;
import org.docchat.domain.Collection;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Role;
import org.docchat.domain.Transactions;

/** Writes a collection down. Indexed versions never change, so each piece can be a transaction of its own. */
record ArchiveWriter(
        Transactions<EntityManager> transactions, Caller caller, Collection collection, List<Source> versions)
        implements Archives.Export {
    static final String FORMAT = "docchat-collection";
    static final int FORMAT_VERSION = 1;
    private static final int ROWS = 100;

    /** A version and where it comes from. */
    record Source(String name, Instant documentCreatedAt, ArchivedVersion.Stored stored) {}

    static List<Source> versions(EntityManager session, CollectionId id) {
        var found = Rows.of(session.createNativeQuery("""
                                select d.name, d.created_at as document_created_at, v.*,
                                       case when v.state = 'indexed' then
                                           (select min(p.id) from passage p
                                             where p.document_id = v.document_id and p.version = v.number)
                                       end as first_passage
                                  from version v join document d on d.id = v.document_id
                                 where v.collection_id = :id
                                   and not (v.state = 'rejected' and coalesce(v.problem_code, '') = 'infected')
                                 order by first_passage nulls last, v.document_id, v.number
                                """, Tuple.class).setParameter("id", id.value()))
                .toList();
        var sources = new ArrayList<Source>();
        for (var row : found) {
            sources.add(new Source(
                    row.get("name", String.class),
                    row.get("document_created_at", Instant.class),
                    new ArchivedVersion.Stored(
                            row.get("document_id", UUID.class),
                            row.get("content_id", UUID.class),
                            version(row, sources.size() + 1))));
        }
        return sources;
    }

    private static ArchivedVersion version(Tuple row, int file) {
        var state = row.get("state", String.class);
        boolean indexed = "indexed".equals(state);
        boolean rejected = "rejected".equals(state);
        return new ArchivedVersion(
                row.get("number", Integer.class),
                file,
                row.get("size", Long.class),
                row.get("sha256", String.class),
                indexed || rejected ? state : "received",
                rejected ? row.get("problem_code", String.class) : null,
                rejected ? row.get("problem_detail", String.class) : null,
                indexed ? row.get("notes", String.class) : null,
                indexed ? row.get("passages", Integer.class) : 0,
                row.get("created_at", Instant.class),
                indexed ? row.get("indexed_at", Instant.class) : null,
                indexed ? row.get("current_from", Instant.class) : null,
                indexed ? row.get("current_to", Instant.class) : null);
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        var seal = new Seal(out);
        var zip = new ZipOutputStream(seal, StandardCharsets.UTF_8);
        zip.setComment(Seal.BLANK);
        begin(zip, "manifest.json");
        line(zip, manifest());
        zip.closeEntry();
        var whole = new LinkedHashMap<UUID, List<Source>>();
        for (var source : versions) {
            if (write(zip, source.stored)) {
                whole.computeIfAbsent(source.stored.document(), id -> new ArrayList<>())
                        .add(source);
            }
        }
        begin(zip, "documents.jsonl");
        for (var sources : whole.values()) {
            line(zip, document(sources));
        }
        zip.closeEntry();
        // Who is no owner any more has seen documents vanish, not the collection as it stood.
        transactions.as(caller, session -> {
            Collections.require(session, collection.id(), Role.OWNER);
            return null;
        });
        zip.finish();
        seal.finish();
    }

    private JsonObject manifest() {
        return ArchiveLine.JSON
                .createObjectBuilder()
                .add("format", FORMAT)
                .add("version", FORMAT_VERSION)
                .add("exportedAt", Instant.now().toString())
                .add("name", collection.name())
                .add("description", collection.description())
                .add("language", collection.language().toString())
                .build();
    }

    private static JsonObject document(List<Source> sources) {
        var versions = ArchiveLine.JSON.createArrayBuilder();
        sources.stream()
                .map(source -> source.stored.version())
                .sorted(java.util.Comparator.comparingInt(ArchivedVersion::number))
                .forEach(version -> versions.add(version.json()));
        return ArchiveLine.JSON
                .createObjectBuilder()
                .add("name", sources.get(0).name)
                .add("createdAt", sources.get(0).documentCreatedAt.toString())
                .add("versions", versions)
                .build();
    }

    /** False if the version was deleted while it was written. */
    private boolean write(ZipOutputStream zip, ArchivedVersion.Stored stored) throws IOException {
        var version = stored.version();
        if (version.isIndexed()) {
            begin(zip, version.text());
            rows(stored, PAGES, row -> row.get("text", String.class).getBytes(StandardCharsets.UTF_8), zip);
            zip.closeEntry();
            begin(zip, version.pages());
            rows(stored, PAGES, row -> bytes(page(row)), zip);
            zip.closeEntry();
            begin(zip, version.passagesFile());
            int passages = rows(stored, PASSAGES, row -> bytes(passage(row)), zip);
            zip.closeEntry();
            if (passages != version.passages()) {
                return false;
            }
        }
        zip.setLevel(Deflater.NO_COMPRESSION); // documents are compressed already, or small
        zip.putNextEntry(new ZipEntry(version.original()));
        long size = 0;
        for (int ordinal = 0; ; ordinal++) {
            int part = ordinal;
            var bytes = transactions.as(caller, session -> Uploads.piece(session, stored.content(), part));
            if (bytes.isEmpty()) {
                break;
            }
            zip.write(bytes.get());
            size += bytes.get().length;
        }
        zip.closeEntry();
        return size == version.size();
    }

    private static final String PAGES = """
            select ordinal, number, label, start_at, end_at, text, words from page
             where document_id = :document and version = :version and ordinal >= :from order by ordinal limit :rows
            """;

    private static final String PASSAGES = """
            select p.ordinal, p.page, p.section, p.start_at, p.end_at, p.context,
                   (select array_agg(e.model order by e.model) from embedding e where e.passage_id = p.id) as models,
                   (select string_agg(array_to_string(e.vector, ','), ';' order by e.model) from embedding e
                     where e.passage_id = p.id) as vectors
              from passage p
             where p.document_id = :document and p.version = :version and p.ordinal >= :from
             order by p.ordinal limit :rows
            """;

    private int rows(ArchivedVersion.Stored stored, String sql, Function<Tuple, byte[]> form, ZipOutputStream zip)
            throws IOException {
        int written = 0;
        while (true) {
            int from = written;
            var rows = transactions.as(caller, session -> Rows.of(session.createNativeQuery(sql, Tuple.class)
                            .setParameter("document", stored.document())
                            .setParameter("version", stored.version().number())
                            .setParameter("from", from)
                            .setParameter("rows", ROWS))
                    .toList());
            for (var row : rows) {
                zip.write(form.apply(row));
            }
            written += rows.size();
            if (rows.size() < ROWS) {
                return written;
            }
        }
    }

    private static JsonObject page(Tuple row) {
        var json = ArchiveLine.JSON
                .createObjectBuilder()
                .add("number", row.get("number", Integer.class))
                .add("start", row.get("start_at", Integer.class))
                .add("end", row.get("end_at", Integer.class));
        if (row.get("label") != null) {
            json.add("label", row.get("label", String.class));
        }
        if (row.get("words") != null) {
            json.add("words", Base64.getEncoder().encodeToString(row.get("words", byte[].class)));
        }
        return json.build();
    }

    private static JsonObject passage(Tuple row) {
        var json = ArchiveLine.JSON
                .createObjectBuilder()
                .add("start", row.get("start_at", Integer.class))
                .add("end", row.get("end_at", Integer.class))
                .add("context", row.get("context", String.class));
        if (row.get("page") != null) {
            json.add("page", row.get("page", Integer.class));
        }
        if (row.get("section") != null) {
            json.add("section", row.get("section", String.class));
        }
        if (row.get("models") != null) {
            var embeddings = ArchiveLine.JSON.createObjectBuilder();
            var vectors = row.get("vectors", String.class).split(";");
            var models = row.get("models", String[].class);
            for (int i = 0; i < models.length; i++) {
                embeddings.add(models[i], base64(vectors[i].split(",")));
            }
            json.add("embeddings", embeddings);
        }
        return json.build();
    }

    private static String base64(String[] numbers) {
        var bytes = ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (var number : numbers) {
            bytes.putFloat(Float.parseFloat(number));
        }
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    private static void begin(ZipOutputStream zip, String name) throws IOException {
        zip.setLevel(Deflater.BEST_SPEED);
        zip.putNextEntry(new ZipEntry(name));
    }

    private static void line(ZipOutputStream zip, JsonObject json) throws IOException {
        zip.write(bytes(json));
    }

    private static byte[] bytes(JsonObject json) {
        return (json + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
