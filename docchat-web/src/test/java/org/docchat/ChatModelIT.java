package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.trace.v1.Span;
import jakarta.json.JsonObject;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.docchat.FakeChatServer.Script;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("With a chat model, answers are written by it and checked")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChatModelIT {
    private static final String KEY = "sk-canary-9034";
    private static final String PASSWORD = "Tr4vel-light-and-far";
    /** They wait for each other. */
    private static final Executor ONE_THREAD_EACH = task -> new Thread(task).start();

    private static final String QUESTION = "Up to which amount are hotel costs refunded?";
    private static final byte[] POLICY = """
            # Travel policy

            ## Hotels
            Hotel costs are refunded up to 140 euros a night.

            ## Receipts
            Receipts are due within 14 days after the journey has ended.
            """.getBytes(UTF_8);
    private static final Script TRUTHFUL = (request, connection) -> connection.answer(
            "Hotel costs are refunded ", "up to 140 euros ", "a night [1]. ", "Breakfast is always free [1].");

    private final FakeChatServer fake = new FakeChatServer(TRUTHFUL);
    private FakeCollector collector;
    private LauncherProcess docchat;
    private Client admin;
    private String answers;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        int port = Installation.freePort();
        collector = new FakeCollector();
        var settings = new HashMap<>(collector.settings());
        settings.put("DOCCHAT_PORT", Integer.toString(port));
        settings.put("DOCCHAT_ADMIN_PASSWORD", PASSWORD);
        settings.put("OPENAI_BASE_URL", fake.address().toString());
        settings.put("OPENAI_API_KEY", KEY);
        settings.put("DOCCHAT_CHAT_MODEL", "fake-instruct");
        docchat = new LauncherProcess(home, settings);
        docchat.awaitGreeting();
        admin = docchat.client().signIn("admin", PASSWORD);
        var collection = admin.newCollection("Policies");
        admin.indexed(collection, "policy.md", POLICY);
        answers = "/api/v1/collections/" + collection + "/answers";
    }

    @AfterAll
    void stop() throws Exception {
        fake.close();
        collector.close();
        if (docchat != null) {
            var output = docchat.output();
            docchat.close();
            assertThat(output).doesNotContain(KEY).doesNotContain("140 euros");
        }
    }

    @Test
    @Tag("P3")
    void anAnswerIsWhatTheDocumentsBackOfWhatTheModelWrote() {
        fake.doNow(TRUTHFUL);
        var answer = ask();

        assertThat(answer.getString("outcome")).isEqualTo("answered");
        assertThat(answer.getString("text")).isEqualTo("Hotel costs are refunded up to 140 euros a night [1].");
        assertThat(answer.getString("writer")).isEqualTo("fake-instruct");
        assertThat(answer.getString("notice")).startsWith("Left out: one sentence");
        assertThat(answer.getJsonObject("usage").getInt("promptTokens")).isEqualTo(321);
        var trace = admin.get("/api/v1/answers/" + answer.getString("id") + "/trace")
                .requireStatus(200)
                .json();
        var settings = trace.getJsonObject("settings");
        assertThat(settings.getString("chatModel")).isEqualTo("fake-instruct");
        assertThat(settings.getString("promptTemplate")).isEqualTo("answer-1");
        assertThat(settings.getInt("contextTokens")).isGreaterThan(settings.getInt("answerTokens"));
        assertThat(trace.getJsonArray("passages").getJsonObject(0).getBoolean("prompted"))
                .isTrue();
        assertThat(answer.getJsonObject("usage").getInt("completionTokens")).isEqualTo(12);
        assertThat(answer.getJsonArray("citations").getJsonObject(0).getString("quote"))
                .isEqualTo("Hotel costs are refunded up to 140 euros a night.");
        var kept = admin.get("/api/v1/conversations/" + answer.getString("conversationId"))
                .list("answers")
                .get(0);
        assertThat(kept.getString("text")).isEqualTo(answer.getString("text"));
        assertThat(kept.getString("notice")).isEqualTo(answer.getString("notice"));
    }

    @Test
    void tokensComeAsTheModelWritesThem() {
        fake.doNow(TRUTHFUL);
        var events = admin.events("POST", answers, body());

        assertThat(events)
                .extracting(Client.Event::name)
                .containsExactly("passages", "token", "token", "token", "token", "answer");
        assertThat(events.get(5).json().getString("text")).doesNotContain("Breakfast");
    }

    /** Of an answer that is streamed, another thread does the work. */
    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/event-stream"})
    @Tag("L1")
    void aTraceLeadsFromTheRequestToSqlAndModelWithoutWhatAnybodyWrote(String accepted) throws Exception {
        fake.doNow(TRUTHFUL);
        var trace = accepted.equals("application/json")
                ? "4bf92f3577b34da6a3ce929d0e0e4736"
                : "0af7651916cd43dd8448eb211c80319c";
        var request = HttpRequest.newBuilder(docchat.address().resolve(answers))
                .header("Authorization", admin.authorization())
                .header("Content-Type", "application/json")
                .header("Accept", accepted)
                .header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01")
                .POST(HttpRequest.BodyPublishers.ofString(body()))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(request, HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);

        // The answer is stored after the model has ended.
        Await.until("the trace is there", Duration.ofSeconds(20), () -> {
            var spans = collector.spansOf(trace);
            var model = spans.stream()
                    .filter(span -> span.getName().equals("chat fake-instruct"))
                    .findAny();
            return model.isPresent()
                    && spans.stream().anyMatch(span -> span.getKind() == Span.SpanKind.SPAN_KIND_SERVER)
                    && spans.stream()
                            .anyMatch(span -> span.getName().equals("INSERT")
                                    && span.getStartTimeUnixNano() > model.get().getEndTimeUnixNano());
        });
        var spans = collector.spansOf(trace);
        var server = spans.stream()
                .filter(span -> span.getKind() == Span.SpanKind.SPAN_KIND_SERVER)
                .toList();
        assertThat(server).hasSize(1);
        assertThat(spans)
                .filteredOn(span -> span.getKind() == Span.SpanKind.SPAN_KIND_CLIENT)
                .allSatisfy(span -> assertThat(span.getParentSpanId())
                        .isEqualTo(server.get(0).getSpanId()))
                .extracting(Span::getName)
                .contains("WITH", "SELECT", "INSERT", "chat fake-instruct");
        assertThat(spans.toString()).contains("posting_list").contains("first token");
        assertThat(collector.all())
                .doesNotContain(KEY)
                .doesNotContain(admin.authorization().replace("Bearer ", ""))
                .doesNotContain("otel costs")
                .doesNotContain("140 euros");
    }

    @Test
    void whatIsNotInTheDocumentsIsNotAskedOfTheModel() {
        int asked = fake.requests().size();
        var answer = admin.send("POST", answers, "{\"question\":\"Who won the world chess championship in 1972?\"}")
                .requireStatus(200)
                .json();

        assertThat(answer.getString("outcome")).isEqualTo("not_found");
        assertThat(fake.requests()).hasSize(asked);
    }

    @Test
    void whereTheModelFindsNothingNothingIsAnswered() {
        fake.doNow((request, connection) -> connection.answer("NOT_IN_", "DOCUMENTS"));
        var answer = ask();

        assertThat(answer.getString("outcome")).isEqualTo("not_found");
        assertThat(answer.getJsonArray("citations")).isEmpty();
    }

    @Test
    @Tag("F4")
    void whereTheModelFailsTheDocumentsSpeakAndItIsSaid() {
        for (var fault : List.<Script>of(
                (request, connection) -> connection.status(401, "application/json", "{}"),
                (request, connection) -> connection.events().token("Hotels").reset())) {
            fake.doNow(fault);
            var events = admin.events("POST", answers, body());
            var answer = events.get(events.size() - 1);

            assertThat(answer.name()).isEqualTo("answer");
            assertThat(answer.json().getString("outcome")).isEqualTo("answered");
            assertThat(answer.json().getString("writer")).isEqualTo("extractive");
            assertThat(answer.json().getString("text")).contains("140 euros");
            assertThat(answer.json().getString("notice")).contains("chat model").contains("documents' own");
        }
        fake.doNow(TRUTHFUL);
        assertThat(ask().getString("writer")).isEqualTo("fake-instruct");
    }

    /** Programs read neither the page nor our API, and are told all the same. */
    @Test
    @Tag("F4")
    void otherProgramsHearWhoWroteAndThatAnAnswerWasCut() throws Exception {
        fake.doNow((request, connection) -> connection
                .events()
                .token("Hotel costs are refunded up to 140 euros a night [1]. Breakfast")
                .finish("length")
                .send("data: [DONE]\n\n")
                .close());
        var cut = admin.send("POST", "/v1/chat/completions", completion("", QUESTION))
                .requireStatus(200)
                .json();
        assertThat(cut.getJsonArray("choices").getJsonObject(0).getString("finish_reason"))
                .isEqualTo("length");
        assertThat(cut.getString("writer")).isEqualTo("fake-instruct");
        assertThat(cut.getString("notice")).contains("was cut");
        var events = admin.events("POST", "/v1/chat/completions", completion("\"stream\":true,", QUESTION));
        var last = events.get(events.size() - 2).json();
        assertThat(last.getJsonArray("choices").getJsonObject(0).getString("finish_reason"))
                .isEqualTo("length");
        assertThat(last.getString("notice")).contains("was cut");

        fake.doNow((request, connection) -> connection.status(400, "application/json", "{}"));
        var instead = admin.send("POST", "/v1/chat/completions", completion("", QUESTION))
                .requireStatus(200)
                .json();
        assertThat(instead.getString("writer")).isEqualTo("extractive");
        assertThat(instead.getString("notice")).contains("documents' own");
        assertThat(instead.getJsonArray("choices").getJsonObject(0).getString("finish_reason"))
                .isEqualTo("stop");
        var tool = admin.send(
                        "POST",
                        "/mcp",
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"ask\","
                                + "\"arguments\":" + body() + "}}")
                .requireStatus(200);
        assertThat(tool.json()
                        .getJsonObject("result")
                        .getJsonArray("content")
                        .getJsonObject(0)
                        .getString("text"))
                .contains("\n\nNotice: The chat model's server did not take this question");
        fake.doNow(TRUTHFUL);
    }

    private static String completion(String more, String question) {
        return "{\"model\":\"Policies\"," + more + "\"messages\":[{\"role\":\"user\",\"content\":\"" + question
                + "\"}]}";
    }

    @Test
    @Tag("F9")
    void aQuestionThatIsGivenUpLeavesNoConversation() throws Exception {
        fake.doNow((request, connection) -> connection.stall());
        var question = "Which amount of hotel costs is refunded to those who give up?";
        var request = HttpRequest.newBuilder(URI.create(docchat.address() + "/v1/chat/completions"))
                .header("Authorization", admin.authorization())
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.ofString(completion("\"stream\":true,", question)))
                .build();
        int asked = fake.requests().size();
        var response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofInputStream());
        Await.until(
                "the model is asked",
                Duration.ofSeconds(20),
                () -> fake.requests().size() > asked);
        response.body().close();

        // Half a minute is what is promised, on a machine that does nothing else.
        assertThat(fake.isLeft(45)).isTrue();
        assertThat(admin.get("/api/v1/conversations").list("items"))
                .extracting(each -> each.getString("title"))
                .doesNotContain(question);
        fake.doNow(TRUTHFUL);
    }

    @Test
    @Tag("F9")
    void theModelStopsSoonAfterTheReaderHasGone() throws Exception {
        fake.doNow((request, connection) -> connection.events().token("Hotel ").stall());
        var request = HttpRequest.newBuilder(URI.create(docchat.address() + answers))
                .header("Authorization", admin.authorization())
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")
                .timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.ofString(body()))
                .build();
        var response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (var stream = response.body()) {
            var heard = new String(stream.readNBytes(40), UTF_8);
            assertThat(heard).contains("passages");
        }

        assertThat(fake.isLeft(20)).isTrue();
    }

    @Test
    @Tag("F9")
    void theModelStopsSoonAfterWhoeverWaitsForAWholeAnswerHasGone() throws Exception {
        var left = new CountDownLatch(3);
        fake.doNow((request, connection) -> {
            connection.events().token("Hotel ").stall();
            left.countDown();
        });
        int asked = fake.requests().size();
        var sockets = new ArrayList<Socket>();
        for (var call : wholeAnswers().entrySet()) {
            var socket = new Socket("127.0.0.1", docchat.address().getPort());
            sockets.add(socket);
            var body = call.getValue().getBytes(UTF_8);
            socket.getOutputStream()
                    .write(("POST " + call.getKey() + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
                                    + admin.authorization() + "\r\nContent-Type: application/json\r\nContent-Length: "
                                    + body.length + "\r\n\r\n")
                            .getBytes(UTF_8));
            socket.getOutputStream().write(body);
        }
        Await.until(
                "the model is asked",
                Duration.ofSeconds(20),
                () -> fake.requests().size() == asked + 3);
        for (var socket : sockets) {
            socket.close();
        }

        assertThat(left.await(45, TimeUnit.SECONDS))
                .as("%d of 3 are written on", left.getCount())
                .isTrue();
    }

    @Test
    @DisplayName("Whoever waits long for a whole answer is sent spaces meanwhile, which JSON allows before it")
    void whoeverWaitsLongForAWholeAnswerIsSentSpaces() throws Exception {
        fake.doNow((request, connection) -> {
            Thread.sleep(11_000);
            TRUTHFUL.answer(request, connection);
        });
        var waiting = new ArrayList<CompletableFuture<Client.Reply>>();
        wholeAnswers().forEach((path, body) -> waiting.add(whole(admin, path, body)));

        for (var each : waiting) {
            var reply = each.get(30, TimeUnit.SECONDS);
            assertThat(reply.status()).as(reply.body()).isEqualTo(200);
            assertThat(reply.header("Content-Type")).startsWith("application/json");
            assertThat(reply.body()).startsWith(" ").contains("140 euros");
            assertThat(reply.json()).isNotEmpty();
        }
    }

    @Test
    @DisplayName("What fails once spaces were sent is a problem all the same")
    void whatFailsOnceSpacesWereSentIsAProblem() throws Exception {
        var collection = admin.newCollection("Soon gone");
        admin.indexed(collection, "policy.md", POLICY);
        var deleted = new CompletableFuture<String>();
        fake.doNow((request, connection) -> {
            deleted.orTimeout(25, TimeUnit.SECONDS).join();
            TRUTHFUL.answer(request, connection);
        });
        int asked = fake.requests().size();
        var waiting = whole(admin, "/api/v1/collections/" + collection + "/answers", body());
        Await.until(
                "the model is asked",
                Duration.ofSeconds(20),
                () -> fake.requests().size() > asked);
        // By then spaces have been sent.
        Thread.sleep(12_000);
        admin.delete("/api/v1/collections/" + collection).requireStatus(204);
        deleted.complete("");

        var reply = waiting.get(30, TimeUnit.SECONDS);
        assertThat(reply.body()).startsWith(" ").doesNotContain("140 euros");
        assertThat(reply.json().getInt("status")).isGreaterThanOrEqualTo(400);
        assertThat(reply.json().getString("code")).isNotEmpty();
    }

    private Map<String, String> wholeAnswers() {
        return Map.of(
                answers,
                body(),
                "/v1/chat/completions",
                completion("", QUESTION),
                "/mcp",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"ask\",\"arguments\":"
                        + body() + "}}");
    }

    @Test
    @Tag("A6")
    void anAnswerThatIsBeingWrittenEndsWithItsKeyAndWithItsShare() throws Exception {
        fake.doNow((request, connection) -> connection.events().token("Hotel ").stall());
        admin.post("/api/v1/users", Client.json().add("username", "reader").add("password", "Password-of-reader"))
                .requireStatus(201);
        var members = answers.replace("/answers", "/members/reader");
        admin.send("PUT", members, "{\"role\":\"viewer\"}").requireStatus(204);
        var reader = docchat.client().signIn("reader", "Password-of-reader");
        var key = reader.post("/api/v1/me/api-keys", Client.json().add("name", "asking"))
                .requireStatus(201)
                .json();

        var byKey = asking(reader.with("Bearer " + key.getString("key")));
        var byToken = asking(reader);
        var whole = new ArrayList<CompletableFuture<Client.Reply>>();
        wholeAnswers()
                .forEach((path, body) -> whole.add(whole(reader.with("Bearer " + key.getString("key")), path, body)));
        var wholeByToken = whole(reader, answers, body());
        Thread.sleep(2_000);
        assertThat(byKey).isNotDone();
        reader.delete("/api/v1/me/api-keys/" + key.getString("id")).requireStatus(204);
        assertThat(last(byKey).json().getString("code")).isEqualTo("entitlement_ended");
        for (var answer : whole) {
            var reply = answer.get(10, TimeUnit.SECONDS);
            assertThat(reply.status()).as(reply.body()).isEqualTo(401);
            assertThat(reply.body()).contains("entitlement_ended").doesNotContain("Hotel");
        }
        assertThat(byToken).isNotDone();
        assertThat(wholeByToken).isNotDone();

        admin.delete(members).requireStatus(204);
        assertThat(last(byToken).name()).isEqualTo("error");
        assertThat(last(byToken).json().getString("code")).isEqualTo("entitlement_ended");
        assertThat(wholeByToken.get(10, TimeUnit.SECONDS).status()).isEqualTo(401);
    }

    @Test
    @Tag("A6")
    void anAnswerThatIsBeingWrittenEndsWithItsUsersAccount() throws Exception {
        fake.doNow((request, connection) -> connection.events().token("Hotel ").stall());
        var leaver = admin.post(
                        "/api/v1/users", Client.json().add("username", "leaver").add("password", "Password-of-leaver"))
                .requireStatus(201)
                .json()
                .getString("id");
        admin.send("PUT", answers.replace("/answers", "/members/leaver"), "{\"role\":\"viewer\"}")
                .requireStatus(204);
        var answer = asking(docchat.client().signIn("leaver", "Password-of-leaver"));
        Thread.sleep(2_000);
        assertThat(answer).isNotDone();

        admin.send("PATCH", "/api/v1/users/" + leaver, "{\"enabled\":false}").requireStatus(200);

        assertThat(last(answer).json().getString("code")).isEqualTo("entitlement_ended");
    }

    @Test
    @Tag("A6")
    void anAnswerStoresNothingOfADocumentThatIsDeletedWhileItIsWritten() throws Exception {
        var collection = admin.newCollection("Passing");
        var document = admin.indexed(collection, "passing.md", "The ferry costs nine crowns.\n".getBytes(UTF_8));
        var asked = new CompletableFuture<String>();
        var deleted = new CompletableFuture<String>();
        fake.doNow((request, connection) -> {
            asked.complete("");
            deleted.orTimeout(20, TimeUnit.SECONDS).join();
            connection.answer("The ferry costs nine crowns [1].");
        });
        var path = "/api/v1/collections/" + collection + "/answers";
        var whole = whole(
                admin,
                path,
                Client.json()
                        .add("question", "What does the ferry cost?")
                        .build()
                        .toString());
        asked.get(20, TimeUnit.SECONDS);
        admin.delete("/api/v1/documents/" + document).requireStatus(204);
        deleted.complete("");

        var reply = whole.get(10, TimeUnit.SECONDS);
        assertThat(reply.status()).as(reply.body()).isEqualTo(409);
        assertThat(reply.json().getString("code")).isEqualTo("document_deleted");
        assertThat(admin.get("/api/v1/conversations").body()).doesNotContain("ferry");
    }

    @Test
    @Tag("A6")
    void anAnswerThatIsBeingWrittenEndsWithTheGroupThatItWasSharedWith() throws Exception {
        fake.doNow((request, connection) -> connection.events().token("Hotel ").stall());
        admin.post("/api/v1/users", Client.json().add("username", "grouped").add("password", "Password-of-grouped"))
                .requireStatus(201);
        var grouped = docchat.client().signIn("grouped", "Password-of-grouped");
        var group = admin.post("/api/v1/groups", Client.json().add("name", "Readers"))
                .requireStatus(201)
                .json()
                .getString("id");
        var membership = "/api/v1/groups/" + group + "/users/grouped";
        var share = answers.replace("/answers", "/groups/Readers");

        for (var end : List.of(membership, share)) {
            admin.send("PUT", membership, "").requireStatus(204);
            admin.send("PUT", share, "{\"role\":\"viewer\"}").requireStatus(204);
            var answer = asking(grouped);
            Thread.sleep(2_000);
            assertThat(answer).isNotDone();

            admin.delete(end).requireStatus(204);

            assertThat(last(answer).json().getString("code")).as(end).isEqualTo("entitlement_ended");
            assertThat(grouped.send("POST", answers, body()).status()).isEqualTo(404);
        }
    }

    /** What it was found by was sent before the first word; what is written of it is neither kept nor found again. */
    @Test
    @Tag("A6")
    void aStreamAboutADocumentThatIsDeletedEndsWithoutAnAnswerAndNobodyFindsItsTextAgain() throws Exception {
        var collection = admin.newCollection("Passing by");
        var document = admin.indexed(collection, "barge.md", "The barge costs seven crowns.\n".getBytes(UTF_8));
        var asked = new CompletableFuture<String>();
        var deleted = new CompletableFuture<String>();
        fake.doNow((request, connection) -> {
            connection.events().token("The barge ");
            asked.complete("");
            deleted.orTimeout(20, TimeUnit.SECONDS).join();
            connection.token("costs seven crowns [1].").finish("stop").send("data: [DONE]\n\n");
            connection.close();
        });
        var path = "/api/v1/collections/" + collection;
        var question = Client.json()
                .add("question", "What does the barge cost?")
                .build()
                .toString();
        var stream =
                CompletableFuture.supplyAsync(() -> admin.events("POST", path + "/answers", question), ONE_THREAD_EACH);
        asked.get(20, TimeUnit.SECONDS);
        assertThat(stream).isNotDone();
        admin.delete("/api/v1/documents/" + document).requireStatus(204);
        deleted.complete("");

        assertThat(last(stream).name()).isEqualTo("error");
        assertThat(last(stream).json().getString("code")).isEqualTo("document_deleted");
        assertThat(stream.get()).extracting(Client.Event::name).doesNotContain("answer");
        assertThat(admin.get("/api/v1/conversations").body()).doesNotContain("barge");
        for (var mode : List.of("hybrid", "keyword", "semantic")) {
            assertThat(admin.post(
                                    path + "/search",
                                    Client.json()
                                            .add("query", "The barge costs seven crowns.")
                                            .add("mode", mode))
                            .requireStatus(200)
                            .list("passages"))
                    .as(mode)
                    .isEmpty();
        }
        int requests = fake.requests().size();
        assertThat(admin.send("POST", path + "/answers", question)
                        .requireStatus(200)
                        .body())
                .doesNotContain("seven");
        assertThat(fake.requests()).as("what a model is asked with").hasSize(requests);
    }

    private static CompletableFuture<Client.Reply> whole(Client client, String path, String body) {
        return CompletableFuture.supplyAsync(() -> client.send("POST", path, body), ONE_THREAD_EACH);
    }

    private CompletableFuture<List<Client.Event>> asking(Client client) {
        return CompletableFuture.supplyAsync(() -> client.events("POST", answers, body()), ONE_THREAD_EACH);
    }

    private static Client.Event last(CompletableFuture<List<Client.Event>> events) throws Exception {
        var all = events.get(10, TimeUnit.SECONDS);
        return all.get(all.size() - 1);
    }

    @Test
    @Tag("P4")
    void thePromptHoldsNoSecretNoPathAndNoOtherText() {
        fake.doNow(TRUTHFUL);
        ask();
        var request = fake.requests().get(fake.requests().size() - 1);

        assertThat(request.headers()).containsEntry("authorization", "Bearer " + KEY);
        assertThat(request.body())
                .contains("140 euros")
                .doesNotContain(KEY)
                .doesNotContain(PASSWORD)
                .doesNotContain("/home/")
                .doesNotContain("admin")
                .doesNotContain("postgres");
    }

    /** As obedient as a model can be, it was never told what is not its reader's. */
    @Test
    @Tag("A4")
    void theModelHearsNothingOfSomebodyElsesWhateverABodyNames() {
        fake.doNow(TRUTHFUL);
        var hidden = admin.newCollection("Canaries");
        var document = admin.indexed(
                hidden, "canary.md", "# Canary\n\nThe canary of the lighthouse is called Ferdinand.\n".getBytes(UTF_8));
        var passage = admin.get("/api/v1/documents/" + document + "/passages")
                .list("items")
                .get(0)
                .getString("id");
        admin.post("/api/v1/users", Client.json().add("username", "model.bob").add("password", PASSWORD))
                .requireStatus(201);
        var bob = docchat.client().signIn("model.bob", PASSWORD);
        var own = bob.newCollection("Lamps");
        bob.indexed(own, "lamp.md", "# Lamp\n\nThe lamp of the lighthouse is called a canary lamp.\n".getBytes(UTF_8));
        int before = fake.requests().size();
        var named = ",\"collections\":[\"" + hidden + "\"],\"filter\":{\"documents\":[\"" + document
                + "\"]},\"documents\":[\"" + document + "\"],\"citations\":[{\"passageId\":\"" + passage + "\"}]";
        for (var question : List.of("What is the canary of the lighthouse called?", "Tell me of canary.md.")) {
            bob.send(
                            "POST",
                            "/api/v1/collections/" + own + "/answers",
                            "{\"question\":\"" + question + "\"" + named + "}")
                    .requireStatus(200);
            bob.send(
                            "POST",
                            "/v1/chat/completions",
                            "{\"model\":\"" + own + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + question
                                    + "\"}]" + named + "}")
                    .requireStatus(200);
            bob.send("POST", "/mcp", """
                    {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ask","arguments":{"question":"%s"}}}""".formatted(question)).requireStatus(200);
        }

        var heard = fake.requests().subList(before, fake.requests().size());
        assertThat(heard).isNotEmpty().allSatisfy(request -> assertThat(request.body())
                .contains("canary lamp")
                .doesNotContain("Ferdinand"));
    }

    private JsonObject ask() {
        return admin.send("POST", answers, body()).requireStatus(200).json();
    }

    private static String body() {
        return Client.json().add("question", QUESTION).build().toString();
    }
}
