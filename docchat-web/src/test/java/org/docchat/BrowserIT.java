package org.docchat;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import com.microsoft.playwright.options.SelectOption;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("In a browser, somebody new gets from signing in to the marked words")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrowserIT {
    private static final double PATIENCE = 60_000;
    private static final String QUESTION = "How much is the deposit for a company bicycle?";
    private static final byte[] HANDBOOK = Pdf.of(
            List.of("Office handbook", "The office opens at seven in the morning and closes at eight in the evening."),
            List.of("Bicycles", "The deposit for a company bicycle is 75 euros."));

    private final Installation installation;
    private final URI address;
    private final Client ann;
    private final List<String> complaints = new ArrayList<>();
    private Browsers browsers;
    private BrowserContext context;
    private Page page;
    private String collection;
    private String conversation;
    private String group;
    private JsonObject citation;

    BrowserIT(Installation installation) {
        this.installation = installation;
        address = installation.address();
        ann = installation.newUser("ann.browser");
    }

    @BeforeAll
    void open() {
        browsers = Browsers.start();
        collection = ann.newCollection("Handbooks");
        ann.indexed(collection, "handbook.pdf", HANDBOOK);
        var answer = ann.post(
                        "/api/v1/collections/" + collection + "/answers",
                        Client.json().add("question", QUESTION))
                .requireStatus(200)
                .json();
        conversation = answer.getString("conversationId");
        var admin = installation.administrator();
        group = admin.post("/api/v1/groups", Client.json().add("name", "Browsers"))
                .requireStatus(201)
                .json()
                .getString("id");
        admin.send("PUT", "/api/v1/groups/" + group + "/users/ann.browser", "").requireStatus(204);
        citation = answer.getJsonArray("citations").getJsonObject(0);
    }

    @AfterAll
    void close() {
        if (browsers != null) {
            browsers.close();
        }
    }

    @BeforeEach
    void newPage() {
        context = browsers.browser()
                .newContext(new Browser.NewContextOptions()
                        .setBaseURL(address.toString())
                        .setViewportSize(1440, 900));
        context.setDefaultTimeout(PATIENCE);
        context.addInitScript("addEventListener('securitypolicyviolation',"
                + " e => console.error('policy violated: ' + e.violatedDirective + ' ' + e.blockedURI))");
        page = context.newPage();
        complaints.clear();
        page.onConsoleMessage(message -> {
            if (Set.of("error", "warning").contains(message.type())) {
                complaints.add(message.type() + ": " + message.text() + " at " + message.location());
            }
        });
        page.onPageError(error -> complaints.add("uncaught: " + error));
        page.onResponse(response -> {
            if (response.status() >= 400) {
                complaints.add(response.status() + ": " + response.url());
            }
        });
    }

    @AfterEach
    void closePage() {
        context.close();
    }

    @Test
    void fromSigningInToTheMarkedWordsOnThePage() {
        installation.newUser("bob.browser");
        signIn("bob.browser");

        page.navigate("/collections.xhtml");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("New collection"))
                .first()
                .click();
        page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true)).fill("Bob's handbooks");
        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName("Create").setExact(true))
                .click();
        assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Bob's handbooks")))
                .isVisible();

        page.waitForFileChooser(() -> page.locator("#upload").click())
                .setFiles(new FilePayload("handbook.pdf", "application/pdf", HANDBOOK));
        assertThat(page.locator("#documents tbody").getByRole(AriaRole.LINK, named("handbook.pdf")))
                .isVisible(patiently());
        assertThat(page.locator("#facts")).containsText("1 document");

        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Ask it"))
                .click();
        page.locator("#question").fill(QUESTION);
        page.locator("#question").press("Enter");
        var chip = page.locator(".turn .answer button.cite").first();
        assertThat(chip).isVisible(patiently());
        assertThat(page.locator(".turn .answer")).containsText("75 euros");
        chip.click();

        assertThat(page.locator("#reader .marked").first()).isVisible(patiently());
        assertThat(page.locator("#reader")).containsText("handbook.pdf");
        picture("journey");
        assertThat(complaints).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1440, 390})
    void aCitationMarksTheWordsOnAPhotograph(int width) throws IOException {
        boolean readsPictures = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "tesseract")));
        if (!"required".equals(System.getProperty("tesseract"))) {
            assumeTrue(readsPictures, "there is no Tesseract on this machine's PATH");
        }
        var username = "photo" + width + ".browser";
        var fay = installation.newUser(username);
        var notices = fay.newCollection("Notice board");
        fay.indexed(
                notices,
                "notice.jpg",
                Pdf.photograph(Pdf.of(
                        List.of("Bicycles", "The deposit for a company bicycle is 75 euros.", "It is paid back."))));
        var answer = fay.post(
                        "/api/v1/collections/" + notices + "/answers",
                        Client.json().add("question", QUESTION))
                .requireStatus(200)
                .json();
        page.setViewportSize(width, 900);
        signIn(username);

        page.navigate("/ask.xhtml?conversation=" + answer.getString("conversationId"));
        page.locator(".turn .answer button.cite").first().click();

        assertThat(page.locator("#reader .sheet canvas")).isVisible(patiently());
        assertThat(page.locator("#reader .marked").first()).isInViewport();
        assertThat(page.locator(".quote-pop")).hasCount(0);
        picture("photograph-" + width);
        assertThat(complaints).isEmpty();
    }

    @Test
    void anAnswerWhoseDocumentWasDeletedSaysSo() {
        var eve = installation.newUser("eve.browser");
        var hers = eve.newCollection("Soon empty");
        var document = eve.indexed(hers, "handbook.pdf", HANDBOOK);
        var answer = eve.post(
                        "/api/v1/collections/" + hers + "/answers",
                        Client.json().add("question", QUESTION))
                .requireStatus(200)
                .json();
        eve.delete("/api/v1/documents/" + document).requireStatus(204);
        signIn("eve.browser");

        page.navigate("/ask.xhtml?conversation=" + answer.getString("conversationId"));

        assertThat(page.locator(".turn .answer")).containsText("No longer in your documents");
        assertThat(page.locator(".turn .answer")).containsText("has been deleted since");
        assertThat(page.locator(".turn")).not().containsText("75 euros");
        assertThat(complaints).isEmpty();
    }

    @Test
    void anOwnerSharesWithAGroupAndTakesItBack() {
        signIn("ann.browser");
        page.navigate("/collection.xhtml?id=" + collection);
        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName("Share").setExact(true))
                .first()
                .click();
        page.getByLabel("With").selectOption(new SelectOption().setLabel("a group"));
        page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true))
                .and(page.locator("#share-dialog input"))
                .fill("browsers");
        page.locator("[id='share:add']").click();

        var row = page.locator("#share-dialog tr").filter(new Locator.FilterOptions().setHasText("Browsers"));
        assertThat(row).containsText("ask and read");
        row.getByRole(AriaRole.BUTTON).click();
        assertThat(row).hasCount(0);
        assertThat(complaints).isEmpty();
    }

    @ParameterizedTest(name = "{0} at {1} px")
    @Tag("C5")
    @CsvSource({
        "signin, 1440",
        "signin, 390",
        "collections, 1440",
        "collections, 390",
        "collection, 1440",
        "collection, 390",
        "ask, 1440",
        "ask, 390",
        "reader, 1440",
        "reader, 390",
        "users, 1440",
        "users, 390",
        "sessions, 1440",
        "sessions, 390",
        "groups, 1440",
        "groups, 390",
        "group, 1440",
        "group, 390",
        "audit, 1440",
        "audit, 390",
        "use, 1440",
        "use, 390",
        "system, 1440",
        "system, 390",
        "user, 1440",
        "user, 390",
        "keys, 1440",
        "keys, 390",
        "account, 1440",
        "account, 390",
        "evaluations, 1440",
        "evaluations, 390"
    })
    void aPageFitsIsAccessibleAndBreaksNoRuleOfItsOwn(String name, int width) {
        if (Set.of("users", "user", "sessions", "keys", "groups", "group", "audit", "use", "system")
                .contains(name)) {
            signIn("admin", Installation.ADMIN_PASSWORD);
        } else if (!name.equals("signin")) {
            signIn("ann.browser");
        }
        page.setViewportSize(width, 844);
        show(name);

        assertThat((Integer) page.evaluate("document.documentElement.scrollWidth - innerWidth"))
                .as("pixels beyond the right edge")
                .isLessThanOrEqualTo(0);
        picture(name + "-" + width);
        var grave = new AxeBuilder(page)
                .setLegacyMode(true).analyze().getViolations().stream()
                        .filter(rule -> Set.of("serious", "critical").contains(rule.getImpact()))
                        .flatMap(rule -> rule.getNodes().stream()
                                .map(node -> rule.getId() + " " + node.getTarget() + ": " + node.getHtml()))
                        .toList();
        assertThat(grave).isEmpty();
        assertThat(complaints).isEmpty();
    }

    @ParameterizedTest
    @Tag("C5")
    @CsvSource({
        "/api/, DocChat",
        "/nothing.xhtml, not here",
        "/collection.xhtml?id=6e9e0c1e-3f5f-4f0e-9d53-7b1d6c2f8a11, not here",
        "/collections.xhtml?expired=1, Collections"
    })
    void noOtherPageBreaksARuleOfItsOwnEither(String path, String shown) {
        signIn("ann.browser");
        complaints.clear();

        page.navigate(path);
        assertThat(page.getByText(shown).first()).isVisible(patiently());

        assertThat(complaints).noneMatch(complaint -> complaint.contains("policy"));
    }

    /** Opens a page and waits for what it is for. */
    private void show(String name) {
        switch (name) {
            case "signin" -> {
                page.navigate("/signin.xhtml");
                assertThat(page.getByLabel("Username")).isVisible();
            }
            case "collections" -> {
                page.navigate("/collections.xhtml");
                assertThat(page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Handbooks")))
                        .isVisible();
            }
            case "collection" -> {
                page.navigate("/collection.xhtml?id=" + collection);
                assertThat(page.locator("#documents tbody").getByRole(AriaRole.LINK, named("handbook.pdf")))
                        .isVisible(patiently());
            }
            case "ask" -> {
                page.navigate("/ask.xhtml?conversation=" + conversation);
                assertThat(page.locator(".turn .answer button.cite").first()).isVisible(patiently());
            }
            case "reader" -> {
                page.navigate("/reader.xhtml?document=" + citation.getString("documentId") + "&version=1&page="
                        + citation.getInt("page") + "&start=" + citation.getInt("start") + "&end="
                        + citation.getInt("end"));
                assertThat(page.locator("#reader .marked").first()).isVisible(patiently());
            }
            case "users" -> {
                page.navigate("/users.xhtml");
                assertThat(page.getByText("ann.browser").first()).isVisible();
            }
            case "sessions" -> {
                page.navigate("/sessions.xhtml?user=admin");
                assertThat(page.getByText("This browser")).isVisible();
            }
            case "user" -> {
                page.navigate("/users.xhtml");
                page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("ann.browser"))
                        .click();
                assertThat(page.getByText("Name and rights")).isVisible();
            }
            case "keys" -> {
                ann.withKey(Client.json().add("name", "Nightly import"));
                page.navigate("/keys.xhtml?user=ann.browser");
                assertThat(page.getByText("Nightly import").first()).isVisible();
            }
            case "groups" -> {
                page.navigate("/groups.xhtml");
                assertThat(page.locator("td.name").getByRole(AriaRole.LINK, named("Browsers")))
                        .isVisible();
            }
            case "audit" -> {
                page.navigate("/audit.xhtml?act=user.create");
                assertThat(page.locator("td").getByText("user.create").first()).isVisible();
            }
            case "use" -> {
                page.navigate("/use.xhtml");
                assertThat(page.getByText("ann.browser").first()).isVisible();
            }
            case "system" -> {
                page.navigate("/system.xhtml");
                assertThat(page.getByText("JWT_SECRET").first()).isVisible();
                assertThat(page.getByText("set, not shown").first()).isVisible();
            }
            case "group" -> {
                page.navigate("/group.xhtml?id=" + group);
                assertThat(page.getByText("ann.browser").first()).isVisible();
            }
            case "account" -> {
                ann.withKey(Client.json().add("name", "Nightly import"));
                page.navigate("/account.xhtml");
                assertThat(page.getByText("Nightly import").first()).isVisible();
            }
            case "evaluations" -> {
                ann.post(
                                "/api/v1/collections/" + collection + "/evaluations",
                                Client.json()
                                        .add(
                                                "questions",
                                                Json.createArrayBuilder()
                                                        .add(Client.json().add("question", QUESTION))))
                        .requireStatus(202);
                page.navigate("/evaluations.xhtml?id=" + collection);
                assertThat(page.locator(".questions .verdict").first()).isVisible(patiently());
            }
            default -> throw new IllegalArgumentException(name);
        }
    }

    private void signIn(String username) {
        signIn(username, "Password-of-" + username);
    }

    private void signIn(String username, String password) {
        page.navigate("/ask.xhtml");
        page.getByLabel("Username").fill(username);
        page.getByLabel("Password").fill(password);
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Sign in"))
                .click();
        page.waitForURL("**/ask.xhtml");
    }

    private void picture(String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", name + ".png")));
    }

    private static Locator.GetByRoleOptions named(String name) {
        return new Locator.GetByRoleOptions().setName(name);
    }

    private static LocatorAssertions.IsVisibleOptions patiently() {
        return new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE);
    }
}
