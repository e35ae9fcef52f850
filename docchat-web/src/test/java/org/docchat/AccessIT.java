package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

@DisplayName("Everybody does what their role allows, and what is not theirs does not exist for them")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessIT {
    private static final String WORDS = "The canary of the northern lighthouse is called Ferdinand.";
    private static final byte[] CANARY = ("# Canary\n\n" + WORDS + "\n").getBytes(UTF_8);

    /**
     * A call and the statuses that it has for the collection's owner, editor, viewer, for a stranger and for an
     * administrator who is no member. The ids are those of the owner's things.
     */
    record Row(String route, String path, String body, List<Integer> statuses) {
        @Override
        public String toString() {
            return route;
        }

        int of(String person) {
            return switch (person) {
                case READING_KEY -> ofReadingKey();
                case KEY_ELSEWHERE -> route.contains("me/") ? 403 : of("stranger");
                default -> statuses.get(PEOPLE.indexOf(person));
            };
        }

        /** What the owner alone has, and what a viewer may do. */
        private int ofReadingKey() {
            if (List.of("PUT", "PATCH", "DELETE").contains(verb()) || route.contains("me/")) {
                return 403;
            }
            return of("editor") == 404 ? of("owner") : of("viewer");
        }

        String verb() {
            return route.substring(0, route.indexOf(' '));
        }
    }

    private static final List<String> PEOPLE = List.of("owner", "editor", "viewer", "stranger", "admin");
    /** An API key of the owner's that only reads. */
    private static final String READING_KEY = "reading key";
    /** An API key of the owner's for another collection. */
    private static final String KEY_ELSEWHERE = "key elsewhere";

    static final List<Row> ROWS = List.of(
            row("GET collections/{id}", "", 200, 200, 200, 404, 404),
            row("PATCH collections/{id}", "{'description':'of birds'}", 200, 403, 403, 404, 404),
            row("GET collections/{id}/export", "", 200, 403, 403, 404, 404),
            row("GET collections/{id}/members", "", 200, 200, 200, 404, 404),
            row("PUT collections/{id}/members/{username}", "{'role':'viewer'}", 204, 403, 403, 404, 404),
            row("GET collections/{id}/groups", "", 200, 200, 200, 404, 404),
            row("PUT collections/{id}/groups/{group}", "{'role':'viewer'}", 204, 403, 403, 404, 404),
            row("GET collections/{id}/documents", "", 200, 200, 200, 404, 404),
            row("PUT collections/{id}/documents/{name}", new String(CANARY, UTF_8), 200, 200, 403, 404, 404),
            row("POST collections/{id}/documents", "a file", 200, 200, 403, 404, 404),
            row("GET collections/{id}/events", "", 200, 200, 200, 404, 404),
            row("POST collections/{id}/search", "{'query':'canary'}", 200, 200, 200, 404, 404),
            row("POST search", "{'query':'canary','collections':['{collection}']}", 200, 200, 200, 404, 404),
            row("POST collections/{id}/answers", "{'question':'Who is Ferdinand?'}", 200, 200, 200, 404, 404),
            row(
                    "POST answers",
                    "{'question':'Who is Ferdinand?','collections':['{collection}']}",
                    200,
                    200,
                    200,
                    404,
                    404),
            row(
                    "POST collections/{id}/evaluations",
                    "{'questions':[{'question':'Who is Ferdinand?','expected':[{'document':'canary.md'}]}]}",
                    202,
                    202,
                    202,
                    404,
                    404),
            row("GET collections/{id}/evaluations", "", 200, 200, 200, 404, 404),
            row("GET collections/{id}/evaluations/{evaluationId}", "", 200, 404, 404, 404, 404),
            row("GET documents/{id}", "", 200, 200, 200, 404, 404),
            row("GET documents/{id}/content", "", 200, 200, 200, 404, 404),
            row("GET documents/{id}/passages", "", 200, 200, 200, 404, 404),
            row("GET documents/{id}/text", "?start=0&end=20", "", 200, 200, 200, 404, 404),
            row("GET documents/{id}/marks", "?start=0&end=20", "", 200, 200, 200, 404, 404),
            row("GET documents/{id}/events", "", 200, 200, 200, 404, 404),
            row("POST collections/{id}/pause", "", 200, 200, 403, 404, 404),
            row("POST collections/{id}/resume", "", 200, 200, 403, 404, 404),
            row("POST documents/{id}/retry", "", 202, 202, 403, 404, 404),
            row("POST documents/{id}/cancel", "", 200, 200, 403, 404, 404),
            row("GET conversations/{id}", "", 200, 404, 404, 404, 404),
            row("GET conversations/{id}/export", "", 200, 404, 404, 404, 404),
            row("PATCH conversations/{id}", "{'title':'Birds'}", 204, 404, 404, 404, 404),
            row("GET answers/{id}/trace", "", 200, 404, 404, 404, 404),
            row("POST answers/{id}/replay", "", 200, 404, 404, 404, 404),
            row("PUT answers/{id}/feedback", "{'rating':'up'}", 204, 404, 404, 404, 404),
            row("GET audit", "", 403, 403, 403, 403, 200),
            row("GET audit/verify", "", 403, 403, 403, 403, 200),
            row("GET groups", "", 403, 403, 403, 403, 200),
            row("POST groups", "{'name':'a/b'}", 403, 403, 403, 403, 400),
            row("GET groups/{id}", "", 403, 403, 403, 403, 200),
            row("GET groups/{id}/users", "", 403, 403, 403, 403, 200),
            row("PUT groups/{id}/users/{username}", "", 403, 403, 403, 403, 204),
            row("GET users", "", 403, 403, 403, 403, 200),
            row("POST users", "{'username':'x'}", 403, 403, 403, 403, 400),
            row("GET users/{id}", "", 403, 403, 403, 403, 200),
            row("PATCH users/{id}", "{'displayName':'Ann'}", 403, 403, 403, 403, 200),
            // What ends something stands last; each of these begins with those who may not.
            row("DELETE collections/{id}/evaluations/{evaluationId}", "", 204, 404, 404, 404, 404),
            row("DELETE me/api-keys/{id}", "", 204, 404, 404, 404, 404),
            row("DELETE me/sessions/{id}", "", 204, 404, 404, 404, 404),
            row("DELETE collections/{id}/groups/{group}", "", 204, 403, 403, 404, 404),
            row("DELETE groups/{id}/users/{username}", "", 403, 403, 403, 403, 204),
            row("DELETE groups/{id}", "", 403, 403, 403, 403, 204),
            row("DELETE collections/{id}/members/{username}", "", 204, 403, 403, 404, 404),
            row("DELETE conversations/{id}", "", 204, 404, 404, 404, 404),
            row("DELETE documents/{id}", "", 404, 204, 403, 404, 404),
            row("DELETE collections/{id}", "", 204, 403, 403, 404, 404),
            row("DELETE users/{id}/sessions", "", 403, 403, 403, 403, 204),
            row("DELETE users/{id}", "", 403, 403, 403, 403, 204));

    /** About the caller alone: there is nothing of anybody else's to name. */
    private static final List<String> OWN = List.of(
            "POST login",
            "GET me",
            "POST me/api-keys",
            "GET me/api-keys",
            "GET me/sessions",
            "DELETE me/sessions",
            "GET collections",
            "POST collections",
            "POST collections/import",
            "GET conversations");

    private final Map<String, Client> clients;
    private final Map<String, String> ids;

    AccessIT(Installation installation) {
        var admin = installation.administrator();
        var owner = installation.newUser("access.owner");
        var editor = installation.newUser("access.editor");
        var viewer = installation.newUser("access.viewer");
        var stranger = installation.newUser("access.stranger");
        var collection = owner.newCollection("Canaries");
        clients = Map.of(
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
                READING_KEY,
                owner.withKey(Client.json().add("name", READING_KEY).add("access", "read")),
                KEY_ELSEWHERE,
                owner.withKey(Client.json()
                        .add("name", KEY_ELSEWHERE)
                        .add("collections", Json.createArrayBuilder().add(owner.newCollection("Elsewhere")))));
        for (var role : List.of("editor", "viewer")) {
            owner.send("PUT", members(collection, "access." + role), "{\"role\":\"" + role + "\"}")
                    .requireStatus(204);
        }
        var guest = installation.newUser("access.guest");
        owner.send("PUT", members(collection, "access.guest"), "{\"role\":\"viewer\"}")
                .requireStatus(204);
        var document = owner.indexed(collection, "canary.md", CANARY);
        var answer = owner.post(
                        "/api/v1/collections/" + collection + "/answers",
                        Client.json().add("question", "What is the canary of the lighthouse called?"))
                .requireStatus(200)
                .json();
        assertThat(answer.getString("outcome")).isEqualTo("answered");
        var key = owner.post("/api/v1/me/api-keys", Client.json().add("name", "access"))
                .requireStatus(201)
                .json()
                .getString("id");
        var evaluation = owner.send(
                        "POST",
                        "/api/v1/collections/" + collection + "/evaluations",
                        "{\"questions\":[{\"question\":\"Who is Ferdinand?\",\"answerable\":false}]}")
                .requireStatus(202)
                .json()
                .getString("id");
        ids = Map.of(
                "groups",
                admin.post("/api/v1/groups", Client.json().add("name", "Access group"))
                        .requireStatus(201)
                        .json()
                        .getString("id"),
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
                guest.get("/api/v1/me").json().getString("id"));
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

    @Test
    void everyRouteHasItsRow() {
        var known = new TreeSet<>(OWN);
        ROWS.forEach(row -> known.add(row.route()));

        assertThat(known).containsExactlyElementsOf(Routes.all());
    }

    @ParameterizedTest
    @Tag("A3")
    @FieldSource("ROWS")
    void whoMayDoes(Row row) {
        var order = new ArrayList<>(PEOPLE);
        order.addAll(0, List.of(READING_KEY, KEY_ELSEWHERE));
        order.sort((a, b) -> Integer.compare(row.of(b) / 100, row.of(a) / 100));
        if (row.route().equals("DELETE documents/{id}")) {
            order.remove("owner");
            order.add("owner");
        }
        for (var person : order) {
            var reply = call(row, clients.get(person), ids);

            assertThat(reply.status())
                    .as("%s as %s: %s", row, person, reply.body())
                    .isEqualTo(row.of(person));
            if (reply.status() >= 400) {
                assertThat(reply.header("Content-Type")).startsWith("application/problem+json");
                assertThat(reply.body()).doesNotContain("Ferdinand", "Canaries");
            }
            if (row.of(person) == 404) {
                var absent = call(row, clients.get(person), Map.of());
                assertThat(AnonymousIT.withoutInstance(reply)).isEqualTo(AnonymousIT.withoutInstance(absent));
            }
        }
    }

    private Client.Reply call(Row row, Client client, Map<String, String> named) {
        var resource = row.route().replaceAll("^\\w+ (?:me/)?([^/]+).*", "$1");
        var id = named.getOrDefault(resource, UUID.randomUUID().toString());
        var path = "/api/v1/"
                + row.path()
                        .replace("{id}", id)
                        .replace(
                                "{evaluationId}",
                                named.getOrDefault(
                                        "evaluations", UUID.randomUUID().toString()))
                        .replace("{username}", "access.guest")
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
        var collection = named.getOrDefault("collections", UUID.randomUUID().toString());
        return client.send(row.verb(), path, row.body().replace('\'', '"').replace("{collection}", collection));
    }

    private static String members(String collection, String username) {
        return "/api/v1/collections/" + collection + "/members/" + username;
    }

    private static Row row(String route, String body, Integer... statuses) {
        return row(route, "", body, statuses);
    }

    private static Row row(String route, String query, String body, Integer... statuses) {
        return new Row(route, route.substring(route.indexOf(' ') + 1) + query, body, List.of(statuses));
    }
}
