package org.docchat;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import jakarta.json.Json;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("X1")
@Tag("P5")
@DisplayName("Names with markup are shown as they are, and nothing in them is run")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MarkupIT {
    private static final LocatorAssertions.ContainsTextOptions PATIENTLY =
            new LocatorAssertions.ContainsTextOptions().setTimeout(60_000);

    private static final String IMG = "<img src=x onerror=window.__xss=1>";
    private static final String SVG = "\"><svg/onload=window.__xss=1>";
    /** For what must have no slash. */
    private static final String SVG_SPACED = "\"><svg onload=window.__xss=1>";

    private static final String SCRIPT = "'\"></title><script>window.__xss=1</script>";
    private static final String BACKWARDS = "\u202Efdp 👩‍👩‍👧";

    /** What a file may be called: no slashes, which make a path of it. */
    private static final List<String> FILES = List.of(
            IMG + ".md",
            SVG_SPACED + ".md",
            BACKWARDS + ".md",
            "javascript:window.__xss=1.md",
            "'-window.__xss=1-'.md",
            "{{constructor.constructor('window.__xss=1')()}}.md",
            "${7*7} #{7*7} #{facesContext.externalContext} {{7*7}}.md",
            "é".repeat(126) + ".md");

    private static final String GROUP = "Group " + IMG + SVG_SPACED + BACKWARDS;
    private static final String QUESTION = "How high is the tower of " + IMG + " in metres?";
    private static final String USERNAME = "markup.reader";
    private static final String DISPLAYED = "Ann " + IMG + SVG + BACKWARDS;

    private final Installation installation;
    private final URI address;
    private final List<String> complaints = new ArrayList<>();
    private Browsers browsers;
    private Page page;
    private String collection = "";
    private String conversation = "";
    private String document = "";
    private String group = "";

    MarkupIT(Installation installation) {
        this.installation = installation;
        this.address = installation.address();
    }

    @BeforeAll
    void open() {
        browsers = Browsers.start();
        var admin = installation.administrator();
        var ann = installation.newUser(USERNAME);
        var id = ann.get("/api/v1/me").json().getString("id");
        admin.send(
                        "PATCH",
                        "/api/v1/users/" + id,
                        Client.json().add("displayName", DISPLAYED).build().toString())
                .requireStatus(200);
        group = admin.post("/api/v1/groups", Client.json().add("name", GROUP))
                .requireStatus(201)
                .json()
                .getString("id");
        admin.send("PUT", "/api/v1/groups/" + group + "/users/" + USERNAME, "").requireStatus(204);
        ann.withKey(Client.json().add("name", "Key " + IMG + SVG + BACKWARDS));
        collection = ann.post(
                        "/api/v1/collections",
                        Client.json()
                                .add("name", "Collection " + SCRIPT + IMG + "\n" + BACKWARDS)
                                .add("description", "Described " + SVG))
                .requireStatus(201)
                .json()
                .getString("id");
        var text = "# Tower of " + IMG + "\n\nThe tower " + SCRIPT + " is 41 metres high.\n";
        for (var name : FILES) {
            document = ann.indexed(collection, name, (text + "\nIt is called " + name + ".\n").getBytes(UTF_8));
        }
        document = ann.indexed(collection, IMG + ".md", text.getBytes(UTF_8));
        ann.indexed(collection, "line\nbreak.md", "# Lines\n\nThis one was broken.\n".getBytes(UTF_8));
        conversation = ann.post(
                        "/api/v1/collections/" + collection + "/answers",
                        Client.json().add("question", QUESTION))
                .requireStatus(200)
                .json()
                .getString("conversationId");
        ann.post(
                        "/api/v1/collections/" + collection + "/evaluations",
                        Client.json()
                                .add("name", "Run " + IMG + SVG)
                                .add(
                                        "questions",
                                        Json.createArrayBuilder()
                                                .add(Client.json().add("question", QUESTION))))
                .requireStatus(202);
    }

    @AfterAll
    void close() {
        if (browsers != null) {
            browsers.close();
        }
    }

    /** Nothing was run, asked, refused or made of a name. */
    @AfterEach
    void nothingHappened() {
        assertThat(page.evaluate("String(window.__xss)")).isEqualTo("undefined");
        assertThat(page.locator("[onerror], [onload], img[src=x]")).hasCount(0);
        assertThat(page.locator("bdi").filter(new Locator.FilterOptions().setHasText("\u202E")))
                .hasCount(0);
        // What is read out or shown when the mouse rests, and the window's title.
        assertThat(page.evaluate("""
                        [document.title, ...[...document.querySelectorAll('[title], [aria-label], [alt]')]
                            .flatMap(each => ['title', 'aria-label', 'alt'].map(name => each.getAttribute(name)))]
                        .filter(text => text?.includes('\u202E')).join(' | ')
                        """)).isEqualTo("");
        assertThat(complaints).isEmpty();
        page.context().close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"collections", "collection", "ask", "reader", "evaluations", "account"})
    void onAReadersPage(String name) {
        signIn(USERNAME, "Password-of-" + USERNAME);
        switch (name) {
            case "collections" -> shows("/collections.xhtml", "Collection " + SCRIPT + IMG, BACKWARDS);
            case "collection" -> {
                shows("/collection.xhtml?id=" + collection, "Collection " + SCRIPT + IMG, "Described " + SVG);
                FILES.forEach(this::holds);
                holds("linebreak.md");
                assertThat(page.title()).contains(SCRIPT);
            }
            case "ask" -> {
                shows("/ask.xhtml?conversation=" + conversation, QUESTION, "Tower of " + IMG);
                page.locator(".turn .answer button.cite").first().hover();
                page.locator(".turn .answer button.cite").first().click();
                assertThat(page.locator("#reader")).containsText(IMG, PATIENTLY);
            }
            case "reader" -> {
                shows("/reader.xhtml?document=" + document + "&version=2", IMG + ".md", "Tower of " + IMG);
                assertThat(page.title()).contains(IMG);
            }
            case "evaluations" -> shows("/evaluations.xhtml?id=" + collection, "Run " + IMG + SVG, QUESTION);
            case "account" -> shows("/account.xhtml", "Key " + IMG + SVG);
            default -> throw new IllegalArgumentException(name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"users", "sessions", "use", "groups", "group", "audit"})
    void onAnAdministratorsPage(String name) {
        signIn("admin", Installation.ADMIN_PASSWORD);
        switch (name) {
            case "users", "use" -> shows("/" + name + ".xhtml", DISPLAYED);
            case "sessions" -> {
                var other = browsers.signedIn(address, USERNAME, "Password-of-" + USERNAME);
                shows("/sessions.xhtml?user=" + USERNAME, DISPLAYED);
                other.context().close();
            }
            case "groups" -> shows("/groups.xhtml", GROUP);
            case "group" -> {
                shows("/group.xhtml?id=" + group, GROUP, DISPLAYED);
                assertThat(page.title()).contains(IMG);
            }
            case "audit" -> shows("/audit.xhtml?act=group.create", "group.create");
            default -> throw new IllegalArgumentException(name);
        }
    }

    /** Names are repeated where something is asked and where something is said to have happened. */
    @Test
    void inDialogsAndMessages() {
        signIn(USERNAME, "Password-of-" + USERNAME);
        shows("/collection.xhtml?id=" + collection, FILES.get(0));
        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName("Share").setExact(true))
                .first()
                .click();
        page.getByLabel("With").selectOption(new com.microsoft.playwright.options.SelectOption().setLabel("a group"));
        page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true))
                .and(page.locator("#share-dialog input"))
                .fill(GROUP);
        page.locator("[id='share:add']").click();
        assertThat(page.locator("#share-dialog tr").filter(new Locator.FilterOptions().setHasText(shown(GROUP))))
                .hasCount(1);
        page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true))
                .and(page.locator("#share-dialog input"))
                .fill(IMG + SVG);
        page.locator("[id='share:add']").click();
        assertThat(page.locator("#share-dialog")).containsText("There is no such group", PATIENTLY);
    }

    private void signIn(String username, String password) {
        page = browsers.signedIn(address, username, password);
        complaints.clear();
        page.context()
                .addInitScript("addEventListener('securitypolicyviolation',"
                        + " e => console.error('policy violated: ' + e.violatedDirective + ' ' + e.blockedURI))");
        page.onConsoleMessage(message -> {
            if (Set.of("error", "warning").contains(message.type())) {
                complaints.add(message.type() + ": " + message.text());
            }
        });
        page.onPageError(error -> complaints.add("uncaught: " + error));
        page.onDialog(dialog -> {
            complaints.add("dialog: " + dialog.message());
            dialog.dismiss();
        });
        page.onRequest(request -> {
            if (request.url().endsWith("/x")) {
                complaints.add("asked for " + request.url());
            }
        });
    }

    private void shows(String path, String... texts) {
        page.navigate(path);
        List.of(texts).forEach(this::holds);
    }

    private void holds(String text) {
        assertThat(page.locator("body")).containsText(shown(text), PATIENTLY);
    }

    /** Overrides of the direction, which would turn round what they stand in, are shown for what they are. */
    private static String shown(String text) {
        return text.replace('\u202E', '\uFFFD');
    }
}
