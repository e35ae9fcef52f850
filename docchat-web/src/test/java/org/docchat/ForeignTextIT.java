package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.docchat.web.api.Bodies;
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

    private final Installation installation;
    private final Client admin;
    private final Client stranger;
    private final String own;
    private final String ownDocument;
    private final String foreign;
    private final String document;
    private final String passage;
    private final String conversation;
    private final String answer;
    private final String evaluation;

    ForeignTextIT(Installation installation) {
        this.installation = installation;
        admin = installation.administrator();
        var owner = installation.newUser("foreign.owner");
        foreign = owner.newCollection("Canaries");
        document = owner.indexed(foreign, "canary.md", ("# Canary\n\n" + WORDS + "\n").getBytes(UTF_8));
        passage = owner.get("/api/v1/documents/" + document + "/passages")
                .list("items")
                .get(0)
                .getString("id");
        var given = owner.post(
                        "/api/v1/collections/" + foreign + "/answers",
                        Client.json().add("question", "What is the canary of the lighthouse called?"))
                .requireStatus(200)
                .json();
        conversation = given.getString("conversationId");
        answer = given.getString("id");
        evaluation = owner.send(
                        "POST",
                        "/api/v1/collections/" + foreign + "/evaluations",
                        "{\"questions\":[{\"question\":\"Who is Ferdinand?\",\"answerable\":false}]}")
                .requireStatus(202)
                .json()
                .getString("id");
        stranger = installation.newUser("foreign.stranger");
        own = stranger.newCollection("Elsewhere");
        ownDocument = stranger.indexed(own, "own.md", "# Parrots\n\nThe parrot is called Ludwig.\n".getBytes(UTF_8));
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

    /** In bodies, filters, citations, evaluations and the other protocols. */
    @Test
    @Tag("A4")
    void noBodyThatNamesSomebodyElsesThingsBringsTheirText() {
        var asked = "{\"question\":\"What is the canary of the northern lighthouse called?\"";
        var everything = ",\"collections\":[\"" + foreign + "\"],\"filter\":{\"documents\":[\"" + document
                + "\"]},\"documents\":[\"" + document + "\"],\"citations\":[{\"documentId\":\"" + document
                + "\",\"passageId\":\"" + passage + "\"}],\"passages\":[\"" + passage + "\"]}";
        var at = "/api/v1/collections/" + own;
        for (var filter : List.of(
                "{\"documents\":[\"" + document + "\"]}",
                "{\"documents\":[\"" + ownDocument + "\",\"" + document + "\"]}",
                "{\"names\":\"*\"}")) {
            var found = stranger.send(
                    "POST",
                    at + "/search",
                    "{\"query\":\"" + WORDS.replace("Ferdinand", "") + "\",\"filter\":" + filter + "}");
            assertThat(found.status()).as(found.body()).isIn(200, 404);
            assertThat(found.body()).doesNotContain("Ferdinand", "canary.md");
        }
        var answered =
                stranger.send("POST", at + "/answers", asked + everything).requireStatus(200);
        assertThat(answered.json().getString("outcome")).isNotEqualTo("answered");
        assertThat(answered.body()).doesNotContain("Ferdinand", "canary.md");
        var evaluated = stranger.send(
                        "POST",
                        at + "/evaluations",
                        "{\"questions\":[" + asked + ",\"expected\":[{\"document\":\"" + document + "\"}]}]}")
                .requireStatus(202)
                .json();
        Await.until("it is evaluated", Duration.ofSeconds(60), () -> {
            var now = stranger.get(at + "/evaluations/" + evaluated.getString("id"))
                    .requireStatus(200);
            assertThat(now.body()).doesNotContain("Ferdinand", "canary.md");
            return !now.json().isNull("finishedAt");
        });
        var theirs = new LinkedHashMap<String, Client.Reply>();
        theirs.put("an evaluation under one's own collection", stranger.get(at + "/evaluations/" + evaluation));
        theirs.put("feedback", stranger.send("PUT", "/api/v1/answers/" + answer + "/feedback", "{\"rating\":\"up\"}"));
        theirs.put(
                "a conversation by /mcp",
                tool("ask", asked + ",\"collections\":[\"" + own + "\"],\"conversationId\":\"" + conversation + "\"}"));
        theirs.put("a collection's name by /mcp", tool("ask", asked + ",\"collections\":[\"Canaries\"]}"));
        theirs.put(
                "a collection beside one's own",
                tool("search", "{\"query\":\"canary\",\"collections\":[\"" + own + "\",\"" + foreign + "\"]}"));
        theirs.put("a passage", tool("read_passage", "{\"id\":\"" + passage + "\"}"));
        theirs.put("a collection's name by /v1", completion("Canaries", ""));
        theirs.forEach((what, reply) -> {
            assertThat(reply.body()).as(what).contains("you may not see it").doesNotContain("Ferdinand");
            assertThat(reply.status()).as(what).isIn(404, 200);
        });
        assertThat(tool("search", "{\"query\":\"canary lighthouse\"}").body()).doesNotContain("Ferdinand", "canary.md");
        assertThat(completion(
                                own,
                                ",\"metadata\":{\"conversationId\":\"" + conversation + "\"},\"file_ids\":[\""
                                        + document
                                        + "\"],\"tools\":[{\"type\":\"file_search\",\"vector_store_ids\":[\"" + foreign
                                        + "\"]}]")
                        .requireStatus(200)
                        .body())
                .doesNotContain("Ferdinand", "canary.md");
    }

    private Client.Reply tool(String name, String arguments) {
        return stranger.send(
                "POST",
                "/mcp",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"" + name
                        + "\",\"arguments\":" + arguments + "}}");
    }

    private Client.Reply completion(String model, String more) {
        return stranger.send(
                "POST",
                "/v1/chat/completions",
                "{\"model\":\"" + model
                        + "\",\"messages\":[{\"role\":\"user\",\"content\":\"Who is the canary of the lighthouse?\"}]"
                        + more + "}");
    }

    /**
     * Each body that there is, with fields of the rows that it leads to. None of the values may be in the database, in
     * whatever table.
     */
    @Test
    @Tag("A5")
    void whatNoBodyHasAFieldForIsWrittenNowhere() throws SQLException {
        var chosen = "5eedca9a-0000-4000-8000-00000000a5a5";
        var more = new StringBuilder();
        for (var field : List.of(
                "id",
                "ownerId",
                "owner",
                "userId",
                "createdBy",
                "tenantId",
                "collectionId",
                "documentId",
                "conversationIds",
                "keyHash",
                "passwordHash",
                "sha256")) {
            more.append(",\"").append(field).append("\":\"").append(chosen).append('"');
            more.append(",\"")
                    .append(field.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT))
                    .append("\":\"")
                    .append(chosen)
                    .append('"');
        }
        more.append(
                ",\"createdAt\":\"1901-02-03T04:05:06Z\",\"created_at\":\"1901-02-03T04:05:06Z\",\"lastUsedAt\":\"1901-02-03T04:05:06Z\"");
        more.append(
                ",\"tokenGeneration\":777666555,\"token_generation\":777666555,\"version\":777666555,\"documents\":777666555");
        var mine = "/api/v1/collections/" + own;
        var user = admin.post(
                        "/api/v1/users",
                        Client.json().add("username", "foreign.made").add("password", "Password-of-foreign.made"))
                .requireStatus(201)
                .json()
                .getString("id");
        var given = stranger.send("POST", mine + "/answers", "{\"question\":\"Who is Ludwig?\"" + more + "}")
                .requireStatus(200)
                .json();
        var tried = new ArrayList<>(List.of("Question", "Login"));
        for (var call : List.of(
                "NewCollection POST /api/v1/collections {'name':'Chosen','role':'viewer'",
                "CollectionChange PATCH " + mine + " {'description':'Mine','role':'viewer','name':'Elsewhere'",
                "Share PUT " + mine + "/members/foreign.made {'role':'viewer','admin':true",
                "NewApiKey POST /api/v1/me/api-keys {'name':'chosen','admin':true,'prefix':'chosen'",
                "Search POST " + mine + "/search {'query':'Ludwig'",
                "ConversationChange PATCH /api/v1/conversations/" + given.getString("conversationId")
                        + " {'title':'Birds'",
                "Feedback PUT /api/v1/answers/" + given.getString("id") + "/feedback {'rating':'up'",
                "NewEvaluation POST " + mine
                        + "/evaluations {'questions':[{'question':'Who?','answerable':false}],'state':'finished'",
                "EmbeddingModelName PUT " + mine + "/embedding-model {'name':'bge-small-en-v1.5-q'",
                "NewUser POST /api/v1/users {'username':'foreign.more','password':'Password-of-foreign.more','enabled':false",
                "UserChange PATCH /api/v1/users/" + user + " {'displayName':'Made','username':'admin'",
                "NewGroup POST /api/v1/groups {'name':'Foreign group','users':['foreign.made']")) {
            var parts = call.split(" ", 4);
            var who = parts[2].matches("/api/v1/(users|groups).*") ? admin : stranger;
            who.send(parts[1], parts[2], parts[3].replace('\'', '"') + more + "}")
                    .requireStatus(200, 201, 202, 204);
            tried.add(parts[0]);
        }

        assertThat(tried)
                .as("bodies that are not tried")
                .containsAll(Stream.of(Bodies.class.getDeclaredClasses())
                        .map(Class::getSimpleName)
                        .filter(name -> !Set.of("Filter", "EvaluationQuestion", "ExpectedPlace")
                                .contains(name))
                        .toList());
        try (var connection = installation.database()) {
            assertThat(Remains.of(connection, List.of("foreign.made"))).isNotEmpty();
            assertThat(Remains.of(connection, List.of(chosen, "1901-02-03", "777666555")))
                    .isEmpty();
        }
        var made = admin.get("/api/v1/users/" + user).json();
        assertThat(made.getString("username")).isEqualTo("foreign.made");
        assertThat(made.getBoolean("admin")).isFalse();
        assertThat(installation
                        .anybody()
                        .signIn("foreign.more", "Password-of-foreign.more")
                        .get("/api/v1/collections")
                        .list("items"))
                .isEmpty();
        assertThat(stranger.get(mine).json().getString("role")).isEqualTo("owner");
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
