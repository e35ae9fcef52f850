package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import jakarta.json.Json;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayName("Programs that others wrote")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InteropIT {
    private static final String QUESTION = "Up to which amount are hotel costs refunded?";
    private static final String ANSWER = "Hotel costs are refunded up to 140 euros a night. [1]";

    private final Installation installation;
    private final Client ann;
    private final String collection;
    private final String key;
    private final String strangersKey;

    InteropIT(Installation installation) {
        this.installation = installation;
        ann = installation.newUser("ann.interop");
        collection = ann.newCollection("Interop policies");
        ann.indexed(
                collection,
                "policy.md",
                "# Travel policy\n\nHotel costs are refunded up to 140 euros a night.\n".getBytes(UTF_8));
        key = newKey(ann);
        strangersKey = newKey(installation.newUser("bob.interop"));
    }

    private static String newKey(Client client) {
        return client.post("/api/v1/me/api-keys", Client.json().add("name", "interop"))
                .requireStatus(201)
                .json()
                .getString("key");
    }

    private OpenAiChatModel chat(String key, String model) {
        return OpenAiChatModel.builder()
                .baseUrl(installation.address() + "/v1")
                .apiKey(key)
                .modelName(model)
                .maxRetries(0)
                .build();
    }

    @Test
    void langChain4jIsAnsweredWithACheckedCitation() {
        var response = chat(key, collection).chat(SystemMessage.from("Be brief."), UserMessage.from(QUESTION));

        assertThat(response.aiMessage().text()).isEqualTo(ANSWER);
        assertThat(response.metadata().modelName()).isEqualTo(collection);
        assertThat(response.metadata().finishReason().name()).isEqualTo("STOP");
    }

    @Test
    void aCollectionIsAModelByItsNameToo() {
        assertThat(chat(key, "interop policies").chat(QUESTION)).isEqualTo(ANSWER);
    }

    @Test
    void langChain4jHearsTheSameAsAStream() throws Exception {
        var model = OpenAiStreamingChatModel.builder()
                .baseUrl(installation.address() + "/v1")
                .apiKey(key)
                .modelName(collection)
                .build();
        var heard = new StringBuilder();
        var whole = new CompletableFuture<ChatResponse>();
        model.chat(QUESTION, new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String part) {
                heard.append(part);
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
                whole.complete(response);
            }

            @Override
            public void onError(Throwable error) {
                whole.completeExceptionally(error);
            }
        });

        assertThat(whole.get(30, TimeUnit.SECONDS).aiMessage().text()).isEqualTo(ANSWER);
        assertThat(heard).hasToString(ANSWER);
    }

    @Test
    void turnsOfOneChatAreOneConversation() {
        var chat = chat(key, collection);
        chat.chat(UserMessage.from("What does the hotel refund amount to?"));
        chat.chat(
                UserMessage.from("What does the hotel refund amount to?"),
                AiMessage.from("140 euros"),
                UserMessage.from("And a night?"));

        var conversations = ann.get("/api/v1/conversations").json().getJsonArray("items");
        var ours = conversations.stream()
                .map(value -> value.asJsonObject())
                .filter(c -> c.getString("title").equals("What does the hotel refund amount to?"))
                .toList();
        assertThat(ours).hasSize(1);
        assertThat(ann.get("/api/v1/conversations/" + ours.get(0).getString("id"))
                        .json()
                        .getJsonArray("answers"))
                .hasSize(2)
                .last()
                .satisfies(answer -> assertThat(answer.asJsonObject().getString("standaloneQuestion"))
                        .contains("hotel refund"));
    }

    @Test
    @Tag("A3")
    void whatIsNotTheirsIsNoModelForThem() {
        assertThatThrownBy(() -> chat(strangersKey, collection).chat(QUESTION))
                .isInstanceOf(ModelNotFoundException.class);
        assertThatThrownBy(() -> chat(strangersKey, "Interop policies").chat(QUESTION))
                .isInstanceOf(ModelNotFoundException.class);
        assertThatThrownBy(() -> chat("dck_00000000_none", collection).chat(QUESTION))
                .isInstanceOf(AuthenticationException.class);
        assertThat(ann.with("Bearer " + strangersKey).get("/v1/models").json().getJsonArray("data"))
                .isEmpty();
        assertThat(ann.with("Bearer " + key).get("/v1/models").json().getJsonArray("data"))
                .hasSize(1);
    }

    @Test
    void errorsHaveTheFormOfTheProtocol() {
        var refused = ann.with("Bearer nothing").get("/v1/models");
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.json().getJsonObject("error").getString("code")).isEqualTo("unauthorized");

        var invalid = ann.with("Bearer " + key)
                .post("/v1/chat/completions", Json.createObjectBuilder().add("model", collection));
        assertThat(invalid.status()).isEqualTo(400);
        assertThat(invalid.json().getJsonObject("error").getString("code")).isEqualTo("missing_messages");
    }

    private McpSyncClient mcp(String key) {
        var transport = HttpClientStreamableHttpTransport.builder(
                        installation.address().toString())
                .endpoint("/mcp")
                .requestBuilder(HttpRequest.newBuilder().header("Authorization", "Bearer " + key))
                .build();
        return McpClient.sync(transport).build();
    }

    private static String text(CallToolResult result) {
        return ((TextContent) result.content().get(0)).text();
    }

    @Test
    void theProtocolsOwnClientFindsAsksAndReads() {
        try (var client = mcp(key)) {
            assertThat(client.initialize().serverInfo().name()).isEqualTo("docchat");
            assertThat(client.listTools().tools())
                    .extracting(McpSchema.Tool::name)
                    .containsExactly("list_collections", "search", "ask", "read_passage");
            assertThat(text(client.callTool(new CallToolRequest("list_collections", Map.of()))))
                    .contains("Interop policies", collection);
            assertThat(text(client.callTool(new CallToolRequest("search", Map.of("query", "hotel costs")))))
                    .contains("140 euros", "policy.md");
            var answer = client.callTool(new CallToolRequest(
                    "ask", Map.of("question", QUESTION, "collections", List.of("Interop policies"))));
            assertThat(answer.isError()).isFalse();
            assertThat(text(answer)).startsWith(ANSWER).contains("Sources:", "policy.md");
            var structured = (Map<?, ?>) answer.structuredContent();
            var citation = (Map<?, ?>) ((List<?>) structured.get("citations")).get(0);
            assertThat(text(client.callTool(
                            new CallToolRequest("read_passage", Map.of("id", citation.get("passageId"))))))
                    .contains("Travel policy", "140 euros");
        }
    }

    @Test
    @Tag("A3")
    void theProtocolsToolsShowAStrangerNothing() {
        try (var client = mcp(strangersKey)) {
            client.initialize();
            assertThat(text(client.callTool(new CallToolRequest("list_collections", Map.of()))))
                    .isEqualTo("There are no collections.");
            for (var call : List.of(
                    new CallToolRequest("ask", Map.of("question", QUESTION, "collections", List.of(collection))),
                    new CallToolRequest("search", Map.of("query", "hotel", "collections", List.of(collection))),
                    new CallToolRequest("read_passage", Map.of("id", passage())))) {
                var result = client.callTool(call);
                assertThat(result.isError()).as(call.name()).isTrue();
                assertThat(text(result))
                        .as(call.name())
                        .contains("or you may not see it")
                        .doesNotContain("140");
            }
        }
    }

    private String passage() {
        return ann.post(
                        "/api/v1/collections/" + collection + "/search",
                        Client.json().add("query", "hotel"))
                .json()
                .getJsonArray("passages")
                .getJsonObject(0)
                .getString("id");
    }

    @Test
    @Tag("P6")
    void ofTenThousandMessagesTheLastOnesCount() {
        var messages = Json.createArrayBuilder();
        for (int i = 0; i < 10_000; i++) {
            messages.add(Client.json().add("role", "user").add("content", "And what about number " + i + "?"));
        }
        messages.add(Client.json().add("role", "user").add("content", QUESTION));

        var answer = ann.with("Bearer " + key)
                .post(
                        "/v1/chat/completions",
                        Client.json().add("model", collection).add("messages", messages))
                .requireStatus(200);

        assertThat(answer.body()).contains("140 euros");
    }

    /** PostgreSQL's text does not take them. */
    @Test
    @Tag("U11")
    void nulsInQuestionsAreNoWords() {
        var client = ann.with("Bearer " + key);
        var asked = QUESTION.replace("hotel", "ho\\u0000tel");

        var completion = client.send(
                        "POST",
                        "/v1/chat/completions",
                        "{\"model\":\"" + collection + "\",\"messages\":[{\"role\":\"user\",\"content\":\"\\u0000\"},"
                                + "{\"role\":\"user\",\"content\":\"" + asked + "\"}]}")
                .requireStatus(200);
        assertThat(completion.body()).contains("140 euros");
        for (var tool : List.of("\"search\",\"arguments\":{\"query\"", "\"ask\",\"arguments\":{\"question\"")) {
            var called = client.send(
                            "POST",
                            "/mcp",
                            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":" + tool
                                    + ":\"" + asked + "\"}}}")
                    .requireStatus(200);
            assertThat(called.json().getJsonObject("result").getBoolean("isError"))
                    .as(called.body())
                    .isFalse();
            assertThat(called.body()).contains("140 euros");
        }
    }

    @Test
    void aToolNamesThePageOnWhichItsQuoteStands() {
        ann.indexed(
                collection,
                "garage.pdf",
                Pdf.of(
                        List.of("The garage is open from six in the morning."),
                        List.of("A parking space in the garage costs 30 euros.")));
        try (var client = mcp(key)) {
            client.initialize();
            // Its passage begins on the page before.
            assertThat(text(client.callTool(new CallToolRequest("search", Map.of("query", "parking space garage")))))
                    .contains("garage.pdf, page 1\n");
            var answer = client.callTool(new CallToolRequest(
                    "ask", Map.of("question", "How much does a parking space in the garage cost?")));

            assertThat(text(answer)).containsPattern("garage\\.pdf, page 2[^\"]*\"A parking space");
        }
    }

    /** Servers of the versions that had them must take them. */
    @Test
    void severalMessagesInOneAreAnsweredTogetherToClientsOfOldVersions() {
        var client = ann.with("Bearer " + key);
        var batch = "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"},"
                + "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"},"
                + "7,{\"jsonrpc\":\"2.0\",\"id\":\"b\",\"method\":\"rm\"}]";

        var answered = client.send("POST", "/mcp", batch);
        assertThat(answered.status()).isEqualTo(200);
        assertThat(answered.body())
                .isEqualTo(
                        "[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}},{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":"
                                + "{\"code\":-32600,\"message\":\"This is no JSON-RPC 2.0 request.\"}},{\"jsonrpc\":\"2.0\","
                                + "\"id\":\"b\",\"error\":{\"code\":-32601,\"message\":\"There is no method \\\"rm\\\" here.\"}}]");
        assertThat(client.send("POST", "/mcp", "[{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}]")
                        .status())
                .isEqualTo(202);
        var ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
        for (var wrong : List.of("[]", "[" + (ping + ",").repeat(20) + ping + "]")) {
            assertThat(client.send("POST", "/mcp", wrong).status()).isEqualTo(400);
        }
        var newer = HttpRequest.newBuilder(installation.address().resolve("/mcp"))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .header("MCP-Protocol-Version", "2025-06-18")
                .POST(HttpRequest.BodyPublishers.ofString(batch))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .sendAsync(newer, HttpResponse.BodyHandlers.ofString())
                        .join()
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void whatIsNoMessageOfTheProtocolIsRefusedInItsForm() {
        var client = ann.with("Bearer " + key);

        var broken = client.send("POST", "/mcp", "{");
        assertThat(broken.status()).isEqualTo(400);
        assertThat(broken.json().getJsonObject("error").getInt("code")).isEqualTo(-32700);
        var unknown = client.send("POST", "/mcp", "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"rm\"}");
        assertThat(unknown.status()).isEqualTo(200);
        assertThat(unknown.json().getInt("id")).isEqualTo(7);
        assertThat(unknown.json().getJsonObject("error").getInt("code")).isEqualTo(-32601);
        assertThat(client.get("/mcp").status()).isEqualTo(405);
    }
}
