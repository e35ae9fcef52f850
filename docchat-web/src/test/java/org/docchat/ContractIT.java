package org.docchat;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The description of the API")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContractIT {
    private static final Set<String> VERBS = Set.of("get", "post", "put", "patch", "delete");
    private final Installation installation;
    private final JsonObject description;

    ContractIT(Installation installation) {
        this.installation = installation;
        description = installation
                .anybody()
                .get("/openapi?format=JSON")
                .requireStatus(200)
                .json();
    }

    private Set<String> described() {
        return description.getJsonObject("paths").entrySet().stream()
                .flatMap(path -> path.getValue().asJsonObject().keySet().stream()
                        .filter(VERBS::contains)
                        .map(verb -> verb.toUpperCase(Locale.ROOT) + " " + path.getKey()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void coversEveryWayInThatThereIs() {
        var routes = Routes.all().stream()
                .map(route -> route.replace(" ", " /api/v1/"))
                .collect(Collectors.toCollection(TreeSet::new));
        var ofTheRestApi = described().stream()
                .filter(route -> route.contains(" /api/v1/"))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(ofTheRestApi).isEqualTo(routes);
    }

    /** What other programs were promised. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /api/v1/login",
                "GET /api/v1/me",
                "POST /api/v1/me/api-keys",
                "GET /api/v1/me/api-keys",
                "DELETE /api/v1/me/api-keys/{id}",
                "POST /api/v1/users",
                "GET /api/v1/users",
                "PATCH /api/v1/users/{id}",
                "DELETE /api/v1/users/{id}",
                "POST /api/v1/collections",
                "GET /api/v1/collections",
                "GET /api/v1/collections/{id}",
                "PATCH /api/v1/collections/{id}",
                "DELETE /api/v1/collections/{id}",
                "GET /api/v1/collections/{id}/members",
                "PUT /api/v1/collections/{id}/members/{username}",
                "DELETE /api/v1/collections/{id}/members/{username}",
                "GET /api/v1/collections/{id}/groups",
                "PUT /api/v1/collections/{id}/groups/{group}",
                "DELETE /api/v1/collections/{id}/groups/{group}",
                "GET /api/v1/groups",
                "POST /api/v1/groups",
                "DELETE /api/v1/groups/{id}",
                "GET /api/v1/groups/{id}/users",
                "PUT /api/v1/groups/{id}/users/{username}",
                "DELETE /api/v1/groups/{id}/users/{username}",
                "GET /api/v1/collections/{id}/export",
                "POST /api/v1/collections/import",
                "POST /api/v1/collections/{id}/documents",
                "PUT /api/v1/collections/{id}/documents/{name}",
                "GET /api/v1/collections/{id}/documents",
                "GET /api/v1/documents/{id}",
                "POST /api/v1/documents/{id}/retry",
                "GET /api/v1/documents/{id}/events",
                "GET /api/v1/collections/{id}/events",
                "GET /api/v1/documents/{id}/content",
                "GET /api/v1/documents/{id}/passages",
                "DELETE /api/v1/documents/{id}",
                "POST /api/v1/collections/{id}/search",
                "POST /api/v1/search",
                "POST /api/v1/collections/{id}/answers",
                "POST /api/v1/answers",
                "GET /api/v1/conversations",
                "GET /api/v1/conversations/{id}",
                "PATCH /api/v1/conversations/{id}",
                "GET /api/v1/conversations/{id}/export",
                "DELETE /api/v1/conversations/{id}",
                "PUT /api/v1/answers/{id}/feedback",
                "GET /api/v1/answers/{id}/trace",
                "POST /api/v1/answers/{id}/replay",
                "POST /api/v1/collections/{id}/evaluations",
                "GET /api/v1/collections/{id}/evaluations/{evaluationId}",
                "GET /api/v1/audit",
                "GET /api/v1/audit/verify",
                "POST /api/v1/collections/{id}/evaluations",
                "GET /api/v1/collections/{id}/evaluations/{evaluationId}",
                "GET /v1/models",
                "POST /v1/chat/completions",
                "POST /mcp"
            })
    void holdsWhatWasPromised(String route) {
        assertThat(described()).contains(route);
    }

    @Test
    void saysOfEveryCallWhatItIsForAndHowItFails() {
        for (var path : description.getJsonObject("paths").entrySet()) {
            for (var verb : path.getValue().asJsonObject().entrySet()) {
                if (VERBS.contains(verb.getKey())) {
                    var call = verb.getValue().asJsonObject();
                    var name = verb.getKey() + " " + path.getKey();
                    assertThat(call.getString("summary", "")).as(name).isNotBlank();
                    assertThat(call.getJsonArray("tags")).as(name).isNotEmpty();
                    assertThat(call.getJsonObject("responses")).as(name).containsKey("default");
                    assertThat(call.getJsonObject("responses")).as(name).hasSizeGreaterThan(1);
                    assertThat(jsonBodies(call)).as(name).allMatch(this::hasExample);
                }
            }
        }
    }

    private static List<JsonObject> jsonBodies(JsonObject call) {
        var body = call.get("requestBody");
        return body == null
                ? List.of()
                : body.asJsonObject().getJsonObject("content").entrySet().stream()
                        .filter(type -> type.getKey().equals("application/json"))
                        .map(type -> type.getValue().asJsonObject())
                        .toList();
    }

    private boolean hasExample(JsonObject body) {
        if (body.containsKey("example")) {
            return true;
        }
        var reference = body.getJsonObject("schema").getString("$ref", "");
        var schema = description
                .getJsonObject("components")
                .getJsonObject("schemas")
                .getOrDefault(reference.substring(reference.lastIndexOf('/') + 1), JsonValue.EMPTY_JSON_OBJECT);
        return schema.asJsonObject().containsKey("example");
    }

    @Test
    void saysWhatMayBeNullAndWhatIsATime() {
        var schemas = description.getJsonObject("components").getJsonObject("schemas");
        var document = schemas.getJsonObject("Document").getJsonObject("properties");

        assertThat(document.getJsonObject("indexedAt"))
                .containsEntry("format", Json.createValue("date-time"))
                .containsEntry("nullable", JsonValue.TRUE);
        assertThat(document.getJsonObject("createdAt")).doesNotContainEntry("nullable", JsonValue.TRUE);
        assertThat(document.getJsonObject("problem").getJsonArray("allOf")).hasSize(1);
        assertThat(description.toString()).doesNotContain("\"createdAt\":{\"type\":\"object\"");
        // What an annotation leaves out is no limit.
        assertThat(description.toString()).doesNotContain("\"maxProperties\":0", "\"exclusiveMaximum\":false");
    }

    @Test
    void saysItsEncoding() {
        assertThat(installation.anybody().get("/openapi").header("Content-Type"))
                .containsIgnoringCase("charset=utf-8");
    }

    @Test
    void anUploadOfNoTypeIsNone() {
        var admin = installation.administrator();
        var collection = admin.newCollection("Typeless");

        assertThat(admin.send("POST", "/api/v1/collections/" + collection + "/documents", "", new byte[0])
                        .status())
                .isEqualTo(400);
    }

    @Test
    void aNullAmongIdsIsTheIdOfNothing() {
        var admin = installation.administrator();

        assertThat(admin.send("POST", "/api/v1/search", "{\"query\":\"x\",\"collections\":[null]}")
                        .status())
                .isEqualTo(404);
        assertThat(admin.send("POST", "/api/v1/answers", "{\"question\":\"x\",\"collections\":[null]}")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void namesEachTagOnce() {
        assertThat(description.getJsonArray("tags"))
                .extracting(tag -> tag.asJsonObject().getString("name"))
                .doesNotHaveDuplicates()
                .contains("Identity", "Collections", "Documents", "Search and answers", "OpenAI", "MCP");
    }
}
