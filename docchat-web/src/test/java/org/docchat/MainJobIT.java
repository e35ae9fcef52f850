package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Documents go in, cited answers come out")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MainJobIT {
    private static final byte[] HANDBOOK = Pdf.of(
            List.of(
                    "Office handbook",
                    "The office opens at seven in the morning and closes at eight in the evening.",
                    "Visitors sign the book at the reception desk."),
            List.of(
                    "Bicycles",
                    "The deposit for a company bicycle is 75 euros.",
                    "It is paid back when the bicycle is returned undamaged."));
    private static final byte[] POLICY = """
            # Travel policy

            ## Hotels
            Hotel costs are refunded up to 140 euros a night.

            ## Receipts
            Receipts are due within 14 days after the journey has ended.
            """.getBytes(UTF_8);
    private static final byte[] STOCK = "item,shelf,quantity\nlantern,B12,40\ncompass,C3,7\n".getBytes(UTF_8);

    private final Client ann;
    private final String collection;

    MainJobIT(Installation installation) {
        ann = installation.newUser("ann.main");
        collection = ann.newCollection("Main job");
    }

    @BeforeAll
    void upload() {
        ann.indexed(collection, "handbook.pdf", HANDBOOK);
        var items = ann.upload(
                        collection, List.of(new Client.File("policy.md", POLICY), new Client.File("stock.csv", STOCK)))
                .requireStatus(202)
                .list("items");
        assertThat(items).extracting(item -> item.getInt("status")).containsExactly(202, 202);
        items.forEach(item -> ann.requireIndexed(item.getString("id")));
    }

    @ParameterizedTest
    @CsvSource({
        "hybrid, deposit for a company bicycle, handbook.pdf, 75 euros",
        "keyword, deposit bicycle, handbook.pdf, 75 euros",
        "semantic, What do I pay to borrow a bike?, handbook.pdf, 75 euros",
        "hybrid, refund of hotel costs, policy.md, 140 euros",
        "keyword, compass, stock.csv, C3"
    })
    void whatIsAskedForIsFoundFirst(String mode, String query, String document, String words) {
        var found = search(collection, query, mode);

        assertThat(found).isNotEmpty();
        assertThat(found.get(0).getString("documentName")).isEqualTo(document);
        assertThat(found.get(0).getString("text")).contains(words);
        assertThat(search(collection, query, mode)).isEqualTo(found);
    }

    @Test
    void anAnswerQuotesTheDocumentWordForWordOnItsPage() {
        var answer = ask("How much is the deposit for a company bicycle?");

        assertThat(answer.getString("outcome")).isEqualTo("answered");
        assertThat(answer.getString("text")).contains("75 euros");
        assertThat(answer.getString("writer")).isEqualTo("extractive");
        requireTrueCitations(answer);
        var citation = citations(answer).get(0);
        assertThat(citation.getString("documentName")).isEqualTo("handbook.pdf");
        assertThat(citation.getInt("page")).isEqualTo(2);
        assertThat(citation.getString("quote")).contains("75 euros");
        requireMarks(citation);
    }

    @ParameterizedTest
    @CsvSource({
        "Up to which amount are hotel costs refunded?, policy.md, 140 euros",
        "When are receipts due after a journey?, policy.md, 14 days"
    })
    void textsWithoutPagesAreQuotedAsWell(String question, String document, String words) {
        var answer = ask(question);

        assertThat(answer.getString("outcome")).isEqualTo("answered");
        assertThat(answer.getString("text")).contains(words);
        requireTrueCitations(answer);
        assertThat(citations(answer).get(0).getString("documentName")).isEqualTo(document);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Who won the world chess championship in 1972?", "What is the boiling point of mercury?"})
    void whatIsNotInTheDocumentsIsNotAnswered(String question) {
        var answer = ask(question);

        assertThat(answer.getString("outcome")).isEqualTo("not_found");
        assertThat(citations(answer)).isEmpty();
        assertThat(answer.getString("text")).isNotBlank().doesNotContain("[");
    }

    @Test
    void anAnswerAsAStreamShowsWhatWasFoundThenWordsThenTheCheckedWhole() {
        var events = ann.events("POST", answersOf(collection), question("When are receipts due after a journey?"));
        var names = events.stream().map(Client.Event::name).toList();

        assertThat(names).startsWith("passages", "token").endsWith("token", "answer");
        assertThat(names.subList(1, names.size() - 1)).containsOnly("token");
        assertThat(events.get(0).json().getJsonArray("passages")).isNotEmpty();
        var answer = events.get(events.size() - 1).json();
        assertThat(answer.getString("outcome")).isEqualTo("answered");
        requireTrueCitations(answer);
    }

    @Test
    void questionsAndAnswersStayInTheirConversation() {
        var first = ask("Up to which amount are hotel costs refunded?");
        var id = first.getString("conversationId");
        ann.post(
                        answersOf(collection),
                        Client.json()
                                .add("question", "When are receipts due after a journey?")
                                .add("conversationId", id))
                .requireStatus(200);

        assertThat(ann.get("/api/v1/conversations").list("items"))
                .extracting(item -> item.getString("id"))
                .contains(id);
        assertThat(ann.get("/api/v1/conversations/" + id).list("answers"))
                .extracting(item -> item.getString("question"))
                .containsExactly(
                        "Up to which amount are hotel costs refunded?", "When are receipts due after a journey?");
    }

    @Test
    void theSameBytesStandThereAlreadyAndOtherBytesAreANewVersion() {
        var versions = ann.newCollection("Versions");
        var old = "# Parking\n\nThe garage is in Falkenstrasse, below the library.\n".getBytes(UTF_8);
        var id = ann.indexed(versions, "parking.md", old);

        var again = ann.upload(versions, "parking.md", old).requireStatus(200).json();
        assertThat(again.getString("id")).isEqualTo(id);
        assertThat(again.getInt("version")).isEqualTo(1);

        var changed = "# Parking\n\nThe garage is in Birkenallee, behind the theatre.\n".getBytes(UTF_8);
        var second =
                ann.upload(versions, "parking.md", changed).requireStatus(202).json();
        assertThat(second.getString("id")).isEqualTo(id);
        assertThat(second.getInt("version")).isEqualTo(2);
        ann.requireIndexed(id);
        assertThat(search(versions, "Falkenstrasse library", "keyword")).isEmpty();
        assertThat(search(versions, "Birkenallee theatre", "keyword"))
                .singleElement()
                .satisfies(found -> assertThat(found.getInt("version")).isEqualTo(2));
        assertThat(search(versions, "Where is the garage?", "hybrid"))
                .noneMatch(found -> found.getString("text").contains("Falkenstrasse"));
    }

    @Test
    void whatIsDeletedIsGoneWhenTheCallReturns() {
        var doomed = ann.newCollection("Doomed");
        var id = ann.indexed(
                doomed, "secret.md", "# Recipe\n\nThe secret spice is grains of paradise.\n".getBytes(UTF_8));
        var conversation = ann.post(answersOf(doomed), Client.json().add("question", "What is the secret spice?"))
                .requireStatus(200)
                .json()
                .getString("conversationId");

        ann.delete("/api/v1/documents/" + id).requireStatus(204);

        for (var mode : List.of("hybrid", "keyword", "semantic")) {
            assertThat(search(doomed, "secret spice grains of paradise", mode)).isEmpty();
        }
        for (var part :
                List.of("", "/passages", "/content", "/text?start=0&end=9", "/marks?start=0&end=9", "/events")) {
            assertThat(ann.get("/api/v1/documents/" + id + part).status()).isEqualTo(404);
        }
        assertThat(ann.get("/api/v1/conversations/" + conversation).body()).doesNotContain("paradise");
        assertThat(ann.get("/api/v1/collections/" + doomed).json().getInt("documents"))
                .isZero();
    }

    @Test
    @Tag("U3")
    void whatIsNotSupportedIsRefusedWithWhatIs() {
        var program = new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 62, 0};
        var refused = ann.upload(collection, "program.bin", program).requireStatus(415);

        assertThat(refused.header("Content-Type")).startsWith("application/problem+json");
        assertThat(refused.json().getString("code")).isEqualTo("unsupported_media_type");
        assertThat(refused.json().getJsonArray("supported").toString()).containsIgnoringCase("pdf");
        assertThat(ann.upload(collection, "program.pdf", program).status()).isEqualTo(415);
    }

    private JsonObject ask(String question) {
        return ann.send("POST", answersOf(collection), question(question))
                .requireStatus(200)
                .json();
    }

    private static String answersOf(String collection) {
        return "/api/v1/collections/" + collection + "/answers";
    }

    private static String question(String text) {
        return Client.json().add("question", text).build().toString();
    }

    private List<JsonObject> search(String collection, String query, String mode) {
        return ann.post(
                        "/api/v1/collections/" + collection + "/search",
                        Client.json().add("query", query).add("mode", mode))
                .requireStatus(200)
                .list("passages");
    }

    private static List<JsonObject> citations(JsonObject answer) {
        return answer.getJsonArray("citations").getValuesAs(JsonObject.class);
    }

    /** Each marker has its citation, each citation is used, each quote stands where it says. */
    private void requireTrueCitations(JsonObject answer) {
        var used = Pattern.compile("\\[(\\d+)]")
                .matcher(answer.getString("text"))
                .results()
                .map(marker -> Integer.parseInt(marker.group(1)))
                .collect(Collectors.toSet());
        assertThat(citations(answer))
                .isNotEmpty()
                .extracting(citation -> citation.getInt("number"))
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(used);
        for (var citation : citations(answer)) {
            var pages = ann.get(range(citation, "text")).requireStatus(200).list("items");
            assertThat(pages.stream().map(page -> page.getString("text")).collect(Collectors.joining()))
                    .isEqualTo(citation.getString("quote"));
            assertThat(citation.getInt("end") - citation.getInt("start"))
                    .isEqualTo(citation.getString("quote").length());
            assertThat(pages.get(0).get("page")).isEqualTo(citation.get("page"));
        }
    }

    private void requireMarks(JsonObject citation) {
        var marks = ann.get(range(citation, "marks")).requireStatus(200).list("items");
        assertThat(marks).isNotEmpty().allSatisfy(mark -> {
            double x = mark.getJsonNumber("x").doubleValue();
            double y = mark.getJsonNumber("y").doubleValue();
            double width = mark.getJsonNumber("width").doubleValue();
            double height = mark.getJsonNumber("height").doubleValue();
            assertThat(mark.getInt("page")).isEqualTo(citation.getInt("page"));
            assertThat(x).isBetween(0.0, 1.0);
            assertThat(y).isBetween(0.0, 1.0);
            assertThat(width).isBetween(0.001, 1 - x);
            assertThat(height).isBetween(0.001, 1 - y);
        });
    }

    private static String range(JsonObject citation, String what) {
        return "/api/v1/documents/" + citation.getString("documentId") + "/" + what + "?version="
                + citation.getInt("version") + "&start=" + citation.getInt("start") + "&end="
                + citation.getInt("end");
    }
}
