package org.docchat.web.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jakarta.json.Json;
import java.io.StringReader;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.docchat.FakeChatServer;
import org.docchat.FakeChatServer.Script;
import org.docchat.domain.Failure;
import org.docchat.query.ChatModel;
import org.docchat.query.ChatModel.End;
import org.docchat.query.ChatModelContract;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A chat model behind an OpenAI-compatible server")
@Timeout(60)
class OpenAiChatModelTest implements ChatModelContract {
    private static final String KEY = "sk-canary-7261";
    private static final Duration SILENCE = Duration.ofMillis(700);
    private static final Duration REST = Duration.ofMillis(600);

    private final FakeChatServer fake = new FakeChatServer((request, connection) -> connection.answer("Yes."));
    private final List<OpenAiChatModel> models = new ArrayList<>();

    @AfterEach
    void close() {
        models.forEach(OpenAiChatModel::close);
        fake.close();
    }

    private OpenAiChatModel at(URI address, @Nullable String key) {
        var server = new ChatServer(address, key, "small", 4_096, 50, Duration.ofMillis(2_500), Duration.ofSeconds(5));
        var model = new OpenAiChatModel(server, SILENCE, REST);
        models.add(model);
        return model;
    }

    private OpenAiChatModel doing(Script script) {
        fake.doNow(script);
        return at(fake.address(), KEY);
    }

    @Override
    public ChatModel thatWrites(List<String> pieces) {
        return doing((request, connection) -> connection.answer(pieces.toArray(String[]::new)));
    }

    @Override
    public ChatModel thatNeverEnds() {
        return doing((request, connection) -> {
            connection.events();
            while (true) {
                connection.token("on and on ");
                Thread.sleep(30);
            }
        });
    }

    @Override
    public ChatModel thatFails() {
        return doing((request, connection) -> connection.status(401, "application/json", "{}"));
    }

    private static ChatModel.Completion ask(ChatModel model) {
        return model.complete(PROMPT, token -> {}, () -> false);
    }

    private static Failure.Unavailable failing(ChatModel model) {
        return catchThrowableOfType(Failure.Unavailable.class, () -> ask(model));
    }

    @Test
    void saysWhatEveryServerUnderstands() {
        var completion = ask(doing((request, connection) -> connection.answer("Yes.")));
        var request = fake.requests().get(0);
        var body = Json.createReader(new StringReader(request.body())).readObject();

        assertThat(request.line()).isEqualTo("POST /v1/chat/completions HTTP/1.1");
        assertThat(request.headers()).containsEntry("authorization", "Bearer " + KEY);
        assertThat(body.getString("model")).isEqualTo("small");
        assertThat(body.getBoolean("stream")).isTrue();
        assertThat(body.getInt("max_tokens")).isEqualTo(50);
        assertThat(body.getJsonArray("messages").toString())
                .isEqualTo("[{\"role\":\"system\",\"content\":\"You answer.\"},"
                        + "{\"role\":\"user\",\"content\":\"How long?\"}]");
        assertThat(completion.usage().promptTokens()).isEqualTo(321);
        assertThat(completion.usage().completionTokens()).isEqualTo(12);
    }

    @Test
    void sendsNoKeyWhereThereIsNone() {
        ask(at(fake.address(), null));

        assertThat(fake.requests().get(0).headers()).doesNotContainKey("authorization");
    }

    @Test
    void leavesOutWhatAServerRefusesByName() {
        var model = doing((request, connection) -> {
            var refused = Stream.of("stream_options", "temperature", "max_tokens")
                    .filter(name -> request.body().contains("\"" + name + "\""))
                    .findFirst();
            if (refused.isPresent()) {
                connection.status(
                        400,
                        "application/json",
                        "{\"error\":{\"message\":\"Unsupported parameter: '" + refused.get() + "'\"}}");
            } else {
                connection.answer("Yes.");
            }
        });

        assertThat(ask(model).text()).isEqualTo("Yes.");
        assertThat(ask(model).text()).isEqualTo("Yes.");
        assertThat(fake.requests()).hasSize(5);
        assertThat(fake.requests().get(4).body()).contains("\"max_completion_tokens\":50");
    }

    /** How servers say that a prompt is too long, or that a parameter's value will not do. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\":{\"message\":\"This model's maximum context length is 4096 tokens. Reduce the messages or"
                        + " max_tokens.\",\"param\":\"messages\",\"code\":\"context_length_exceeded\"}}",
                "{\"object\":\"error\",\"message\":\"'max_tokens' or 'max_completion_tokens' is too large: 5000\"}",
                "{\"error\":{\"message\":\"Unsupported value of 'messages'; temperature is fine\",\"param\":\"messages\"}}"
            })
    void aPromptThatIsTooLongTeachesNothingOfParameters(String complaint) {
        var model = doing((request, connection) -> connection.status(400, "application/json", complaint));

        assertThat(failing(model).code()).isEqualTo("chat_model_declined");
        fake.doNow((request, connection) -> connection.answer("Yes."));
        ask(model);
        assertThat(fake.requests()).hasSize(2);
        assertThat(fake.requests().get(1).body())
                .isEqualTo(fake.requests().get(0).body());
    }

    @Test
    void whatDidNotHelpToLeaveOutIsNotLeftOutTheNextTime() {
        var model = doing((request, connection) -> connection.status(
                400, "application/json", "{\"error\":{\"message\":\"Unknown failure near 'temperature'\"}}"));

        failing(model);
        fake.doNow((request, connection) -> connection.answer("Yes."));
        ask(model);
        assertThat(fake.requests()).hasSize(3);
        assertThat(fake.requests().get(1).body()).doesNotContain("temperature");
        assertThat(fake.requests().get(2).body()).contains("temperature");
    }

    @Test
    void takesAWholeAnswerFromAServerThatDoesNotStream() {
        var model = doing((request, connection) -> connection.status(200, "application/json", """
                {"choices":[{"message":{"role":"assistant","content":"Yes."},"finish_reason":"stop"}],
                 "usage":{"prompt_tokens":7,"completion_tokens":1}}"""));

        assertThat(ask(model))
                .isEqualTo(new ChatModel.Completion("Yes.", End.COMPLETE, new org.docchat.query.Librarian.Usage(7, 1)));
    }

    /** A fault, the code it is told by, and how often the server is asked. */
    static Stream<Arguments> faults() {
        return Stream.of(
                fault("401", "chat_model_refused", 1, (r, c) -> c.status(401, "application/json", "{}")),
                fault("403", "chat_model_declined", 1, (r, c) -> c.status(403, "text/plain", "")),
                fault("404", "chat_model_refused", 1, (r, c) -> c.status(404, "text/html", "<h1>Not found</h1>")),
                fault("400", "chat_model_declined", 1, (r, c) -> c.status(400, "application/json", "{\"error\":1}")),
                fault(
                        "redirect",
                        "chat_model_refused",
                        1,
                        (r, c) -> c.status(307, "text/plain", "", "Location: /elsewhere")),
                fault("429 without Retry-After", "chat_model_busy", 3, (r, c) -> c.status(429, "text/plain", "")),
                fault(
                        "429, Retry-After: 3600",
                        "chat_model_busy",
                        1,
                        (r, c) -> c.status(429, "text/plain", "", "Retry-After: 3600")),
                fault("500", "chat_model_failed", 3, (r, c) -> c.status(500, "text/plain", "")),
                fault("503", "chat_model_failed", 3, (r, c) -> c.status(503, "text/plain", "")),
                fault("closed without a response", "chat_model_unreachable", 3, (r, c) -> c.close()),
                fault("reset without a response", "chat_model_unreachable", 3, (r, c) -> c.reset()),
                fault("slow first byte", "chat_model_late", 1, (r, c) -> c.stall()),
                fault("slow first token", "chat_model_late", 1, (r, c) -> c.events()
                        .stall()),
                fault("only comments", "chat_model_late", 1, (r, c) -> {
                    c.events();
                    while (true) {
                        c.send(": PROCESSING\n\n");
                        Thread.sleep(100);
                    }
                }),
                fault("stall in mid-stream", "chat_model_late", 1, (r, c) -> c.events()
                        .token("Refunds")
                        .stall()),
                fault("RST in mid-stream", "chat_model_broken", 1, (r, c) -> {
                    c.events().token("Refunds");
                    Thread.sleep(50);
                    c.reset();
                }),
                fault("end in mid-stream", "chat_model_broken", 1, (r, c) -> c.events()
                        .token("Refunds")
                        .close()),
                fault("chunk cut off", "chat_model_broken", 1, (r, c) -> c.send("HTTP/1.1 200 OK\r\nContent-Type:"
                                + " text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\nff\r\ndata: {")
                        .close()),
                fault("malformed JSON", "chat_model_broken", 1, (r, c) -> c.events()
                        .send("data: {\"choices\":[{\"delta\"\n\n")
                        .close()),
                fault("JSON of another shape", "chat_model_broken", 1, (r, c) -> c.events()
                        .send("data: {\"choices\":[7]}\n\ndata: [DONE]\n\n")
                        .close()),
                fault("no event stream", "chat_model_broken", 1, (r, c) -> c.events()
                        .send("Hello there\n\n")
                        .close()),
                fault("truncated UTF-8", "chat_model_broken", 1, (r, c) -> c.events()
                        .send(new byte[] {'d', 'a', 't', 'a', ':', ' ', '{', '"', (byte) 0xe2, (byte) 0x82, '\n'})
                        .close()),
                fault("an error as an event", "chat_model_broken", 1, (r, c) -> c.events()
                        .token("Refunds")
                        .send("data: {\"error\":{\"message\":\"out of memory\"}}\n\n")
                        .close()),
                fault("empty choices", "chat_model_broken", 1, (r, c) -> c.events()
                        .send("data: {\"choices\":[]}\n\ndata: [DONE]\n\n")
                        .close()),
                fault("nothing but [DONE]", "chat_model_broken", 1, (r, c) -> c.events()
                        .send("data: [DONE]\n\n")
                        .close()),
                fault(
                        "200 with an HTML page",
                        "chat_model_broken",
                        1,
                        (r, c) -> c.status(200, "text/html", "<h1>Sign in</h1>")));
    }

    private static Arguments fault(String name, String code, int requests, Script script) {
        return Arguments.of(name, code, requests, script);
    }

    @ParameterizedTest(name = "{0}: {1}, asked {2} times")
    @Tag("F4")
    @MethodSource("faults")
    void aFaultIsToldInTimeByItsCode(String name, String code, int requests, Script script) {
        long began = System.nanoTime();
        var failure = failing(doing(script));

        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.getMessage()).doesNotContain(KEY).endsWith(".");
        assertThat(String.valueOf(failure.getCause())).doesNotContain(KEY);
        assertThat(fake.requests()).hasSize(requests);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @Tag("F4")
    @ValueSource(strings = {"http://no-such-host.invalid/v1", "refused", "https"})
    void aServerThatIsNotThereIsSaidSo(String address) throws Exception {
        int closed;
        try (var socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }
        var uri =
                switch (address) {
                    case "refused" -> "http://127.0.0.1:" + closed + "/v1";
                    // The fake speaks no TLS.
                    case "https" -> fake.address().toString().replace("http:", "https:");
                    default -> address;
                };

        assertThat(failing(at(URI.create(uri), KEY)).code()).isEqualTo("chat_model_unreachable");
    }

    @Test
    @Tag("F4")
    void aPassingFaultIsOvercomeBeforeTheFirstToken() {
        long began = System.nanoTime();
        var model = doing((request, connection) -> {
            switch (request.number()) {
                case 1 -> connection.status(503, "text/plain", "");
                case 2 -> connection.status(429, "text/plain", "", "Retry-After: 1");
                default -> connection.answer("Yes.");
            }
        });

        assertThat(ask(model).text()).isEqualTo("Yes.");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(1_300));
    }

    @Test
    @Tag("F4")
    void aServerMaySayUntilWhenItWantsToBeLeftAlone() {
        long began = System.nanoTime();
        var model = doing((request, connection) -> {
            switch (request.number()) {
                // By its own clock, which is years behind.
                case 1 ->
                    connection.status(
                            503,
                            "text/plain",
                            "",
                            "Date: Sun, 06 Nov 1994 08:49:37 GMT",
                            "Retry-After: Sun, 06 Nov 1994 08:49:38 GMT");
                // Without one, by ours.
                case 2 -> connection.status(503, "text/plain", "", "Retry-After: Sun, 06 Nov 1994 08:49:38 GMT");
                default -> connection.answer("Yes.");
            }
        });

        assertThat(ask(model).text()).isEqualTo("Yes.");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(999));
        fake.doNow((request, connection) ->
                connection.status(503, "text/plain", "", "Retry-After: Fri, 06 Nov 2893 08:49:38 GMT"));
        failing(model);
        assertThat(fake.requests()).hasSize(4);
    }

    @Test
    void nulsAreNoText() {
        var heard = new ArrayList<String>();
        var model = doing((request, connection) -> connection.answer("\\u0000", "Y\\u0000es", "."));

        assertThat(model.complete(PROMPT, heard::add, () -> false).text()).isEqualTo("Yes.");
        assertThat(heard).containsExactly("Yes", ".");
    }

    @Test
    @Tag("F4")
    void aStreamIsTakenAsItIsCut() {
        var model = doing((request, connection) -> {
            var bytes =
                    ("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nConnection: close\r\n\r\n"
                                    + ": hello\r\n\r\nevent: x\r\ndata:{\"choices\":[{\"delta\":{\"content\":\"größ\"}}]}\r\n\r\n"
                                    + "data: {\"choices\":[{\"delta\":{\"content\":\"er €\"},\"finish_reason\":\"stop\"}]}\n\n"
                                    + "data: [DONE]\n\ndata: [DONE]\n\n")
                            .getBytes(java.nio.charset.StandardCharsets.UTF_8);
            for (byte one : bytes) {
                connection.send(new byte[] {one});
            }
            connection.close();
        });

        assertThat(ask(model).text()).isEqualTo("größer €");
    }

    @Test
    @Tag("F4")
    void anEndWithoutDoneIsAnEndIfTheModelHadFinished() {
        var model = doing((request, connection) ->
                connection.events().token("Yes.").finish("stop").close());

        assertThat(ask(model).end()).isEqualTo(End.COMPLETE);
    }

    @Test
    @Tag("P6")
    void whatTheServerCutIsCut() {
        var model = doing((request, connection) ->
                connection.events().token("Yes, and").finish("length").close());

        assertThat(ask(model).end()).isEqualTo(End.CUT);
    }

    @Test
    @Tag("P6")
    void whatTakesTooLongIsCut() {
        var model = doing((request, connection) -> {
            connection.events();
            while (true) {
                connection.token("a");
                Thread.sleep(200);
            }
        });
        var completion = ask(model);

        assertThat(completion.end()).isEqualTo(End.CUT);
        assertThat(completion.text()).startsWith("aaaa");
    }

    @ParameterizedTest
    @Tag("F9")
    @ValueSource(booleans = {true, false})
    void theConnectionIsClosedWhenTheReaderHasGone(boolean writing) throws InterruptedException {
        var gone = new AtomicBoolean(!writing);
        BooleanSupplier isGone = () -> gone.get() && !fake.requests().isEmpty();
        var model = doing((request, connection) -> {
            if (writing) {
                connection.events().token("Refunds ");
            }
            connection.stall();
        });
        var completion = model.complete(PROMPT, token -> gone.set(true), isGone);

        assertThat(completion.end()).isEqualTo(End.CANCELLED);
        assertThat(fake.isLeft(2)).isTrue();
    }

    @Test
    @Tag("S3")
    void theKeyGoesToItsServerAndNowhereElse() {
        try (var other = new FakeChatServer((request, connection) -> connection.answer("Got it."))) {
            var model = doing((request, connection) ->
                    connection.status(302, "text/plain", "", "Location: " + other.address() + "/chat/completions"));

            assertThatThrownBy(() -> ask(model)).isInstanceOf(Failure.Unavailable.class);
            assertThat(other.requests()).isEmpty();
        }
    }

    @Test
    @Tag("F4")
    void aServerThatFailsAgainAndAgainIsLeftAloneAndThenTriedOnce() throws InterruptedException {
        var model = doing((request, connection) -> connection.status(401, "text/plain", ""));
        for (int i = 0; i < 5; i++) {
            failing(model);
        }
        var resting = failing(model);
        assertThat(resting.code()).isEqualTo("chat_model_resting");
        assertThat(resting.getMessage()).contains("does not accept OPENAI_API_KEY");
        assertThat(fake.requests()).hasSize(5);

        Thread.sleep(REST.toMillis());
        assertThat(failing(model).code()).isEqualTo("chat_model_refused");
        assertThat(failing(model).code()).isEqualTo("chat_model_resting");
        assertThat(fake.requests()).hasSize(6);

        Thread.sleep(REST.toMillis());
        fake.doNow((request, connection) -> connection.answer("Yes."));
        assertThat(ask(model).text()).isEqualTo("Yes.");
        assertThat(ask(model).text()).isEqualTo("Yes.");
    }

    @ParameterizedTest
    @Tag("F4")
    @ValueSource(ints = {400, 403, 413, 422})
    void whatOneQuestionIsRefusedForIsNoReasonToLeaveTheServerAlone(int status) {
        var model = doing((request, connection) -> connection.status(
                status, "application/json", "{\"error\":{\"code\":\"content_filter\",\"param\":\"prompt\"}}"));
        for (int i = 0; i < 6; i++) {
            var failure = failing(model);
            assertThat(failure.code()).isEqualTo("chat_model_declined");
            assertThat(failure.getMessage()).doesNotContain("OPENAI_BASE_URL");
        }

        fake.doNow((request, connection) -> connection.answer("Yes."));
        assertThat(ask(model).text()).isEqualTo("Yes.");
    }

    @Test
    @Tag("F4")
    void noThreadIsLeftBehind() throws InterruptedException {
        var model = doing((request, connection) -> {
            switch (request.number() % 4) {
                case 0 -> connection.events().token("Refunds").close();
                case 1 -> connection.events().token("Refunds").reset();
                case 2 -> connection.answer("Yes.");
                default -> connection.status(500, "text/plain", "");
            }
        });
        for (int i = 0; i < 20; i++) {
            try {
                ask(model);
            } catch (Failure.Unavailable e) {
                // Every second or so, on purpose.
            }
        }
        assertThat(ours()).isLessThanOrEqualTo(4);
        model.close();
        for (int i = 0; i < 50 && ours() > 0; i++) {
            Thread.sleep(100);
        }
        assertThat(ours()).isZero();
    }

    private static long ours() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("docchat-chat"))
                .count();
    }

    @Test
    void itsDescriptionKeepsTheKeyToItself() {
        var server =
                new ChatServer(fake.address(), KEY, "small", 4_096, 50, Duration.ofSeconds(1), Duration.ofSeconds(2));

        assertThat(server.toString()).doesNotContain(KEY).contains("small");
    }
}
