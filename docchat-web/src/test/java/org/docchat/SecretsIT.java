package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("However much is logged, no secret is among it")
@Tag("L1")
@Tag("J7")
class SecretsIT {
    private static final String ADMIN = "Canary-of-the-admin-7Qx2";
    private static final String DATABASE = "Canary-of-the-database-9Kd4";
    private static final String CHAT = "sk-canary-of-the-chat-model-3Vw8";
    private static final String JWT = "Canary-of-the-tokens-5Tz1-8Lk2Vb6Nw0Xr5";
    private static final String METRICS = "Canary-of-the-metrics-6Hn3";
    private static final String LONG = "Canary-of-a-long-one";
    private static final String QUESTION = "What is the canary of the harbourmaster called?";
    private static final String TEXT = "# Birds\n\nThe canary of the harbourmaster is called Zephyrine.\n";

    private final Map<String, String> canaries = new LinkedHashMap<>();

    @Test
    @Tag("C4")
    void noCanaryIsInTheLogAtDebugNorInWhatAnybodyMayAsk(@TempDir Path home) throws Exception {
        try (var database = EmbeddedPostgres.builder()
                        .setPGStartupWait(Duration.ofMinutes(2))
                        .start();
                var chat = new FakeChatServer((request, connection) -> connection.answer("NOT_IN_", "DOCUMENTS"))) {
            var settings = Map.of(
                    "DOCCHAT_PORT",
                    Integer.toString(Installation.freePort()),
                    "DATABASE_URL",
                    "postgresql://postgres:" + DATABASE + "@localhost:" + database.getPort() + "/postgres",
                    "JWT_SECRET",
                    JWT,
                    "DOCCHAT_ADMIN_PASSWORD",
                    ADMIN,
                    "DOCCHAT_METRICS_TOKEN",
                    METRICS,
                    "DOCCHAT_AUDIT_QUESTIONS",
                    "true",
                    "OPENAI_API_KEY",
                    CHAT,
                    "OPENAI_BASE_URL",
                    chat.address().toString(),
                    "DOCCHAT_PUBLIC_URL",
                    "https://docchat.example");
            try (var first = new LauncherProcess(home, settings)) {
                first.awaitGreeting();
            }
            logEverything(home);
            try (var process = new LauncherProcess(home, settings)) {
                process.awaitGreeting();
                use(process);
                assertThat(chat.requests()).isNotEmpty();
                process.askForThreads();
                assertThat(process.output()).as("the log at its finest").contains("[FINE]", "org.docchat");

                canaries.putAll(Map.of(
                        "admin's password",
                        ADMIN,
                        "database's password",
                        DATABASE,
                        "chat model's key",
                        CHAT,
                        "tokens' key",
                        JWT,
                        "metrics' token",
                        METRICS,
                        "question",
                        "harbourmaster called",
                        "document",
                        "Zephyrine"));
                requireNone("the log", process.output());
                for (var open : new String[] {"/openapi", "/health", "/metrics", "/signin.xhtml", "/api/v1/nothing"}) {
                    requireNone(open, process.client().get(open).body());
                }
            }
        }
    }

    private void use(LauncherProcess process) {
        var anybody = process.client();
        anybody.post(
                "/api/v1/login", Client.json().add("username", "admin").add("password", "Canary-that-is-wrong-2Jd"));
        canaries.put("wrong password", "Canary-that-is-wrong-2Jd");
        var admin = anybody.signIn("admin", ADMIN);
        canaries.put("token", admin.authorization().substring("Bearer ".length()));
        assertThat(anybody.get("/api/v1/me?access_token=" + canaries.get("token"))
                        .status())
                .isEqualTo(401);
        askWithTokenElsewhere(process.address(), admin.authorization());
        anybody.with("Bearer canary.of.nobody-4Rt").get("/api/v1/me");
        canaries.put("wrong token", "canary.of.nobody-4Rt");
        var program = admin.withKey(Client.json().add("name", "nightly"));
        canaries.put("API key", program.authorization().substring("Bearer dck_0123456789ab_".length()));
        anybody.with("Bearer " + METRICS).get("/metrics").requireStatus(200);

        var collection = program.newCollection("Birds");
        admin.indexed(collection, "birds.md", TEXT.getBytes(UTF_8));
        var path = "/api/v1/collections/" + collection;
        program.post(path + "/answers", Client.json().add("question", QUESTION)).requireStatus(200);
        admin.events(
                "POST",
                path + "/answers",
                Client.json().add("question", QUESTION).build().toString());
        program.post(path + "/search", Client.json().add("query", QUESTION)).requireStatus(200);
        assertThat(admin.get("/api/v1/audit?act=question").list("items"))
                .as("where the installation wants it, the trail says what was asked")
                .isNotEmpty()
                .allSatisfy(entry -> assertThat(entry.getString("detail")).isEqualTo(QUESTION));

        var browser = new Visitor();
        var page = process.address().resolve("/signin.xhtml");
        var body = browser.get(page).body();
        var form = new LinkedHashMap<String, String>();
        Pattern.compile("name=\"(signin:[^\"]+)\"")
                .matcher(body)
                .results()
                .forEach(field -> form.put(field.group(1), ""));
        var state = Pattern.compile("name=\"jakarta.faces.ViewState\"[^>]*value=\"([^\"]+)\"")
                .matcher(body);
        assertThat(state.find()).isTrue();
        form.putAll(Map.of(
                "signin",
                "signin",
                "signin:username",
                "admin",
                "signin:password",
                ADMIN,
                "jakarta.faces.ViewState",
                state.group(1)));
        assertThat(browser.post(page, form).location()).isNotEmpty();
        browser.get(process.address().resolve("/account.xhtml"));
        for (var name : List.of("JSESSIONID", "docchat-session")) {
            assertThat(browser.setCookies())
                    .filteredOn(line -> line.startsWith(name + "="))
                    .as("people come by https")
                    .isNotEmpty()
                    .allSatisfy(line -> assertThat(line).contains("; Secure"));
        }
        canaries.put("server's cookie", browser.cookie(process.address(), "JSESSIONID"));
        canaries.put("our cookie", browser.cookie(process.address(), "docchat-session"));
    }

    /** Where none is looked for, twice, and one that is longer than the server reads. */
    private void askWithTokenElsewhere(URI server, String authorization) {
        var token = authorization.substring("Bearer ".length());
        for (var head : List.of(
                "GET /api/v1/me HTTP/1.1\r\nCookie: access_token=" + token,
                "GET /api/v1/me HTTP/1.1\r\nAuthorization: " + authorization + "\r\nAuthorization: " + authorization,
                "GET /signin.xhtml?access_token=" + token + " HTTP/1.1",
                "GET /api/v1/me HTTP/1.1\r\nAuthorization: Bearer " + LONG.repeat(5_000))) {
            RawRequest.send(server, head + "\r\nHost: localhost\r\n");
        }
        var posted = new Visitor()
                .post(server.resolve("/api/v1/collections"), Map.of("access_token", token))
                .status();
        assertThat(posted).isEqualTo(401);
        canaries.put("long token", LONG);
    }

    private void requireNone(String where, String text) {
        assertThat(canaries).hasSizeGreaterThan(10);
        var found = new ArrayList<String>();
        canaries.forEach((name, canary) -> {
            assertThat(canary).hasSizeGreaterThan(8);
            Stream.of(text.split("(?m)^(?=\\[20)"))
                    .filter(event -> event.contains(canary))
                    .map(event -> name + " by " + event.substring(0, Math.min(400, event.length())))
                    .limit(5)
                    .forEach(found::add);
        });
        assertThat(found).as(where).isEmpty();
    }

    /** The server's own settings of its log, which each start copies. */
    private static void logEverything(Path home) throws IOException {
        try (var files = Files.walk(home)) {
            var settings = files.filter(file -> file.endsWith(Path.of("payara", "config", "logging.properties")))
                    .findFirst()
                    .orElseThrow();
            Files.writeString(
                    settings,
                    Files.readString(settings).replaceAll("(?m)^(.*\\.level|\\.level)=.*$", "$1=FINE")
                            + "\n.level=FINE\norg.docchat.level=ALL\njava.util.logging.ConsoleHandler.level=ALL\n");
        }
    }
}
