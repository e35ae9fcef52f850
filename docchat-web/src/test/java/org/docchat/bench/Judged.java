package org.docchat.bench;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Documents, queries, and who found which document worth what for which query, in the form of BEIR: {@code
 * corpus.jsonl.gz}, {@code queries.jsonl}, {@code qrels.tsv}.
 *
 * @param documents text by id: the title on a line of its own, then the text
 * @param queries text by id, only those that have a judgement
 * @param unanswerable questions that look like the others, by the one document that does not answer them; read from
 *     {@code qa.jsonl.gz}, where there is one
 * @param answers to a query, in the words of its document; from the same file
 * @param grades by query, then by document; what is not there is 0
 */
record Judged(
        String name,
        Map<String, String> documents,
        Map<String, String> queries,
        Map<String, List<String>> unanswerable,
        Map<String, List<String>> answers,
        Map<String, Map<String, Integer>> grades) {

    static Judged read(Path folder) throws IOException {
        var documents = new LinkedHashMap<String, String>();
        for (var line : lines(new GZIPInputStream(Files.newInputStream(folder.resolve("corpus.jsonl.gz"))))) {
            documents.put(line.getString("_id"), line.getString("title", "") + "\n" + line.getString("text"));
        }
        var grades = new HashMap<String, Map<String, Integer>>();
        try (var rows = Files.lines(folder.resolve("qrels.tsv"))) {
            rows.skip(1)
                    .map(row -> row.split("\t"))
                    .filter(row -> Integer.parseInt(row[2].strip()) > 0)
                    .forEach(row -> grades.computeIfAbsent(row[0], query -> new HashMap<>())
                            .put(row[1], Integer.valueOf(row[2].strip())));
        }
        var queries = new LinkedHashMap<String, String>();
        for (var line : lines(Files.newInputStream(folder.resolve("queries.jsonl")))) {
            if (grades.containsKey(line.getString("_id"))) {
                queries.put(line.getString("_id"), line.getString("text"));
            }
        }
        var unanswerable = new LinkedHashMap<String, List<String>>();
        var answers = new LinkedHashMap<String, List<String>>();
        var asked = folder.resolve("qa.jsonl.gz");
        if (Files.exists(asked)) {
            for (var line : lines(new GZIPInputStream(Files.newInputStream(asked)))) {
                if (line.getBoolean("is_impossible")) {
                    unanswerable
                            .computeIfAbsent(line.getString("paragraph"), id -> new ArrayList<>())
                            .add(line.getString("text"));
                } else {
                    answers.put(
                            line.getString("_id"),
                            line.getJsonArray("answers").getValuesAs(JsonString.class).stream()
                                    .map(JsonString::getString)
                                    .toList());
                }
            }
        }
        return new Judged(
                folder.toAbsolutePath().normalize().getFileName().toString(),
                documents,
                queries,
                unanswerable,
                answers,
                grades);
    }

    /** The same without the documents of these titles, and without what only they answer. */
    Judged without(Set<String> titles) {
        var kept = new LinkedHashMap<>(documents);
        kept.values().removeIf(text -> titles.contains(text.substring(0, text.indexOf('\n'))));
        var asked = new LinkedHashMap<>(queries);
        asked.keySet()
                .removeIf(query -> Collections.disjoint(
                        grades.getOrDefault(query, Map.of()).keySet(), kept.keySet()));
        var remaining = new LinkedHashMap<>(unanswerable);
        remaining.keySet().retainAll(kept.keySet());
        return new Judged(name, kept, asked, remaining, answers, grades);
    }

    /** One JSON object a line. */
    static List<JsonObject> lines(InputStream in) throws IOException {
        try (var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
                Stream<String> lines = reader.lines()) {
            return lines.filter(line -> !line.isBlank())
                    .map(line -> Json.createReader(new StringReader(line)).readObject())
                    .toList();
        }
    }
}
