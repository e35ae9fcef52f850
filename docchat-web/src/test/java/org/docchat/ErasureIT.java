package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("O6")
@DisplayName("Of a user and a collection that are deleted, no table keeps a word")
@ExtendWith(Installation.Parameter.class)
class ErasureIT {
    /** Stands in every text that they leave anywhere. */
    private static final String CANARY = "Quizzaciously";

    private static final String NAME = "zoe.erasure";

    private final Installation installation;

    ErasureIT(Installation installation) {
        this.installation = installation;
    }

    @Test
    void everyRowOfTheirsGoesAndWhatOthersMadeOfItHoldsNoneOfIt() throws Exception {
        var admin = installation.administrator();
        var other = installation.newUser("yan.colleague");
        var zoe = installation.newUser(NAME);
        var id = zoe.get("/api/v1/me").json().getString("id");
        admin.send("PATCH", "/api/v1/users/" + id, "{\"displayName\":\"Zoe " + CANARY + "\"}")
                .requireStatus(200);
        var group = admin.post("/api/v1/groups", Client.json().add("name", "Erasers"))
                .requireStatus(201)
                .json()
                .getString("id");
        admin.send("PUT", "/api/v1/groups/" + group + "/users/" + NAME, "").requireStatus(204);
        zoe.withKey(Client.json().add("name", CANARY)).get("/api/v1/me").requireStatus(200);

        var collection = zoe.post(
                        "/api/v1/collections", Client.json().add("name", CANARY).add("description", "All of " + CANARY))
                .requireStatus(201)
                .json()
                .getString("id");
        var here = "/api/v1/collections/" + collection;
        zoe.send("PUT", here + "/members/yan.colleague", "{\"role\":\"viewer\"}")
                .requireStatus(200, 201, 204);
        var document = zoe.indexed(
                collection,
                CANARY + ".md",
                ("# Lighthouses\n\nThe " + CANARY + " lighthouse is 41 metres high.\n").getBytes(UTF_8));
        for (var asking : List.of(zoe, other)) {
            var answer = asking.post(
                            here + "/answers", Client.json().add("question", "How high is the lighthouse, in metres?"))
                    .requireStatus(200)
                    .json();
            assertThat(answer.getString("text")).contains(CANARY);
            asking.send(
                            "PUT",
                            "/api/v1/answers/" + answer.getString("id") + "/feedback",
                            asking == zoe
                                    ? "{\"rating\":\"up\",\"comment\":\"" + CANARY + "\"}"
                                    : "{\"rating\":\"up\"}")
                    .requireStatus(204);
        }
        zoe.post(here + "/answers", Client.json().add("question", "Who built the tower of " + CANARY + "?"))
                .requireStatus(200);
        zoe.send(
                        "POST",
                        here + "/evaluations",
                        "{\"questions\":[{\"question\":\"How high is " + CANARY + "?\",\"expected\":[{\"document\":\""
                                + CANARY + ".md\"}]}]}")
                .requireStatus(200, 201, 202);
        var shared = other.newCollection("Stays");
        other.send("PUT", "/api/v1/collections/" + shared + "/members/" + NAME, "{\"role\":\"editor\"}")
                .requireStatus(200, 201, 204);
        var kept = zoe.indexed(shared, "kept.md", "# Kept\n\nThe kept one stays.\n".getBytes(UTF_8));
        assertThat(remains(CANARY)).as("what there is to erase").hasSizeGreaterThan(10);

        zoe.delete(here).requireStatus(204);
        admin.delete("/api/v1/users/" + id).requireStatus(204);

        assertThat(remains(CANARY)).isEmpty();
        assertThat(remains(id)).as("who was who").containsExactly("audit");
        assertThat(remains(NAME)).containsExactly("audit");
        assertThat(remains(collection))
                .as("what the colleague asked, and of what, without a word of it")
                .isSubsetOf("audit", "answer", "answer_passage");
        assertThat(remains(document)).isSubsetOf("audit", "answer_passage");
        other.get("/api/v1/documents/" + kept).requireStatus(200);
    }

    private List<String> remains(String text) throws SQLException {
        try (var database = installation.database()) {
            return Remains.of(database, List.of(text)).stream()
                    .map(table -> table.replaceFirst(" .*", ""))
                    .toList();
        }
    }
}
