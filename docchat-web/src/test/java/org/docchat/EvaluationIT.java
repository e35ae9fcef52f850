package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("How well a collection answers is measured by asking it")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EvaluationIT {
    private static final byte[] HANDBOOK = Pdf.of(
            List.of("Office handbook", "The office opens at seven in the morning and closes at eight in the evening."),
            List.of("Bicycles", "The deposit for a company bicycle is 75 euros."));
    private static final byte[] POLICY =
            "# Travel policy\n\nHotel costs are refunded up to 140 euros a night.\n".getBytes(UTF_8);
    private static final String BICYCLE = "How much is the deposit for a company bicycle?";
    private static final String HOTEL = "Up to which amount are hotel costs refunded?";
    private static final String CHESS = "Who won the world chess championship in 1972?";

    private final Installation installation;
    private final Client ann;
    private final String collection;

    EvaluationIT(Installation installation) {
        this.installation = installation;
        ann = installation.newUser("ann.evaluation");
        collection = ann.newCollection("Evaluated");
    }

    @BeforeAll
    void upload() {
        ann.indexed(collection, "handbook.pdf", HANDBOOK);
        ann.indexed(collection, "policy.md", POLICY);
    }

    @Test
    void theFiguresOfAFewQuestionsAreExact() {
        var policy = ann.get("/api/v1/collections/" + collection + "/documents?name=policy")
                .list("items")
                .get(0)
                .getString("id");
        var begun = ann.post(
                        evaluationsOf(collection),
                        Client.json()
                                .add("name", "Before")
                                .add(
                                        "questions",
                                        Json.createArrayBuilder()
                                                .add(question(BICYCLE, expected("handbook.pdf", 2)))
                                                .add(question(HOTEL, expected(policy, 0)))
                                                .add(question(HOTEL, expected("handbook.pdf", 0)))
                                                .add(question(BICYCLE, expected("lost.pdf", 0)))
                                                .add(question(CHESS, Json.createArrayBuilder()))
                                                .add(question(CHESS, Json.createArrayBuilder())
                                                        .add("answerable", false))
                                                .add(question(HOTEL, Json.createArrayBuilder())
                                                        .add("answerable", false))))
                .requireStatus(202);
        var id = begun.json().getString("id");
        assertThat(begun.header("Location")).endsWith("/api/v1/collections/" + collection + "/evaluations/" + id);
        assertThat(begun.json().getJsonObject("progress").getInt("total")).isEqualTo(7);
        assertThat(begun.json().getJsonArray("questions")).hasSize(7);

        var run = done(collection, id);

        assertThat(run.getString("name")).isEqualTo("Before");
        assertThat(run.getString("writer")).isEqualTo("extractive");
        assertThat(run.getString("finishedAt")).isNotEmpty();
        var metrics = run.getJsonObject("metrics");
        assertThat(metrics.getInt("ranked")).isEqualTo(4);
        // First, first, second, not there.
        assertThat(number(metrics, "recallAt1")).isEqualTo(0.5);
        assertThat(number(metrics, "recallAt3")).isEqualTo(0.75);
        assertThat(number(metrics, "recallAt5")).isEqualTo(0.75);
        assertThat(number(metrics, "recallAt10")).isEqualTo(0.75);
        assertThat(number(metrics, "mrr")).isEqualTo(0.625);
        // (1 + 1 + 1/log2(3) + 0) / 4
        assertThat(number(metrics, "ndcgAt10")).isCloseTo(0.657732, within(1e-6));
        assertThat(metrics.getInt("unanswerable")).isEqualTo(2);
        assertThat(metrics.getInt("falseAnswers")).isEqualTo(1);
        assertThat(number(metrics, "falseAnswerRate")).isEqualTo(0.5);
        assertThat(metrics.getInt("answerable")).isEqualTo(5);
        assertThat(metrics.getInt("falseRefusals")).isEqualTo(1);
        assertThat(number(metrics, "falseRefusalRate")).isEqualTo(0.2);
        assertThat(metrics.getInt("answersToCite")).isEqualTo(4);
        assertThat(metrics.getInt("answersCitingExpected")).isEqualTo(2);
        assertThat(metrics.getInt("problems")).isEqualTo(1);

        var questions = run.getJsonArray("questions").getValuesAs(JsonObject.class);
        assertThat(questions).allMatch(each -> each.getBoolean("done"));
        var first = questions.get(0);
        assertThat(first.getString("outcome")).isEqualTo("answered");
        assertThat(first.getBoolean("citesExpected")).isTrue();
        assertThat(place(first).getInt("rank")).isEqualTo(1);
        assertThat(place(first).getInt("page")).isEqualTo(2);
        assertThat(place(questions.get(1)).getString("document")).isEqualTo("policy.md");
        assertThat(place(questions.get(2)).getInt("rank")).isEqualTo(2);
        assertThat(place(questions.get(3)).get("rank")).isEqualTo(JsonValue.NULL);
        assertThat(questions.get(3).getString("problem")).contains("lost.pdf");
        assertThat(questions.get(4).getBoolean("falseRefusal")).isTrue();
        assertThat(questions.get(5).getString("outcome")).isEqualTo("not_found");
        assertThat(questions.get(5).getBoolean("falseAnswer")).isFalse();
        assertThat(questions.get(6).getBoolean("falseAnswer")).isTrue();

        assertThat(ann.get("/api/v1/conversations").list("items"))
                .as("what an evaluation asks is no conversation")
                .isEmpty();
        assertThat(ann.get(evaluationsOf(collection)).list("items"))
                .filteredOn(item -> item.getString("id").equals(id))
                .singleElement()
                .satisfies(item -> {
                    assertThat(item.getJsonObject("metrics")).isEqualTo(metrics);
                    assertThat(item.get("questions")).isEqualTo(JsonValue.NULL);
                });
    }

    @Test
    @Tag("A7")
    void aStrangerFindsNothingAndEvenAMemberOnlyTheirOwn() {
        var id = begin(collection, BICYCLE);
        var bob = installation.newUser("bob.evaluation");
        var run = evaluationsOf(collection) + "/" + id;

        assertThat(bob.get(run).status()).isEqualTo(404);
        assertThat(bob.get(evaluationsOf(collection)).status()).isEqualTo(404);
        assertThat(bob.delete(run).status()).isEqualTo(404);
        assertThat(bob.post(evaluationsOf(collection), questions(BICYCLE)).status())
                .isEqualTo(404);

        ann.send(
                        "PUT",
                        "/api/v1/collections/" + collection + "/members/bob.evaluation",
                        Client.json().add("role", "viewer").build().toString())
                .requireStatus(204);
        assertThat(bob.get(run).status()).isEqualTo(404);
        assertThat(bob.get(evaluationsOf(collection)).list("items")).isEmpty();
        bob.post(evaluationsOf(collection), questions(BICYCLE)).requireStatus(202);
        assertThat(ann.get(run).status()).isEqualTo(200);
        var elsewhere = ann.newCollection("Elsewhere");
        assertThat(ann.get(evaluationsOf(elsewhere) + "/" + id).status()).isEqualTo(404);
    }

    @Test
    void runsGoWithTheirCollectionAndWhenTheyAreDeleted() throws SQLException {
        var doomed = ann.newCollection("Doomed evaluations");
        var first = begin(doomed, BICYCLE);
        var second = begin(doomed, HOTEL);
        assertThat(rowsOf(first) + rowsOf(second)).isEqualTo(4);

        ann.delete(evaluationsOf(doomed) + "/" + first).requireStatus(204);
        assertThat(ann.get(evaluationsOf(doomed) + "/" + first).status()).isEqualTo(404);
        assertThat(rowsOf(first)).isZero();

        ann.delete("/api/v1/collections/" + doomed).requireStatus(204);
        assertThat(rowsOf(second)).isZero();
    }

    @Test
    void aQuestionThatADeadProcessHoldsIsAskedByAnother() throws SQLException {
        // Past its end, as a crash leaves it; and one that lives on is left alone.
        var id = UUID.randomUUID();
        try (var connection = installation.database();
                var statement = connection.createStatement()) {
            statement.execute("""
                    begin;
                    insert into evaluation (id, collection_id, user_id, name, writer, embedding_model, threshold, questions)
                    select '%1$s', '%2$s', created_by, 'crash', 'extractive', 'bge-small-en-v1.5-q', 0.5, 2
                      from collection where id = '%2$s';
                    insert into evaluation_question (evaluation_id, ordinal, question, expected_documents, expected_pages,
                                                     answerable, leased_by, leased_until, attempts)
                    values ('%1$s', 0, '%3$s', '{handbook.pdf}', '{0}', true, gen_random_uuid(),
                            now() - interval '1 second', 1),
                           ('%1$s', 1, '%3$s', '{handbook.pdf}', '{0}', true, gen_random_uuid(),
                            now() + interval '8 seconds', 1);
                    commit
                    """.formatted(id, collection, BICYCLE));
        }

        Await.until("the one is taken over", Duration.ofSeconds(30), () -> doneOf(id.toString()) == 1);
        assertThat(run(collection, id.toString()).getString("state")).isEqualTo("running");
        var run = done(collection, id.toString());
        assertThat(run.getJsonObject("metrics").getInt("ranked")).isEqualTo(2);
        assertThat(number(run.getJsonObject("metrics"), "mrr")).isEqualTo(1);
    }

    /** They would wait for each other. */
    @Test
    void theResultOfOneQuestionDoesNotWaitForWhoeverDeletesThemAll() throws SQLException {
        try (var deleting = installation.database();
                var locks = deleting.createStatement();
                var connection = installation.database();
                var statement = connection.createStatement()) {
            var id = heldBack(statement, "ann.evaluation", collection, BICYCLE);
            deleting.setAutoCommit(false);
            locks.execute("select from evaluation where id = '" + id + "' for update");

            letGo(statement, id);

            Await.until("it is answered", Duration.ofSeconds(30), () -> doneOf(id.toString()) == 1);
            deleting.rollback();
            ann.delete(evaluationsOf(collection) + "/" + id).requireStatus(204);
        }
    }

    @Test
    void whatIsAskedAfterTheRightIsLostIsNotAnswered() throws SQLException {
        var cara = installation.newUser("cara.evaluation");
        var shared = ann.newCollection("Shared for a while");
        ann.indexed(shared, "policy.md", POLICY);
        var member = "/api/v1/collections/" + shared + "/members/cara.evaluation";
        ann.send("PUT", member, Client.json().add("role", "viewer").build().toString())
                .requireStatus(204);
        UUID id;
        try (var connection = installation.database();
                var statement = connection.createStatement()) {
            id = heldBack(statement, "cara.evaluation", shared, HOTEL);
            ann.delete(member).requireStatus(204);
            letGo(statement, id);
        }
        Await.until("it is closed", Duration.ofSeconds(30), () -> doneOf(id.toString()) == 1);

        assertThat(cara.get(evaluationsOf(shared) + "/" + id).status()).isEqualTo(404);
        ann.send("PUT", member, Client.json().add("role", "viewer").build().toString())
                .requireStatus(204);
        var question =
                cara.get(evaluationsOf(shared) + "/" + id).list("questions").get(0);
        assertThat(question.get("outcome")).isEqualTo(JsonValue.NULL);
        assertThat(question.getString("problem")).contains("no such collection");
    }

    @ParameterizedTest
    @CsvSource({
        "{}, invalid_questions, 1 to 2000",
        "{\"questions\":[]}, invalid_questions, 1 to 2000",
        "'{\"questions\":[{\"question\":\"a\"},{\"question\":\" \"}]}', invalid_question, Question 2",
        "'{\"questions\":[{\"question\":\"a\",\"expected\":[{\"page\":1}]}]}', invalid_question, Question 1",
        "'{\"questions\":[{\"question\":\"a\",\"expected\":[null]}]}', invalid_question, Question 1",
        "'{\"questions\":[{\"question\":\"a\",\"expected\":[{\"document\":\"a\",\"page\":0}]}]}', invalid_question, page 0",
        "{\"questions\":[null]}, invalid_question, null"
    })
    void whatBreaksARuleIsRefusedByItsNumber(String body, String code, String words) {
        var refused = ann.send("POST", evaluationsOf(collection), body).requireStatus(400);

        assertThat(refused.json().getString("code")).isEqualTo(code);
        assertThat(refused.json().getString("detail")).contains(words);
    }

    @Test
    void twoThousandLongQuestionsFitAndOneMoreDoesNot() {
        var eve = installation.newUser("eve.evaluation");
        var large = eve.newCollection("Large");
        var questions = Json.createArrayBuilder();
        for (int i = 0; i < 2_000; i++) {
            questions.add(question("x".repeat(2_000), expected("a.md", 0)));
        }
        var built = questions.build();
        var begun = eve.post(evaluationsOf(large), Client.json().add("questions", built))
                .requireStatus(202);
        assertThat(begun.json().getJsonObject("progress").getInt("total")).isEqualTo(2_000);
        eve.delete(evaluationsOf(large) + "/" + begun.json().getString("id")).requireStatus(204);

        // Elsewhere: of what one collection may be asked in a day, less than so many are left.
        eve.post(
                        evaluationsOf(eve.newCollection("Larger")),
                        Client.json()
                                .add("questions", Json.createArrayBuilder(built).add(question("x", expected("a", 0)))))
                .requireStatus(400);
    }

    private static String evaluationsOf(String collection) {
        return "/api/v1/collections/" + collection + "/evaluations";
    }

    private static jakarta.json.JsonObjectBuilder question(String text, JsonArrayBuilder expected) {
        return Client.json().add("question", text).add("expected", expected);
    }

    private static JsonArrayBuilder expected(String document, int page) {
        var place = Client.json().add("document", document);
        return Json.createArrayBuilder().add(page == 0 ? place : place.add("page", page));
    }

    private static jakarta.json.JsonObjectBuilder questions(String text) {
        return Client.json()
                .add("questions", Json.createArrayBuilder().add(Client.json().add("question", text)));
    }

    private String begin(String in, String question) {
        return ann.post(evaluationsOf(in), questions(question))
                .requireStatus(202)
                .json()
                .getString("id");
    }

    private JsonObject run(String in, String id) {
        return ann.get(evaluationsOf(in) + "/" + id).requireStatus(200).json();
    }

    private JsonObject done(String in, String id) {
        Await.until("the evaluation is done", Duration.ofSeconds(60), () -> run(in, id)
                .getString("state")
                .equals("done"));
        return run(in, id);
    }

    /** An evaluation of one question, which nobody asks before {@link #letGo}. */
    private static UUID heldBack(Statement statement, String username, String collection, String question)
            throws SQLException {
        var id = UUID.randomUUID();
        statement.execute("""
                begin;
                insert into evaluation (id, collection_id, user_id, name, writer, embedding_model, threshold, questions)
                select '%1$s', '%2$s', id, 'held back', 'extractive', 'bge-small-en-v1.5-q', 0.5, 1
                  from app_user where username = '%3$s';
                insert into evaluation_question (evaluation_id, ordinal, question, expected_documents, expected_pages,
                                                 answerable, leased_until)
                values ('%1$s', 0, '%4$s', '{handbook.pdf}', '{0}', true, 'infinity');
                commit
                """.formatted(id, collection, username, question));
        return id;
    }

    private static void letGo(Statement statement, UUID id) throws SQLException {
        statement.execute("update evaluation_question set leased_until = null where evaluation_id = '" + id + "'");
    }

    private long doneOf(String id) throws SQLException {
        return count(
                "select count(*) from evaluation_question where done_at is not null and evaluation_id = '" + id + "'");
    }

    private long rowsOf(String id) throws SQLException {
        return count("select (select count(*) from evaluation where id = '" + id
                + "') + (select count(*) from evaluation_question where evaluation_id = '" + id + "')");
    }

    private long count(String sql) throws SQLException {
        try (var connection = installation.database();
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static JsonObject place(JsonObject question) {
        return question.getJsonArray("expected").getJsonObject(0);
    }

    private static double number(JsonObject metrics, String name) {
        return metrics.getJsonNumber(name).doubleValue();
    }
}
