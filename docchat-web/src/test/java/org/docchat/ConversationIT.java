package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayName("A conversation carries its topic, bends to its owner, and can be taken along")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConversationIT {
    private final Client ann;
    private final String collection;

    ConversationIT(Installation installation) {
        ann = installation.newUser("ann.conversation");
        collection = ann.newCollection("Conversation");
    }

    @BeforeAll
    void upload() {
        ann.indexed(collection, "travel.md", """
                # Travel

                ## Hotels
                Hotel costs are refunded up to 140 euros a night.

                ## Trains
                Train tickets are refunded in second class only, <b>never</b> as ![a picture](http://127.0.0.1:9/x).
                """.getBytes(UTF_8));
    }

    private JsonObject ask(JsonObjectBuilder question) {
        return ann.post("/api/v1/collections/" + collection + "/answers", question)
                .requireStatus(200)
                .json();
    }

    private String exported(JsonObject answer, String format) {
        return "/api/v1/conversations/" + answer.getString("conversationId") + "/export" + format;
    }

    private static JsonObjectBuilder trains(JsonObject before) {
        return Client.json().add("question", "And trains?").add("conversationId", before.getString("conversationId"));
    }

    @Test
    void whatIsSearchedForCanBeSaidByTheAsker() {
        var first = ask(Client.json().add("question", "Up to which amount are hotel costs refunded?"));
        var guessed = ask(trains(first));
        var said = ask(trains(first).add("standaloneQuestion", "In which class are train tickets refunded?"));

        assertThat(guessed.getString("standaloneQuestion"))
                .isEqualTo("Up to which amount are hotel costs refunded? And trains?");
        assertThat(said.getString("question")).isEqualTo("And trains?");
        assertThat(said.getString("standaloneQuestion")).isEqualTo("In which class are train tickets refunded?");
        assertThat(said.getString("text")).contains("second class");
        assertThat(ann.get("/api/v1/conversations/" + first.getString("conversationId"))
                        .list("answers"))
                .extracting(answer -> answer.getString("question"))
                .containsExactly("Up to which amount are hotel costs refunded?", "And trains?", "And trains?");
    }

    @Test
    @Tag("X3")
    void anExportHoldsQuestionsAnswersAndQuotesAndNothingThatAViewerWouldFetch() {
        var answer = ask(Client.json()
                .add("question", "In which class are <i>train tickets</i> refunded?")
                .add("standaloneQuestion", "In which class are train tickets refunded?"));
        ann.send("PATCH", "/api/v1/conversations/" + answer.getString("conversationId"), "{\"title\":\"Rail [x](y)\"}")
                .requireStatus(204);

        var markdown = ann.get(exported(answer, "")).requireStatus(200);

        assertThat(markdown.header("Content-Type")).isEqualToIgnoringWhitespace("text/markdown;charset=UTF-8");
        assertThat(markdown.header("Content-Disposition")).startsWith("attachment; filename=\"Rail _x_(y).md\"");
        assertThat(markdown.body())
                .startsWith("# Rail \\[x\\](y)\n\n## In which class are \\<i\\>train tickets\\</i\\> refunded?\n\n"
                        + "*Searched for: In which class are train tickets refunded?*\n\n")
                .contains("second class")
                .contains("- \\[1\\] travel.md, Travel › Trains, version 1: “Train tickets")
                .endsWith("\n")
                .doesNotContainPattern("(?<!\\\\)[<\\[]");
    }

    @Test
    void anExportForProgramsIsTheConversationItself() {
        var answer = ask(Client.json().add("question", "Up to which amount are hotel costs refunded?"));

        var exported = ann.get(exported(answer, "?format=json")).requireStatus(200);

        assertThat(exported.header("Content-Type")).startsWith("application/json");
        assertThat(exported.json())
                .isEqualTo(ann.get("/api/v1/conversations/" + answer.getString("conversationId"))
                        .json());
        assertThat(exported.list("answers").get(0).getJsonArray("citations")).isNotEmpty();
        assertThat(ann.get(exported(answer, "?format=pdf")).status()).isEqualTo(400);
    }

    @Test
    void anAnswerSaysThatADocumentWhichItQuotedWasDeletedAndHoldsNoWordOfIt() {
        var document = ann.indexed(
                collection, "ferries.md", "# Ferries\n\nA ferry ticket is refunded up to 35 euros.\n".getBytes(UTF_8));
        var answer = ask(Client.json().add("question", "Up to how many euros is a ferry ticket refunded?"));
        assertThat(answer.getString("text")).contains("35 euros");
        assertThat(answer.getBoolean("documentsDeleted")).isFalse();

        ann.delete("/api/v1/documents/" + document).requireStatus(204);

        var kept = ann.get("/api/v1/conversations/" + answer.getString("conversationId"))
                .list("answers")
                .get(0);
        assertThat(kept.getBoolean("documentsDeleted")).isTrue();
        assertThat(kept.getString("outcome")).isEqualTo("not_found");
        assertThat(kept.getString("text")).contains("deleted");
        assertThat(kept.getJsonArray("citations")).isEmpty();
        for (var format : List.of("", "?format=json")) {
            assertThat(ann.get(exported(answer, format)).requireStatus(200).body())
                    .contains("deleted")
                    .doesNotContain("35 euros", "ferries.md");
        }
    }
}
