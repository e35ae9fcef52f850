package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayName("Whoever sends too many requests is told when to go on")
@ExtendWith(Installation.Parameter.class)
class LimitsIT {
    private static final int TOO_MANY = 30;
    private static final String NETWORK = "127.0.0.77";

    private final Installation installation;

    LimitsIT(Installation installation) {
        this.installation = installation;
    }

    @Test
    @Tag("R1")
    void ofABurstByOneKeyAsManyAreServedAsMayAndOthersAreNotHeldUp() throws Exception {
        var ann = installation.newUser("limits.ann");
        var program = ann.withKey(Client.json().add("name", "limits"));
        var threads = Executors.newFixedThreadPool(16);
        try {
            var calls = IntStream.range(0, Installation.REQUESTS_PER_KEY + TOO_MANY)
                    .mapToObj(
                            i -> threads.submit(() -> program.get("/api/v1/me").status()))
                    .toList();
            var statuses = new ArrayList<Integer>();
            for (var call : calls) {
                statuses.add(call.get());
            }
            assertThat(Collections.frequency(statuses, 200)).isEqualTo(Installation.REQUESTS_PER_KEY);
            assertThat(Collections.frequency(statuses, 429)).isEqualTo(TOO_MANY);
        } finally {
            threads.shutdownNow();
        }

        var refused = program.get("/api/v1/me");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.json().getString("code")).isEqualTo("too_many_requests");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 60);
        assertThat(refused.headers().allValues("RateLimit-Policy"))
                .contains("\"key\";q=" + Installation.REQUESTS_PER_KEY + ";w=60");
        assertThat(refused.headers().allValues("RateLimit"))
                .anySatisfy(limit -> assertThat(limit).matches("\"key\";r=0;t=\\d+"));

        assertThat(ann.withKey(Client.json().add("name", "limits"))
                        .get("/api/v1/me")
                        .status())
                .isEqualTo(200);
        var byToken = ann.get("/api/v1/me");
        assertThat(byToken.status()).isEqualTo(200);
        assertThat(byToken.headers().allValues("RateLimit"))
                .anySatisfy(limit -> assertThat(limit).startsWith("\"user\";r="))
                .anySatisfy(limit -> assertThat(limit).startsWith("\"network\";r="))
                .noneSatisfy(limit -> assertThat(limit).startsWith("\"key\""));
    }

    @Test
    @Tag("R1")
    void aCollectionIsAskedAsOftenAsMayBeAndOnlyByThoseWhoMayAskIt() {
        var ann = installation.newUser("limits.bea");
        var collection = ann.newCollection("Asked");
        var path = "/api/v1/collections/" + collection;
        assertThat(installation
                        .newUser("limits.eve")
                        .post(path + "/evaluations", questions(Installation.QUESTIONS_PER_COLLECTION))
                        .status())
                .isEqualTo(404);
        ann.post(path + "/answers", Client.json().add("question", "How long?")).requireStatus(200);

        var refused = ann.post(path + "/evaluations", questions(Installation.QUESTIONS_PER_COLLECTION));

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.json().getString("code")).isEqualTo("too_many_questions");
        assertThat(refused.json().getString("detail"))
                .contains((Installation.QUESTIONS_PER_COLLECTION - 1) + " are left")
                .contains("DOCCHAT_QUESTIONS_PER_COLLECTION");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(86_000, 86_400);
        assertThat(refused.headers().allValues("RateLimit-Policy"))
                .contains("\"questions\";q=" + Installation.QUESTIONS_PER_COLLECTION + ";w=86400");
        assertThat(refused.headers().allValues("RateLimit")).anySatisfy(limit -> assertThat(limit)
                .startsWith("\"questions\";r=" + (Installation.QUESTIONS_PER_COLLECTION - 1) + ";t=86"));
        ann.post(path + "/answers", Client.json().add("question", "How long?")).requireStatus(200);
    }

    @Test
    @Tag("R1")
    void questionsThatAreRefusedUseNothingUp() {
        var ann = installation.newUser("limits.fay");
        var path = "/api/v1/collections/" + ann.newCollection("Refused");

        for (int i = 0; i < 2; i++) {
            var refused = ann.post(path + "/evaluations", questions(Installation.QUESTIONS_PER_COLLECTION));
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.json().getString("code")).isEqualTo("invalid_questions");
        }
        ann.post(path + "/answers", Client.json().add("question", "How long?")).requireStatus(200);
    }

    @Test
    @Tag("R1")
    void aUserWhoAskedForTooMuchGetsAPageThatSaysWhenToGoOn() throws Exception {
        var dan = installation.newUser("limits.dan");
        try (var browsers = Browsers.start()) {
            var page = browsers.signedIn(installation.address(), "limits.dan", "Password-of-limits.dan");
            page.getByLabel("Current password").fill("Password-of-limits.dan");
            page.getByLabel("New password").fill("Another-of-limits.dan");

            usedUp("user:" + dan.get("/api/v1/me").json().getString("id"));
            Await.until(
                    "what this node has in hand is used up, too",
                    Duration.ofSeconds(30),
                    () -> dan.get("/api/v1/me").status() == 429);

            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Change password"))
                    .click();
            assertThat(page.getByRole(AriaRole.ALERT).textContent())
                    .matches("Too many requests\\. Try again in \\d+ seconds\\.");
            PlaywrightAssertions.assertThat(
                            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Change password")))
                    .isEnabled();
            assertThat(page.getByLabel("New password").inputValue()).isEqualTo("Another-of-limits.dan");
            var refused = page.navigate("/collections.xhtml");
            assertThat(refused.status()).isEqualTo(429);
            assertThat(Integer.parseInt(refused.headerValue("Retry-After"))).isBetween(1, 60);
            assertThat(refused.headerValue("Content-Security-Policy")).contains("default-src 'self'");
            assertThat(page.locator("h1").textContent()).isEqualTo("Too many requests");
            assertThat(page.locator("main").textContent()).containsPattern("in \\d+ seconds");
        }
    }

    @Test
    @Tag("R1")
    void aNetworkThatAskedForTooMuchGetsNoPagesButWhatTheyAreMadeOf() throws Exception {
        usedUp("network:" + NETWORK);

        assertThat(firstLine("/signin.xhtml")).contains("429");
        assertThat(firstLine("/ask.xhtml")).contains("429");
        assertThat(firstLine("/resources/css/docchat.css")).contains("200");
        assertThat(new Visitor()
                        .get(installation.address().resolve("/signin.xhtml"))
                        .status())
                .isEqualTo(200);
    }

    /** As if other nodes had served all of a limit. */
    private void usedUp(String name) throws Exception {
        try (var database = installation.database();
                var statement = database.prepareStatement("""
                        insert into used (name, amount, ends_at) values (?, 10000000, now() + interval '40 seconds')
                        on conflict (name) do update set amount = excluded.amount
                        """)) {
            statement.setBytes(1, MessageDigest.getInstance("SHA-256").digest(name.getBytes(UTF_8)));
            statement.executeUpdate();
        }
    }

    /** Of the answer to a request that comes from another address of this machine. */
    private String firstLine(String path) throws IOException {
        try (var socket = new Socket()) {
            socket.bind(new InetSocketAddress(NETWORK, 0));
            socket.connect(
                    new InetSocketAddress("127.0.0.1", installation.address().getPort()));
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                            .getBytes(UTF_8));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)).readLine();
        }
    }

    private static JsonObjectBuilder questions(int count) {
        var questions = Json.createArrayBuilder();
        for (int i = 0; i < count; i++) {
            questions.add(
                    Client.json().add("question", "How long is " + i + "?").add("answerable", false));
        }
        return Client.json().add("questions", questions);
    }

    @Test
    @Tag("R2")
    void whatACollectionHasNoRoomForIsRefusedWithWhatToDo() {
        var ann = installation.newUser("limits.cat");
        var collection = ann.newCollection("Full");

        var refused = ann.upload(collection, "large.txt", new byte[Installation.COLLECTION_MAX_BYTES + 1]);

        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.json().getString("code")).isEqualTo("storage_full");
        assertThat(refused.json().getString("detail")).contains("Delete").contains("DOCCHAT_COLLECTION_MAX_BYTES");
        ann.upload(collection, "small.txt", "Refunds take 14 days.".getBytes(UTF_8))
                .requireStatus(202);
    }
}
