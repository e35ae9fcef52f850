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
import com.microsoft.playwright.options.Cookie;
import com.microsoft.playwright.options.SameSiteAttribute;
import com.microsoft.playwright.options.SelectOption;
import jakarta.json.Json;
import jakarta.json.JsonString;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("In a browser, pages are in the language that is chosen or asked for")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LanguageIT {
    private static final double PATIENCE = 60_000;
    private static final String USER = "dora.language";
    private static final String PASSWORD = "Password-of-dora.language";
    private static final String QUESTION = "How much is the deposit for a company bicycle?";
    /** Not what people named, what documents say, what the audit trail calls things and the languages themselves. */
    private static final String SAID = """
            () => {
              const said = [];
              const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
              for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                if (node.nodeType === Node.TEXT_NODE) {
                  if (!node.parentElement.closest("script, style, bdi, code, pre, .log .muted, [id='speech:language']")) said.push(node.data.trim());
                } else {
                  for (const name of ["title", "aria-label", "placeholder", "alt", "data-label", "data-drop"]) {
                    if (node.tagName !== "BDI" && node.getAttribute(name)) said.push(node.getAttribute(name).trim());
                  }
                }
              }
              return said.filter((each) => each);
            }""";

    private final Installation installation;
    private final Client dora;
    private Browsers browsers;
    private BrowserContext context;
    private Page page;
    private String collection;
    private String conversation;
    private String document;
    private String group;

    LanguageIT(Installation installation) {
        this.installation = installation;
        dora = installation.newUser(USER);
    }

    @BeforeAll
    void open() {
        browsers = Browsers.start();
        collection = dora.newCollection("Räder");
        document = dora.indexed(
                collection,
                "bicycles.md",
                "# Bicycles\n\nThe deposit for a company bicycle is 75 euros.\n".getBytes(UTF_8));
        dora.send("PUT", "/api/v1/collections/" + collection + "/documents/blank.txt", " \n ")
                .requireStatus(202);
        conversation = dora.post(
                        "/api/v1/collections/" + collection + "/answers",
                        Client.json().add("question", QUESTION))
                .requireStatus(200)
                .json()
                .getString("conversationId");
        dora.post(
                        "/api/v1/answers",
                        Client.json()
                                .add("question", "Who won the world chess championship in 1972?")
                                .add("collections", Json.createArrayBuilder().add(collection))
                                .add("conversationId", conversation))
                .requireStatus(200);
        dora.withKey(Client.json().add("name", "Nachtlauf"));
        dora.post(
                        "/api/v1/collections/" + collection + "/evaluations",
                        Client.json()
                                .add(
                                        "questions",
                                        Json.createArrayBuilder()
                                                .add(Client.json().add("question", QUESTION))))
                .requireStatus(202);
        var admin = installation.administrator();
        group = admin.post("/api/v1/groups", Client.json().add("name", "Radfahrer"))
                .requireStatus(201)
                .json()
                .getString("id");
        admin.send("PUT", "/api/v1/groups/" + group + "/users/" + USER, "").requireStatus(204);
    }

    @AfterAll
    void close() {
        if (browsers != null) {
            browsers.close();
        }
    }

    @AfterEach
    void closePage() {
        if (context != null) {
            context.close();
        }
    }

    /** @param asksFor what the browser asks for */
    private void begin(String asksFor) {
        context = browsers.browser()
                .newContext(new Browser.NewContextOptions()
                        .setBaseURL(installation.address().toString())
                        .setViewportSize(1440, 900)
                        .setLocale(asksFor));
        context.setDefaultTimeout(PATIENCE);
        page = context.newPage();
    }

    private void signIn(String username, String password) {
        page.navigate("/account.xhtml");
        page.locator("[id='signin:username']").fill(username);
        page.locator("[id='signin:password']").fill(password);
        page.locator("[id='signin'] button").click();
        page.waitForURL("**/account.xhtml");
    }

    @Test
    void noPageSaysInEnglishWhatItCanSayInGerman() {
        begin("de-DE");
        var complaints = new ArrayList<String>();
        page.onConsoleMessage(message -> {
            if (Set.of("error", "warning").contains(message.type())) {
                complaints.add(message.text() + " at " + message.location());
            }
        });
        var english = english("de");
        Map<String, List<String>> found = new LinkedHashMap<>();

        page.navigate("/signin.xhtml?expired=1");
        look("signin", "h1", english, found);
        signIn(USER, PASSWORD);
        look("account", "[id='keys'] li", english, found);
        page.navigate("/ask.xhtml");
        look("start", ".start", english, found);
        page.navigate("/ask.xhtml?conversation=" + conversation);
        page.locator(".found summary").first().click();
        look("ask", ".found .ranks", english, found);
        page.locator("button.cite").first().click();
        look("reader", "#reader mark", english, found);
        page.navigate("/collections.xhtml");
        look("collections", ".tile", english, found);
        page.navigate("/collection.xhtml?id=" + collection);
        look("collection", "#documents .state.problem", english, found);
        page.navigate("/reader.xhtml?document=" + document);
        look("document", "#reader .paper", english, found);
        page.navigate("/evaluations.xhtml?id=" + collection);
        look("evaluations", ".questions .verdict", english, found);
        page.navigate("/nothing.xhtml");
        look("404", "h1", english, found);

        context.clearCookies();
        signIn("admin", Installation.ADMIN_PASSWORD);
        for (var name : List.of("users", "sessions", "keys", "groups", "audit", "use", "system")) {
            page.navigate("/" + name + ".xhtml");
            look(name, "h1", english, found);
        }
        page.navigate("/group.xhtml?id=" + group);
        look("group", "h1", english, found);
        page.navigate("/users.xhtml");
        page.locator("tbody a").first().click();
        look("user", "[id='change']", english, found);

        assertThat(found).isEmpty();
        assertThat(complaints).allMatch(complaint -> complaint.contains("/nothing.xhtml"));
    }

    /** English texts whose German is another, as whole texts; with anything in their places. */
    private static List<Pattern> english(String language) {
        var table = Spoken.table(language);
        return Stream.concat(
                        table.getJsonObject("texts").entrySet().stream(),
                        table.getJsonObject("server").entrySet().stream())
                .filter(entry -> !(entry.getValue() instanceof JsonString same
                        && same.getString().equals(entry.getKey())))
                .map(Map.Entry::getKey)
                .filter(text -> text.replaceAll("\\{\\d}", "").matches(".*\\p{L}{3,}.*"))
                .map(text -> Pattern.compile("\\Q" + text.replaceAll("\\{\\d}", "\\\\E.*\\\\Q") + "\\E"))
                .toList();
    }

    private void look(String name, String loaded, List<Pattern> english, Map<String, List<String>> found) {
        assertThat(page.locator(loaded).first())
                .isAttached(new LocatorAssertions.IsAttachedOptions().setTimeout(PATIENCE));
        assertThat(page.locator("html")).hasAttribute("lang", "de");
        var said = ((List<?>) page.evaluate(SAID)).stream().map(String::valueOf).toList();
        assertThat(said).as(name).hasSizeGreaterThan(3);
        var those = said.stream()
                .filter(words ->
                        english.stream().anyMatch(text -> text.matcher(words).matches()))
                .toList();
        if (!those.isEmpty()) {
            found.put(name, those);
        }
        picture(name + "-1440");
        page.setViewportSize(390, 844);
        assertThat((Integer) page.evaluate("document.documentElement.scrollWidth - innerWidth"))
                .as("pixels beyond the right edge of " + name)
                .isLessThanOrEqualTo(0);
        picture(name + "-390");
        page.setViewportSize(1440, 900);
    }

    private void picture(String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", "de-" + name + ".png")));
    }

    @Test
    @Tag("C4")
    void theChoiceChangesThePagesAndOutlivesSigningOut() {
        begin("en-GB");
        signIn(USER, PASSWORD);
        choose("Deutsch");

        assertThat(heading("Konto")).isVisible();
        assertThat(page.locator("html")).hasAttribute("lang", "de");
        var cookie = context.cookies().stream()
                .filter(one -> one.name.equals("docchat-language"))
                .findFirst()
                .orElseThrow();
        assertThat(cookie.value).isEqualTo("de");
        assertThat(cookie.path).isEqualTo("/");
        assertThat(cookie.httpOnly).isTrue();
        assertThat(cookie.sameSite).isEqualTo(SameSiteAttribute.LAX);
        assertThat(Instant.ofEpochSecond(cookie.expires.longValue()))
                .isBetween(
                        Instant.now().plus(Duration.ofDays(364)), Instant.now().plus(Duration.ofDays(366)));

        page.locator("[id='out'] button").click();
        assertThat(page.getByText("Benutzername")).isVisible();
        signIn(USER, PASSWORD);
        assertThat(heading("Konto")).isVisible();

        choose("Wie der Browser");
        assertThat(heading("Account")).isVisible();
        assertThat(context.cookies()).extracting(one -> one.name).doesNotContain("docchat-language");
    }

    @ParameterizedTest
    @CsvSource({
        "fr-CA, '', Saisissez votre mot de passe.",
        "es-ES, '', Enter your password.",
        "fr-FR, de, Geben Sie Ihr Passwort ein.",
        "fr-FR, en, Enter your password.",
        "fr-FR, ../de, Saisissez votre mot de passe."
    })
    void whatTheBrowserAsksForDecidesUnlessOneOfOursIsChosen(String asksFor, String chosen, String said) {
        begin(asksFor);
        if (!chosen.isEmpty()) {
            context.addCookies(List.of(new Cookie("docchat-language", chosen)
                    .setUrl(installation.address().toString())));
        }

        page.navigate("/signin.xhtml");
        page.locator("[id='signin'] button").click();

        assertThat(page.getByText(said)).isVisible();
    }

    @Test
    void whatFacesSaysItselfIsInTheLanguageToo() {
        begin("fr");
        signIn(USER, PASSWORD);
        page.locator("[id='speech:language'] option[value=de]").evaluate("option => option.value = 'xx'");

        choose("Deutsch");

        assertThat(page.locator("[id='speech']")).containsText("Langue des pages\u00a0: erreur de validation.");
        assertThat(page.evaluate("PrimeFaces.getLocaleLabel('cancel')")).isEqualTo("Annuler");
    }

    @Test
    void aQuestionIsAskedAndAnsweredInGerman() {
        begin("de");
        signIn(USER, PASSWORD);
        page.navigate("/collection.xhtml?id=" + collection);
        assertThat(page.locator("#facts")).containsText("2 Dokumente");

        page.getByRole(AriaRole.LINK, named("Befragen")).click();
        page.getByPlaceholder("Fragen Sie Ihre Dokumente").fill(QUESTION);
        page.getByRole(AriaRole.BUTTON, named("Fragen")).click();

        assertThat(page.locator(".turn .answer"))
                .containsText("75 euros", new LocatorAssertions.ContainsTextOptions().setTimeout(PATIENCE));
        assertThat(page.locator(".turn")).containsText("Wörtlich zitiert");
        page.getByRole(AriaRole.BUTTON, named("Fundstelle 1: bicycles.md")).click();
        assertThat(page.locator("#reader mark")).containsText("75 euros");
    }

    @Test
    void whatTheServerSaysIsTranslatedSentenceBySentence() {
        begin("fr");
        page.navigate("/signin.xhtml");

        assertThat(told("Only administrators may do this.")).isEqualTo("Seuls les administrateurs peuvent faire cela.");
        assertThat(told(
                        "The answer was cut: it took too long or too much. Left out: 1200 sentences of the chat model that"
                                + " these documents do not back."))
                .startsWith("La réponse a été coupée")
                .contains("Omises\u00a0: 1\u202f200 phrases");
        assertThat(told("3 documents are still being read and may hold the answer. This is new."))
                .endsWith("This is new.")
                .startsWith("3 documents sont encore");
        assertThat(page.evaluate("import('/resources/js/texts.js').then(({count}) =>"
                        + " [0, 1, 2, 2000].map(n => count(n, '{0} document', '{0} documents')).join())"))
                .isEqualTo("0 document,1 document,2 documents,2\u202f000 documents");
    }

    private String told(String words) {
        return String.valueOf(
                page.evaluate("words => import('/resources/js/texts.js').then(m => m.told(words))", words));
    }

    private void choose(String label) {
        page.locator("[id='speech:language']").selectOption(new SelectOption().setLabel(label));
        page.locator("[id='speech'] button").click();
    }

    private Locator heading(String text) {
        return page.getByRole(AriaRole.HEADING, named(text).setExact(true));
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name);
    }
}
