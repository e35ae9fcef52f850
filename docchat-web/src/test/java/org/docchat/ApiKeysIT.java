package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayName("An API key has the rights of its user, or less, until it is revoked")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiKeysIT {
    private static final String QUESTION = "What does the lamp of the northern lighthouse burn?";

    private final Installation installation;
    private final Client ann;
    private final String lamps;
    private final String boats;
    private final String lampsConversation;

    ApiKeysIT(Installation installation) {
        this.installation = installation;
        ann = installation.newUser("keys.ann");
        lamps = ann.newCollection("Lamps");
        ann.indexed(
                lamps, "lamps.md", "# Lamps\n\nThe lamp of the northern lighthouse burns whale oil.\n".getBytes(UTF_8));
        boats = ann.newCollection("Boats");
        ann.indexed(boats, "boats.md", "# Boats\n\nThe boat of the northern lighthouse is green.\n".getBytes(UTF_8));
        lampsConversation = ask(ann, lamps).json().getString("conversationId");
    }

    @Test
    void aKeyWithoutLimitsIsWhatItAlwaysWas() {
        var made = ann.post("/api/v1/me/api-keys", Client.json().add("name", "all"))
                .requireStatus(201)
                .json();

        assertThat(made.isNull("collections")).isTrue();
        assertThat(made.getString("access")).isEqualTo("write");
        var program = ann.with("Bearer " + made.getString("key"));
        assertThat(program.newCollection("By a program")).isNotBlank();
        assertThat(program.get("/api/v1/me/api-keys").requireStatus(200).list("items"))
                .anySatisfy(key -> assertThat(key.getString("id")).isEqualTo(made.getString("id")));
    }

    @Test
    @Tag("A4")
    void aKeyForOneCollectionKnowsNoOther() {
        var program = ann.withKey(only(boats));

        assertThat(program.get("/api/v1/collections").list("items"))
                .extracting(collection -> collection.getString("name"))
                .containsExactly("Boats");
        assertThat(program.get("/v1/models").list("data"))
                .extracting(model -> model.getString("id"))
                .containsExactly(boats);
        assertThat(ask(program, boats).status()).isEqualTo(200);
        assertThat(ask(program, lamps).status()).isEqualTo(404);
        assertThat(program.post(
                                "/api/v1/search",
                                Client.json()
                                        .add("query", "lamp")
                                        .add(
                                                "collections",
                                                Json.createArrayBuilder()
                                                        .add(boats)
                                                        .add(lamps)))
                        .status())
                .isEqualTo(404);
        assertThat(program.get("/api/v1/conversations/" + lampsConversation).status())
                .isEqualTo(404);
        assertThat(program.get("/api/v1/conversations").body()).doesNotContain(lampsConversation);
        assertThat(program.upload(boats, "more.md", "# More\n\nThe oars are red.\n".getBytes(UTF_8))
                        .status())
                .isEqualTo(202);
    }

    @Test
    void aKeyThatOnlyReadsAsksButChangesNothing() {
        var program = ann.withKey(Client.json().add("name", "reader").add("access", "read"));

        var answer = ask(program, lamps).requireStatus(200).json();
        assertThat(answer.getString("outcome")).isEqualTo("answered");
        assertThat(program.get("/api/v1/collections/" + lamps).json().getString("role"))
                .isEqualTo("viewer");
        assertThat(program.upload(lamps, "new.md", "# New\n\nOil.\n".getBytes(UTF_8))
                        .status())
                .isEqualTo(403);
        assertThat(program.post("/api/v1/collections", Client.json().add("name", "No"))
                        .status())
                .isEqualTo(403);
        assertThat(program.delete("/api/v1/collections/" + lamps).status()).isEqualTo(403);
        assertThat(program.send("POST", "/api/v1/collections/import", "application/zip", new byte[] {1})
                        .status())
                .isEqualTo(403);
    }

    @Test
    void aLimitedKeyOfAnAdministratorAdministersNothing() {
        var admin = installation.administrator();
        var reader = admin.withKey(Client.json().add("name", "reader").add("access", "read"));

        assertThat(reader.get("/api/v1/me").json().getBoolean("admin")).isFalse();
        assertThat(reader.get("/api/v1/users").status()).isEqualTo(403);
        assertThat(reader.get("/api/v1/audit").status()).isEqualTo(403);
    }

    @Test
    void aLimitedKeyCannotMakeOneThatIsNot() {
        for (var limited : new Client[] {
            ann.withKey(only(boats)),
            ann.withKey(Client.json().add("name", "reader").add("access", "read"))
        }) {
            assertThat(limited.post("/api/v1/me/api-keys", Client.json().add("name", "all"))
                            .status())
                    .isEqualTo(403);
            assertThat(limited.get("/api/v1/me/api-keys").status()).isEqualTo(403);
        }
    }

    @Test
    @Tag("A4")
    void aKeyForACollectionOfSomebodyElseIsNotMade() {
        var bob = installation.newUser("keys.bob");

        var foreign = bob.post("/api/v1/me/api-keys", only(lamps));
        var absent = bob.post("/api/v1/me/api-keys", only(UUID.randomUUID().toString()));

        assertThat(foreign.status()).isEqualTo(404);
        assertThat(AnonymousIT.withoutInstance(foreign)).isEqualTo(AnonymousIT.withoutInstance(absent));
        assertThat(bob.post(
                                "/api/v1/me/api-keys",
                                Client.json().add("name", "none").add("collections", Json.createArrayBuilder()))
                        .status())
                .isEqualTo(400);
        assertThat(bob.post(
                                "/api/v1/me/api-keys",
                                Client.json().add("name", "odd").add("access", "admin"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    @Tag("A6")
    void aKeyIsWorthlessAtOnceWhenItIsRevokedOrHasExpired() throws SQLException {
        var made = ann.post(
                        "/api/v1/me/api-keys",
                        Client.json().add("name", "short").add("expiresInDays", 1))
                .requireStatus(201)
                .json();
        var program = ann.with("Bearer " + made.getString("key"));
        assertThat(program.get("/api/v1/me").status()).isEqualTo(200);
        assertThat(ann.get("/api/v1/me/api-keys").list("items"))
                .filteredOn(key -> key.getString("id").equals(made.getString("id")))
                .singleElement()
                .satisfies(key -> assertThat(key.isNull("lastUsedAt")).isFalse());

        expire(made.getString("id"));
        assertThat(program.get("/api/v1/me").status()).isEqualTo(401);

        var another = ann.post("/api/v1/me/api-keys", Client.json().add("name", "gone"))
                .json();
        var second = ann.with("Bearer " + another.getString("key"));
        assertThat(second.get("/api/v1/me").status()).isEqualTo(200);
        ann.delete("/api/v1/me/api-keys/" + another.getString("id")).requireStatus(204);
        assertThat(second.get("/api/v1/me").status()).isEqualTo(401);
    }

    @Test
    @Tag("A6")
    void aStreamEndsWithItsKey() throws Exception {
        var made = ann.post("/api/v1/me/api-keys", Client.json().add("name", "streaming"))
                .requireStatus(201)
                .json();
        var stream = ann.with("Bearer " + made.getString("key")).follow(lamps);

        ann.delete("/api/v1/me/api-keys/" + made.getString("id")).requireStatus(204);

        stream.get(30, TimeUnit.SECONDS);
    }

    @Test
    @Tag("A7")
    void ofTwoHundredCallersAtOnceEachSeesWhatIsTheirs() throws Exception {
        var cat = installation.newUser("keys.cat");
        var birds = cat.newCollection("Birds");
        var fish = cat.newCollection("Fish");
        var dan = installation.newUser("keys.dan");
        var stones = dan.newCollection("Stones");
        var callers = List.of(
                new Expected(cat, Set.of(birds, fish)),
                new Expected(cat.withKey(only(birds)), Set.of(birds)),
                new Expected(cat.withKey(only(fish).add("access", "read")), Set.of(fish)),
                new Expected(dan, Set.of(stones)),
                new Expected(installation.newUser("keys.eve"), Set.of()));
        // Each with a connection of its own: over one of HTTP/2 the server would put them in a row.
        var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        var threads = Executors.newFixedThreadPool(200);
        try {
            var seen = IntStream.range(0, 1000)
                    .mapToObj(i -> threads.submit(() -> {
                        var caller = callers.get(i % callers.size());
                        return collectionsOf(http, caller.client()).equals(caller.collections());
                    }))
                    .toList();
            for (var one : seen) {
                assertThat(one.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private Set<String> collectionsOf(HttpClient http, Client client) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(installation.address() + "/api/v1/collections"))
                .header("Authorization", client.authorization())
                .build();
        var response = http.send(request, HttpResponse.BodyHandlers.ofString());
        var reply = new Client.Reply(response.statusCode(), response.headers(), response.body());
        return reply.requireStatus(200).list("items").stream()
                .map(item -> item.getString("id"))
                .collect(Collectors.toSet());
    }

    private record Expected(Client client, Set<String> collections) {}

    private void expire(String id) throws SQLException {
        try (var connection = installation.database();
                var update = connection.prepareStatement(
                        "update api_key set expires_at = now() - interval '1 second' where id = ?::uuid")) {
            update.setString(1, id);
            assertThat(update.executeUpdate()).isEqualTo(1);
        }
    }

    private static JsonObjectBuilder only(String collection) {
        return Client.json()
                .add("name", "one")
                .add("collections", Json.createArrayBuilder().add(collection));
    }

    private static Client.Reply ask(Client program, String collection) {
        return program.post(
                "/api/v1/collections/" + collection + "/answers", Client.json().add("question", QUESTION));
    }
}
