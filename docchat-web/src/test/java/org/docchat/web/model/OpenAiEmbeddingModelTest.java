package org.docchat.web.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.json.Json;
import jakarta.json.JsonString;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.docchat.FakeChatServer;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.EmbeddingModelContract;
import org.docchat.domain.Failure;
import org.docchat.domain.WordBag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("An embedding model behind OpenAI's API")
class OpenAiEmbeddingModelTest implements EmbeddingModelContract {
    private static final WordBag WORDS = new WordBag();
    private static final List<String> TWO = List.of("One.", "Two.");

    private final FakeChatServer server = new FakeChatServer(OpenAiEmbeddingModelTest::answer);
    private final OpenAiEmbeddingModel model = model(WORDS.dimensions());

    @AfterEach
    void close() {
        server.close();
    }

    private OpenAiEmbeddingModel model(int dimensions) {
        return new OpenAiEmbeddingModel(new EmbeddingServer(server.address(), "sk-secret", "word-bag", dimensions));
    }

    @Override
    public EmbeddingModel model() {
        return model;
    }

    private static void answer(FakeChatServer.Request request, FakeChatServer.Connection connection)
            throws IOException {
        try (var json = Json.createReader(new StringReader(request.body()))) {
            var texts = json.readObject().getJsonArray("input").getValuesAs(JsonString::getString);
            var vectors = texts.stream()
                    .map(text -> WORDS.embedQuestion(text).vector())
                    .toList();
            // Servers may answer in whatever order: the index tells.
            var data = IntStream.range(0, texts.size())
                    .map(i -> texts.size() - 1 - i)
                    .mapToObj(i -> vector(
                            i,
                            IntStream.range(0, WORDS.dimensions())
                                    .mapToObj(j -> String.valueOf(vectors.get(i)[j]))
                                    .collect(Collectors.joining(","))));
            ok(connection, data.collect(Collectors.joining(",")));
        }
    }

    private static String vector(int index, String numbers) {
        return "{\"object\":\"embedding\",\"index\":" + index + ",\"embedding\":[" + numbers + "]}";
    }

    private static void ok(FakeChatServer.Connection connection, String data) throws IOException {
        connection.status(200, "application/json", "{\"object\":\"list\",\"data\":[" + data + "]}");
    }

    @Test
    void asksAsItsServerExpects() {
        model.embedPassages(TWO);

        var request = server.requests().get(0);
        assertThat(request.line()).isEqualTo("POST /v1/embeddings HTTP/1.1");
        assertThat(request.headers()).containsEntry("authorization", "Bearer sk-secret");
        assertThat(request.body()).contains("\"model\":\"word-bag\"", "\"input\":[\"One.\",\"Two.\"]");
    }

    @ParameterizedTest
    @Tag("F5")
    @Tag("Q5")
    @CsvSource(delimiter = '|', textBlock = """
                    one for two        | {"index":0,"embedding":[1,0]}
                    three for two      | {"index":0,"embedding":[1,0]},{"index":1,"embedding":[0,1]},{"index":2,"embedding":[1,1]}
                    the same twice     | {"index":0,"embedding":[1,0]},{"index":0,"embedding":[0,1]}
                    a place too far    | {"index":0,"embedding":[1,0]},{"index":2,"embedding":[0,1]}
                    no order at all    | {"embedding":[1,0]},{"embedding":[0,1]}
                    too long           | {"index":0,"embedding":[1,0,0]},{"index":1,"embedding":[0,1,0]}
                    too short          | {"index":0,"embedding":[1,0]},{"index":1,"embedding":[1]}
                    no numbers         | {"index":0,"embedding":[1,0]},{"index":1,"embedding":["a","b"]}
                    no direction       | {"index":0,"embedding":[1,0]},{"index":1,"embedding":[0,0]}
                    not a number       | {"index":0,"embedding":[1,0]},{"index":1,"embedding":[NaN,0]}
                    nothing in place   | {"index":0,"embedding":[1,0]},{"index":1,"embedding":[null,1]}
                    infinite           | {"index":0,"embedding":[1,0]},{"index":1,"embedding":[1e999,0]}
                    no JSON            | {"index":0,
                    nothing            | ''
                    """)
    void whatIsNotOneVectorForEachTextIsAskedForAgainAndThenRefused(String what, String data) {
        server.doNow((request, connection) -> ok(connection, data));

        assertThatThrownBy(() -> model(2).embedPassages(TWO))
                .as(what)
                .isInstanceOfSatisfying(Failure.Unavailable.class, failure -> {
                    assertThat(failure.code()).isEqualTo("embedding_model_broken");
                    assertThat(failure.getMessage()).contains("word-bag").doesNotContain("sk-secret");
                });
        assertThat(server.requests()).hasSize(3);
    }

    @Test
    @Tag("F5")
    void whatPassesIsOvercome() {
        server.doNow((request, connection) -> {
            switch (request.number()) {
                case 1 -> connection.status(503, "text/plain", "not now");
                case 2 -> connection.reset();
                default -> answer(request, connection);
            }
        });

        assertThat(model.embedPassages(TWO)).isEqualTo(WORDS.embedPassages(TWO));
        assertThat(server.requests()).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({
        "401, embedding_model_refused, 1",
        "404, embedding_model_refused, 1",
        "302, embedding_model_refused, 1",
        "500, embedding_model_failed, 3"
    })
    void aRefusalSaysWhatItMeans(int status, String code, int requests) {
        server.doNow((request, connection) ->
                connection.status(status, "text/html", "<p>no", "Location: http://127.0.0.1:1/v1/embeddings"));

        assertThatThrownBy(() -> model.embedQuestion("Who?"))
                .isInstanceOfSatisfying(Failure.Unavailable.class, failure -> assertThat(failure.code())
                        .isEqualTo(code));
        assertThat(server.requests()).hasSize(requests);
    }

    @Test
    void anAnswerWithoutEndIsNotReadToItsEnd() {
        server.doNow((request, connection) -> {
            connection.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n");
            for (int i = 0; i < 200; i++) {
                connection.send(" ".repeat(1_000));
            }
            connection.close();
        });

        assertThatThrownBy(() -> model(2).embedPassages(TWO))
                .isInstanceOfSatisfying(Failure.Unavailable.class, failure -> assertThat(failure.code())
                        .isEqualTo("embedding_model_broken"));
    }

    @Test
    void whoeverIsStoppedDoesNotWaitForASilentServer() {
        server.doNow((request, connection) ->
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n").stall());
        long began = System.nanoTime();

        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> model.embedQuestion("Who?")).isInstanceOf(IllegalStateException.class);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(System.nanoTime() - began).isLessThan(5_000_000_000L);
    }
}
