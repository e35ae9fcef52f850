package org.docchat.ingest;

import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A version as an archive has it.
 *
 * @param file the number of its files in the archive, from 1, in the order in which the versions were indexed: search
 *     breaks ties by it
 * @param state indexed, rejected, or received for what was not at an end and begins anew
 */
record ArchivedVersion(
        int number,
        int file,
        long size,
        String sha256,
        String state,
        @Nullable String problemCode,
        @Nullable String problemDetail,
        @Nullable String notes,
        int passages,
        Instant createdAt,
        @Nullable Instant indexedAt,
        @Nullable Instant currentFrom,
        @Nullable Instant currentTo) {

    /** A document with its versions, oldest first. */
    record Document(String name, Instant createdAt, java.util.List<ArchivedVersion> versions) {}

    /** A version of the archive beside the rows that it is, or is to be. */
    record Stored(UUID document, UUID content, ArchivedVersion version) {}

    boolean isIndexed() {
        return "indexed".equals(state);
    }

    boolean isCurrent() {
        return currentFrom != null && currentTo == null;
    }

    String original() {
        return "originals/" + file;
    }

    String text() {
        return "texts/" + file + ".txt";
    }

    String pages() {
        return "pages/" + file + ".jsonl";
    }

    String passagesFile() {
        return "passages/" + file + ".jsonl";
    }

    JsonObject json() {
        var json = ArchiveLine.JSON
                .createObjectBuilder()
                .add("number", number)
                .add("file", file)
                .add("size", size)
                .add("sha256", sha256)
                .add("state", state)
                .add("passages", passages)
                .add("createdAt", createdAt.toString());
        add(json, "problemCode", problemCode);
        add(json, "problemDetail", problemDetail);
        add(json, "notes", notes);
        add(json, "indexedAt", indexedAt);
        add(json, "currentFrom", currentFrom);
        add(json, "currentTo", currentTo);
        return json.build();
    }

    private static void add(JsonObjectBuilder json, String name, @Nullable Object value) {
        if (value != null) {
            json.add(name, value.toString());
        }
    }

    static ArchivedVersion of(ArchiveLine line) {
        var version = new ArchivedVersion(
                line.integer("number", 1),
                line.integer("file", 1),
                line.number("size"),
                line.text("sha256", 64),
                line.text("state", 20),
                line.optional("problemCode", 100),
                line.optional("problemDetail", 10_000),
                line.optional("notes", 100_000),
                line.integer("passages", 0),
                line.time("createdAt"),
                line.optionalTime("indexedAt"),
                line.optionalTime("currentFrom"),
                line.optionalTime("currentTo"));
        line.require(
                switch (version.state) {
                    case "indexed" -> version.indexedAt != null && version.passages > 0;
                    case "rejected" -> version.problemCode != null && version.problemDetail != null;
                    case "received" -> true;
                    default -> false;
                },
                "a state");
        line.require(version.currentFrom == null || version.isIndexed(), "currentFrom");
        line.require(
                version.currentTo == null
                        || version.currentFrom != null && !version.currentTo.isBefore(version.currentFrom),
                "currentTo");
        return version;
    }
}
