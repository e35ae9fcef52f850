package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

@DisplayName("Everybody does what their role allows, and what is not theirs does not exist for them")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessIT {
    private static final String WORDS = "The canary of the northern lighthouse is called Ferdinand.";
    static final byte[] CANARY = ("# Canary\n\n" + WORDS + "\n").getBytes(UTF_8);

    /** How often each is tried for how long it takes; the median counts. */
    private static final int TIMES = 15;

    private final Map<String, Client> clients;
    private final Map<String, String> ids;

    AccessIT(Installation installation) {
        var admin = installation.administrator();
        var owner = installation.newUser("access.owner");
        var editor = installation.newUser("access.editor");
        var viewer = installation.newUser("access.viewer");
        var stranger = installation.newUser("access.stranger");
        stranger.newCollection("The stranger's own");
        var collection = owner.newCollection("Canaries");
        clients = new HashMap<>(Map.of(
                "owner",
                owner,
                "editor",
                editor,
                "viewer",
                viewer,
                "stranger",
                stranger,
                "admin",
                admin,
                AccessMatrix.READING_KEY,
                owner.withKey(
                        Client.json().add("name", AccessMatrix.READING_KEY).add("access", "read")),
                AccessMatrix.KEY_ELSEWHERE,
                owner.withKey(Client.json()
                        .add("name", AccessMatrix.KEY_ELSEWHERE)
                        .add("collections", Json.createArrayBuilder().add(owner.newCollection("Elsewhere"))))));
        for (var role : List.of("editor", "viewer")) {
            var shared = "{\"role\":\"" + role + "\"}";
            owner.send("PUT", members(collection, "access." + role), shared).requireStatus(204);
            var name = "access." + role + "s";
            clients.put(role + AccessMatrix.BY_GROUP, installation.newUser(name));
            var group = group(admin, name);
            admin.send("PUT", "/api/v1/groups/" + group + "/users/" + name, "").requireStatus(204);
            owner.send("PUT", "/api/v1/collections/" + collection + "/groups/" + name, shared)
                    .requireStatus(204);
        }
        var guest = installation.newUser("access.guest");
        owner.send("PUT", members(collection, "access.guest"), "{\"role\":\"viewer\"}")
                .requireStatus(204);
        var document = owner.indexed(collection, "canary.md", CANARY);
        var passages = owner.get("/api/v1/documents/" + document + "/passages").list("items");
        var answer = owner.post(
                        "/api/v1/collections/" + collection + "/answers",
                        Client.json().add("question", "What is the canary of the lighthouse called?"))
                .requireStatus(200)
                .json();
        assertThat(answer.getString("outcome")).isEqualTo("answered");
        var key = key(owner);
        var evaluation = owner.send(
                        "POST",
                        "/api/v1/collections/" + collection + "/evaluations",
                        "{\"questions\":[{\"question\":\"Who is Ferdinand?\",\"answerable\":false}]}")
                .requireStatus(202)
                .json()
                .getString("id");
        ids = new HashMap<>(Map.of(
                "groups",
                group(admin, "Access group"),
                "sessions",
                session(installation, owner),
                "evaluations",
                evaluation,
                "collections",
                collection,
                "documents",
                document,
                "conversations",
                answer.getString("conversationId"),
                "answers",
                answer.getString("id"),
                "api-keys",
                key,
                "users",
                guest.get("/api/v1/me").json().getString("id")));
        ids.put("passages", passages.get(0).getString("id"));
    }

    private static String group(Client admin, String name) {
        return admin.post("/api/v1/groups", Client.json().add("name", name))
                .requireStatus(201)
                .json()
                .getString("id");
    }

    private static String key(Client owner) {
        return owner.post("/api/v1/me/api-keys", Client.json().add("name", "access"))
                .requireStatus(201)
                .json()
                .getString("id");
    }

    /** As if a browser had signed in. */
    private static String session(Installation installation, Client user) {
        var id = UUID.randomUUID();
        try (var connection = installation.database();
                var insert = connection.prepareStatement(
                        "insert into session (id, user_id, address, agent) values (?, ?::uuid, '::1', 'a browser')")) {
            insert.setObject(1, id);
            insert.setString(2, user.get("/api/v1/me").json().getString("id"));
            insert.execute();
            return id.toString();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @Tag("A3")
    @FieldSource("org.docchat.AccessMatrix#ROWS")
    void whoMayDoes(AccessMatrix.Row row) {
        var order = new ArrayList<>(AccessMatrix.everybody());
        order.sort((a, b) -> Integer.compare(row.of(b) / 100, row.of(a) / 100));
        for (var person : order) {
            var reply = call(row, clients.get(person), ids);

            assertThat(reply.status())
                    .as("%s as %s: %s", row, person, reply.body())
                    .isEqualTo(row.of(person));
            if (row.route().equals("DELETE documents/{id}") && reply.status() == 204) {
                // There is one for the next as well.
                ids.put("documents", clients.get("owner").indexed(ids.get("collections"), "canary.md", CANARY));
            }
            if (row.route().equals("DELETE api-keys/{id}") && reply.status() == 204) {
                ids.put("api-keys", key(clients.get("owner")));
            }
            if (reply.status() >= 400) {
                assertThat(reply.header("Content-Type"))
                        .startsWith(row.isOfAnotherProtocol() ? "application/json" : "application/problem+json");
                assertThat(reply.body()).doesNotContain("Ferdinand", "Canaries");
            }
            if (row.of(person) == 404 || row.of(person) == 403 && row.of("stranger") == 403) {
                var absent = call(row, clients.get(person), Map.of());
                assertThat(AnonymousIT.withoutInstance(reply)).isEqualTo(AnonymousIT.withoutInstance(absent));
            }
            if (row.of(person) == 404 && person.equals("stranger")) {
                requireNoLonger(row, clients.get(person));
            }
        }
    }

    /** Refusing what is there takes as long as refusing what is not: whoever looks at the clock learns nothing. */
    private void requireNoLonger(AccessMatrix.Row row, Client client) {
        var there = new long[TIMES];
        var absent = new long[TIMES];
        for (int i = 0; i < TIMES; i++) {
            there[i] = nanos(row, client, ids);
            absent[i] = nanos(row, client, Map.of());
        }
        Arrays.sort(there);
        Arrays.sort(absent);
        assertThat(there[TIMES / 2] / 1e6)
                .as("milliseconds of %s, which takes %s where there is nothing", row, absent[TIMES / 2] / 1e6)
                .isLessThan(5 + 2 * absent[TIMES / 2] / 1e6);
    }

    private long nanos(AccessMatrix.Row row, Client client, Map<String, String> named) {
        long begin = System.nanoTime();
        call(row, client, named);
        return System.nanoTime() - begin;
    }

    private Client.Reply call(AccessMatrix.Row row, Client client, Map<String, String> named) {
        if (row.verb().equals(Routes.CALL)) {
            return callTool(row, client, named);
        }
        var resource = row.route().replaceAll("^\\w+ (?:me/)?([^/]+).*", "$1");
        var id = named.getOrDefault(resource, UUID.randomUUID().toString());
        var collection = collection(named);
        var path = (row.isOfAnotherProtocol() ? "/" : "/api/v1/")
                + row.path()
                        .replace("{id}", id)
                        .replace(
                                "{evaluationId}",
                                named.getOrDefault(
                                        "evaluations", UUID.randomUUID().toString()))
                        .replace("{username}", "access.guest")
                        .replace("{model}", collection)
                        .replace("{group}", "access%20group")
                        .replace("{name}", "canary.md");
        if (row.route().endsWith("/events")) {
            return client.begin(path);
        }
        if (row.route().equals("POST collections/{id}/documents")) {
            return client.upload(id, List.of(new Client.File("canary.md", CANARY)));
        }
        if (row.route().endsWith("/{name}")) {
            return client.send(row.verb(), path, "application/octet-stream", CANARY);
        }
        return client.send(row.verb(), path, row.body().replace('\'', '"').replace("{collection}", collection));
    }

    private static String collection(Map<String, String> named) {
        return named.getOrDefault("collections", UUID.randomUUID().toString());
    }

    /** Tools answer within a message; with the status that the REST API has for the same. */
    private static Client.Reply callTool(AccessMatrix.Row row, Client client, Map<String, String> named) {
        var arguments = row.body()
                .replace('\'', '"')
                .replace("{collection}", collection(named))
                .replace("{passage}", named.getOrDefault("passages", "999999999"));
        var reply = client.send("POST", "/mcp", """
                        {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"%s","arguments":%s}}""".formatted(row.path().substring("mcp/".length()), arguments))
                .requireStatus(200);
        var result = reply.json().getJsonObject("result");
        if (!result.getBoolean("isError")) {
            return reply;
        }
        assertThat(result).doesNotContainKey("structuredContent");
        boolean hidden = result.toString().contains("you may not see it");
        return new Client.Reply(hidden ? 404 : 403, reply.headers(), reply.body());
    }

    private static String members(String collection, String username) {
        return "/api/v1/collections/" + collection + "/members/" + username;
    }
}
