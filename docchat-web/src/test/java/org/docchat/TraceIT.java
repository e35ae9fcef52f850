package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayName("An answer can be looked into, and its search done again")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TraceIT {
    private static final String QUESTION = "How much is the deposit for a company bicycle?";

    private final Installation installation;
    private final Client ann;

    TraceIT(Installation installation) {
        this.installation = installation;
        ann = installation.newUser("ann.trace");
    }

    private String newCollection(String name) {
        var collection = ann.newCollection(name);
        ann.indexed(
                collection,
                "bicycles.md",
                "# Bicycles\n\nThe deposit for a company bicycle is 75 euros.\n".getBytes(UTF_8));
        ann.indexed(collection, "parking.md", "# Parking\n\nA company car parks below the library.\n".getBytes(UTF_8));
        return collection;
    }

    private JsonObject ask(String collection) {
        var answer = ann.post(
                        "/api/v1/collections/" + collection + "/answers",
                        Client.json().add("question", QUESTION))
                .requireStatus(200)
                .json();
        assertThat(answer.getString("outcome")).isEqualTo("answered");
        return answer;
    }

    private JsonObject trace(JsonObject answer) {
        return ann.get("/api/v1/answers/" + answer.getString("id") + "/trace")
                .requireStatus(200)
                .json();
    }

    private JsonObject replay(JsonObject answer) {
        return ann.send("POST", "/api/v1/answers/" + answer.getString("id") + "/replay", "")
                .requireStatus(200)
                .json();
    }

    private static List<JsonObject> passages(JsonObject from) {
        return from.getJsonArray("passages").getValuesAs(JsonObject.class);
    }

    private static List<JsonObject> changes(JsonObject replay) {
        return replay.getJsonArray("changes").getValuesAs(JsonObject.class);
    }

    @Test
    void aTraceSaysWhatWasFoundWhyAndUnderWhichSettings() {
        var collection = newCollection("Traced");
        var answer = ask(collection);
        var found = ann.post(
                        "/api/v1/collections/" + collection + "/search",
                        Client.json().add("query", QUESTION))
                .list("passages");

        var trace = trace(answer);

        assertThat(trace.getString("standaloneQuestion")).isEqualTo(QUESTION);
        assertThat(trace.getJsonNumber("evidence")).isEqualTo(answer.getJsonNumber("evidence"));
        assertThat(trace.getJsonObject("settings").getString("embeddingModel")).contains("bge-small");
        assertThat(trace.getJsonObject("settings")
                        .getJsonNumber("evidenceThreshold")
                        .doubleValue())
                .isEqualTo(0.3);
        assertThat(trace.getJsonObject("settings").isNull("promptTemplate")).isTrue();
        assertThat(passages(trace)).hasSameSizeAs(found);
        for (int i = 0; i < found.size(); i++) {
            var seen = passages(trace).get(i);
            assertThat(seen.getInt("rank")).isEqualTo(i + 1);
            for (var member : List.of("id", "documentId", "version", "score", "ranks", "text", "start", "end")) {
                assertThat(seen.get(member)).as(member).isEqualTo(found.get(i).get(member));
            }
        }
        var best = passages(trace).get(0);
        assertThat(best.getBoolean("cited")).isTrue();
        assertThat(best.getString("state")).isEqualTo("current");
        assertThat(best.getJsonArray("terms").toString()).isEqualTo("[\"deposit\",\"company\",\"bicycle\"]");
        assertThat(passages(trace).get(1).getJsonArray("terms").toString()).isEqualTo("[\"company\"]");
    }

    @Test
    void whileNothingChangesTheSameIsFoundAgain() {
        var answer = ask(newCollection("Unchanged"));

        var replay = replay(answer);

        assertThat(replay.getBoolean("identical")).isTrue();
        assertThat(changes(replay)).isEmpty();
        assertThat(passages(replay))
                .extracting(again -> again.getJsonObject("passage").getString("id"))
                .containsExactlyElementsOf(passages(trace(answer)).stream()
                        .map(seen -> seen.getString("id"))
                        .toList());
    }

    @Test
    void whatChangedSinceIsNamed() {
        var collection = newCollection("Changing");
        var answer = ask(collection);
        ann.indexed(
                collection,
                "bicycles.md",
                "# Bicycles\n\nThe deposit for a company bicycle is 80 euros.\n".getBytes(UTF_8));
        ann.indexed(collection, "scooters.md", "# Scooters\n\nA company scooter needs no deposit.\n".getBytes(UTF_8));

        var replay = replay(answer);

        assertThat(replay.getBoolean("identical")).isFalse();
        assertThat(changes(replay))
                .extracting(change -> change.getString("kind") + ": " + change.getString("detail"))
                .containsExactly(
                        "document_added: New since: scooters.md.", "document_replaced: Now in version 2: bicycles.md.");
        assertThat(passages(replay).get(0).isNull("formerRank")).isTrue();
        var best = passages(trace(answer)).get(0);
        assertThat(best.getString("state")).isEqualTo("replaced");
        assertThat(best.getInt("version")).isEqualTo(1);
        assertThat(best.getString("text")).contains("75 euros");
    }

    @Test
    void whatWasStillBeingReadThenIsNamed() throws SQLException {
        var answer = ask(newCollection("Half read"));
        try (var connection = installation.database();
                var statement = connection.createStatement()) {
            // As if it had been asked between a document's text and its embeddings.
            statement.execute("update version set indexed_at = now() + interval '1 minute' where document_id = '"
                    + passages(trace(answer)).get(0).getString("documentId") + "'");
            statement.execute("update answer_passage set semantic_rank = null where answer_id = '"
                    + answer.getString("id") + "'");
        }

        assertThat(changes(replay(answer)))
                .extracting(change -> change.getString("kind") + ": " + change.getString("detail"))
                .containsExactly("document_embedded: Was still being read then: bicycles.md.");
    }

    @Test
    void thatOnlyWordsWereComparedThenIsNamed() throws SQLException {
        var answer = ask(newCollection("Words alone"));
        try (var connection = installation.database();
                var statement = connection.createStatement()) {
            // As if its embedding model had not answered.
            statement.execute("update answer set embedding_model = '' where id = '" + answer.getString("id") + "'");
            statement.execute("update answer_passage set semantic_rank = null where answer_id = '"
                    + answer.getString("id") + "'");
        }

        assertThat(changes(replay(answer)))
                .extracting(change -> change.getString("kind") + ": " + change.getString("detail"))
                .containsExactly("embedding_model: Meaning was not compared; now it is, by bge-small-en-v1.5-q.");
    }

    @Test
    void whatIsDeletedDoesNotComeBackThroughATrace() {
        var collection = newCollection("Deleting");
        var answer = ask(collection);
        var document = passages(trace(answer)).get(0).getString("documentId");

        ann.delete("/api/v1/documents/" + document).requireStatus(204);

        var trace = ann.get("/api/v1/answers/" + answer.getString("id") + "/trace");
        assertThat(trace.body()).doesNotContain("75 euros").doesNotContain("bicycles.md");
        assertThat(passages(trace.json()).get(0).getString("state")).isEqualTo("deleted");
        var replay = ann.send("POST", "/api/v1/answers/" + answer.getString("id") + "/replay", "");
        assertThat(replay.body()).doesNotContain("75 euros").doesNotContain("bicycles.md");
        assertThat(changes(replay.json()))
                .extracting(change -> change.getString("kind"))
                .containsExactly("document_deleted");
    }

    @Test
    @Tag("A3")
    void whoLosesACollectionLosesTheTracesOfItsAnswers() {
        var collection = newCollection("Shared");
        var bob = installation.newUser("bob.trace");
        var member = "/api/v1/collections/" + collection + "/members/bob.trace";
        ann.send("PUT", member, "{\"role\":\"viewer\"}").requireStatus(204);
        var answer = bob.post(
                        "/api/v1/collections/" + collection + "/answers",
                        Client.json().add("question", QUESTION))
                .requireStatus(200)
                .json();
        var trace = "/api/v1/answers/" + answer.getString("id") + "/trace";
        bob.get(trace).requireStatus(200);

        ann.delete(member).requireStatus(204);

        assertThat(bob.get(trace).status()).isEqualTo(404);
        assertThat(bob.send("POST", trace.replace("/trace", "/replay"), "").status())
                .isEqualTo(404);
    }
}
