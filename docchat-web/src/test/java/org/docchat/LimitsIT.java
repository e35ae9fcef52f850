package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayName("Whoever sends too many requests is told when to go on")
@ExtendWith(Installation.Parameter.class)
class LimitsIT {
    private static final int TOO_MANY = 30;

    private final Installation installation;

    LimitsIT(Installation installation) {
        this.installation = installation;
    }

    @Test
    @Tag("R1")
    void ofABurstByOneKeyAsManyAreServedAsMayAndOthersAreNotHeldUp() throws Exception {
        var ann = installation.newUser("limits.ann");
        var program = ann.withKey(Client.json().add("name", "limits"));
        var threads = Executors.newFixedThreadPool(16);
        try {
            var calls = IntStream.range(0, Installation.REQUESTS_PER_KEY + TOO_MANY)
                    .mapToObj(
                            i -> threads.submit(() -> program.get("/api/v1/me").status()))
                    .toList();
            var statuses = new ArrayList<Integer>();
            for (var call : calls) {
                statuses.add(call.get());
            }
            assertThat(Collections.frequency(statuses, 200)).isEqualTo(Installation.REQUESTS_PER_KEY);
            assertThat(Collections.frequency(statuses, 429)).isEqualTo(TOO_MANY);
        } finally {
            threads.shutdownNow();
        }

        var refused = program.get("/api/v1/me");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.json().getString("code")).isEqualTo("too_many_requests");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 60);
        assertThat(refused.headers().allValues("RateLimit-Policy"))
                .contains("\"key\";q=" + Installation.REQUESTS_PER_KEY + ";w=60");
        assertThat(refused.headers().allValues("RateLimit"))
                .anySatisfy(limit -> assertThat(limit).matches("\"key\";r=0;t=\\d+"));

        assertThat(ann.withKey(Client.json().add("name", "limits"))
                        .get("/api/v1/me")
                        .status())
                .isEqualTo(200);
        var byToken = ann.get("/api/v1/me");
        assertThat(byToken.status()).isEqualTo(200);
        assertThat(byToken.headers().allValues("RateLimit"))
                .anySatisfy(limit -> assertThat(limit).startsWith("\"user\";r="))
                .anySatisfy(limit -> assertThat(limit).startsWith("\"network\";r="))
                .noneSatisfy(limit -> assertThat(limit).startsWith("\"key\""));
    }

    @Test
    @Tag("R1")
    void aCollectionIsAskedAsOftenAsMayBeAndOnlyByThoseWhoMayAskIt() {
        var ann = installation.newUser("limits.bea");
        var collection = ann.newCollection("Asked");
        var path = "/api/v1/collections/" + collection;
        assertThat(installation
                        .newUser("limits.eve")
                        .post(path + "/evaluations", questions(Installation.QUESTIONS_PER_COLLECTION))
                        .status())
                .isEqualTo(404);
        ann.post(path + "/answers", Client.json().add("question", "How long?")).requireStatus(200);

        var refused = ann.post(path + "/evaluations", questions(Installation.QUESTIONS_PER_COLLECTION));

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.json().getString("code")).isEqualTo("too_many_questions");
        assertThat(refused.json().getString("detail"))
                .contains((Installation.QUESTIONS_PER_COLLECTION - 1) + " are left")
                .contains("DOCCHAT_QUESTIONS_PER_COLLECTION");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(86_000, 86_400);
        ann.post(path + "/answers", Client.json().add("question", "How long?")).requireStatus(200);
    }

    private static JsonObjectBuilder questions(int count) {
        var questions = Json.createArrayBuilder();
        for (int i = 0; i < count; i++) {
            questions.add(
                    Client.json().add("question", "How long is " + i + "?").add("answerable", false));
        }
        return Client.json().add("questions", questions);
    }

    @Test
    @Tag("R2")
    void whatACollectionHasNoRoomForIsRefusedWithWhatToDo() {
        var ann = installation.newUser("limits.cat");
        var collection = ann.newCollection("Full");

        var refused = ann.upload(collection, "large.txt", new byte[Installation.COLLECTION_MAX_BYTES + 1]);

        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.json().getString("code")).isEqualTo("storage_full");
        assertThat(refused.json().getString("detail")).contains("Delete").contains("DOCCHAT_COLLECTION_MAX_BYTES");
        ann.upload(collection, "small.txt", "Refunds take 14 days.".getBytes(UTF_8))
                .requireStatus(202);
    }
}
