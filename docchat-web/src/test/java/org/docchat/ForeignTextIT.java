package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayName("No request of one's own brings text of somebody else's")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForeignTextIT {
    private static final String WORDS = "The canary of the northern lighthouse is called Ferdinand.";

    private final Client stranger;
    private final String own;
    private final String foreign;
    private final String conversation;

    ForeignTextIT(Installation installation) {
        var owner = installation.newUser("foreign.owner");
        foreign = owner.newCollection("Canaries");
        owner.indexed(foreign, "canary.md", ("# Canary\n\n" + WORDS + "\n").getBytes(UTF_8));
        conversation = owner.post(
                        "/api/v1/collections/" + foreign + "/answers",
                        Client.json().add("question", "What is the canary of the lighthouse called?"))
                .requireStatus(200)
                .json()
                .getString("conversationId");
        stranger = installation.newUser("foreign.stranger");
        own = stranger.newCollection("Elsewhere");
        stranger.indexed(own, "own.md", "# Parrots\n\nThe parrot is called Ludwig.\n".getBytes(UTF_8));
    }

    @Test
    @Tag("A4")
    @Tag("A7")
    void whatAStrangerSearchesAndAsksNeverBringsForeignText() {
        for (var mode : List.of("hybrid", "keyword", "semantic")) {
            var found = stranger.post(
                            "/api/v1/search",
                            Client.json()
                                    .add("query", WORDS)
                                    .add("mode", mode)
                                    .add(
                                            "collections",
                                            Json.createArrayBuilder().add(own)))
                    .requireStatus(200);
            assertThat(found.body()).doesNotContain("Ferdinand");
            var both = stranger.post(
                    "/api/v1/search",
                    Client.json()
                            .add("query", WORDS)
                            .add("mode", mode)
                            .add(
                                    "collections",
                                    Json.createArrayBuilder().add(own).add(foreign)));
            assertThat(both.status()).isEqualTo(404);
        }
        var answered = stranger.post(
                        "/api/v1/collections/" + own + "/answers",
                        Client.json().add("question", "What is the canary of the northern lighthouse called?"))
                .requireStatus(200);
        assertThat(answered.json().toString().replace(answered.json().getString("question"), ""))
                .doesNotContain("Ferdinand");
        assertThat(stranger.post(
                                "/api/v1/collections/" + own + "/answers",
                                Client.json().add("question", "Who is Ludwig?").add("conversationId", conversation))
                        .status())
                .isEqualTo(404);
    }

    @Test
    @Tag("A5")
    void whatACallerMayNotChooseIsIgnored() {
        var chosen = UUID.randomUUID().toString();
        var made = stranger.send(
                        "POST",
                        "/api/v1/collections",
                        "{\"name\":\"Chosen\",\"id\":\"" + chosen + "\",\"role\":\"viewer\",\"createdBy\":\"" + chosen
                                + "\",\"createdAt\":\"2001-01-01T00:00:00Z\",\"documents\":7}")
                .requireStatus(201)
                .json();

        assertThat(made.getString("id")).isNotEqualTo(chosen);
        assertThat(made.getString("role")).isEqualTo("owner");
        assertThat(made.getString("createdAt")).doesNotStartWith("2001");
        assertThat(made.getInt("documents")).isZero();
        assertThat(stranger.send("PATCH", "/api/v1/me", "{\"admin\":true}").status())
                .isEqualTo(405);
        assertThat(stranger.get("/api/v1/me").json().getBoolean("admin")).isFalse();
    }
}
