package org.docchat;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("In a browser, questions from a file are asked, measured and compared")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EvaluationPageIT {
    private static final double PATIENCE = 60_000;
    private static final String QUESTIONS = """
            question,document,page,answerable
            How much is the deposit for a company bicycle?,bicycles.md,,true
            "Who won, in 1972, the world chess championship?",,,false
            """;

    private final Installation installation;
    private final Client ann;
    private final String collection;
    private Browsers browsers;
    private BrowserContext context;
    private Page page;

    EvaluationPageIT(Installation installation) {
        this.installation = installation;
        ann = installation.newUser("ann.questions");
        collection = ann.newCollection("Measured");
    }

    @BeforeAll
    void open() {
        browsers = Browsers.start();
        ann.indexed(
                collection,
                "bicycles.md",
                "# Bicycles\n\nThe deposit for a company bicycle is 75 euros.\n".getBytes(UTF_8));
        context = browsers.browser()
                .newContext(new Browser.NewContextOptions()
                        .setBaseURL(installation.address().toString()));
        context.setDefaultTimeout(PATIENCE);
        page = context.newPage();
        page.navigate("/ask.xhtml");
        page.getByLabel("Username").fill("ann.questions");
        page.getByLabel("Password").fill("Password-of-ann.questions");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Sign in"))
                .click();
        page.waitForURL("**/ask.xhtml");
    }

    @AfterAll
    void close() {
        if (browsers != null) {
            browsers.close();
        }
    }

    @Test
    void aFileIsAskedAndAskedAgainAndWhatBecameWorseIsMarked() {
        page.navigate("/evaluations.xhtml?id=" + collection);
        upload("before.csv", QUESTIONS);
        assertThat(page.locator(".questions .verdict.right")).hasCount(2, patiently());
        assertThat(page.locator(".questions .rank")).hasText("#1");

        var document = ann.get("/api/v1/collections/" + collection + "/documents")
                .list("items")
                .get(0)
                .getString("id");
        ann.delete("/api/v1/documents/" + document).requireStatus(204);
        upload("after.csv", QUESTIONS);
        assertThat(page.locator(".questions .verdict.wrong")).hasCount(1, patiently());
        assertThat(page.locator(".runs tbody tr")).hasCount(2);
        assertThat(page.locator(".runs progress")).hasCount(0);
        page.locator(".runs input[type=checkbox]").all().forEach(Locator::check);
        page.getByText("Compare the two").click();

        assertThat(page.locator(".questions tbody tr")).hasCount(1);
        assertThat(page.locator(".questions .change")).hasText("worse");
        assertThat(page.locator(".sides .change.worse").first()).isVisible();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            question\\na\\n\\nb\\n                              | [{"question":"a","expected":[],"answerable":true},{"question":"b","expected":[],"answerable":true}]
            question;document;page\\r\\n"a; b";x.pdf;2\\r\\n     | [{"question":"a; b","expected":[{"document":"x.pdf","page":2}],"answerable":true}]
            answerable,question\\nno,"say ""a"",\\nthen b"      | [{"question":"say \\"a\\",\\nthen b","expected":[],"answerable":false}]
            question,document\\na,x\\na,y                       | [{"question":"a","expected":[{"document":"x"},{"document":"y"}],"answerable":true}]
            \\uFEFFquestion\\na                                 | [{"question":"a","expected":[],"answerable":true}]
            document\\nx                                       | Line 1 must name the columns: question,document,page,answerable.
            question,page\\na,1                                | Line 2 names a page, but no document.
            question,document,page\\n"a\\nb",x,1\\nc,x,0          | Line 4: the page must be a whole number from 1, not “0”.
            question,answerable\\na,perhaps                     | Line 2: answerable must be true or false, not “perhaps”.
            question,answerable\\na,yes\\na,no                   | Line 3 and line 2 ask the same, but only one says that it can be answered.
            question\\n"a                                      | Line 2 opens a quote that is never closed.
            question\\na,b                                     | Line 2 has 2 fields, but there are 1 columns. Put text with a comma into double quotes.
            question,answer\\na,b                              | Line 1 names a column “answer”; known are question, document, page, answerable.
            question\\n\\n                                      | The file has no question below its first line.
            """)
    void aFileIsReadOrItsLineIsNamed(String file, String expected) {
        var read = page.evaluate(
                "text => import('/resources/js/question-csv.js').then(m => JSON.stringify(m.parse(JSON.parse(text))))"
                        + ".catch(e => e.message)",
                '"' + file.replace("\"", "\\\"") + '"');

        assertThat(read).isEqualTo(expected);
    }

    private void upload(String name, String content) {
        page.waitForFileChooser(() -> page.locator("#upload").click())
                .setFiles(new FilePayload(name, "text/csv", content.getBytes(UTF_8)));
    }

    private static LocatorAssertions.HasCountOptions patiently() {
        return new LocatorAssertions.HasCountOptions().setTimeout(PATIENCE);
    }
}
