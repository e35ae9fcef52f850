package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("However a request is dressed up, it does what its method, path and credentials say")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileRequestIT {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Pattern FIELD =
            Pattern.compile("<(?:input|button)[^>]*\\bname=\"([^\"]+)\"(?:[^>]*\\bvalue=\"([^\"]*)\")?");
    private static final Pattern CSRF = Pattern.compile("name=\"csrf\"[^>]*content=\"([^\"]+)\"");

    private final Installation installation;
    private final Client ann;
    private final String collection;

    HostileRequestIT(Installation installation) {
        this.installation = installation;
        ann = installation.newUser("hostile.ann");
        collection = ann.newCollection("Kept");
    }

    @ParameterizedTest
    @Tag("A11")
    @ValueSource(strings = {"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"})
    void aHeaderMakesNoOtherMethodOfARequest(String header) throws Exception {
        for (var method : List.of("GET", "POST")) {
            send(request("/api/v1/collections/" + collection)
                    .header("Authorization", ann.authorization())
                    .header(header, "DELETE")
                    .method(method, HttpRequest.BodyPublishers.noBody()));
        }

        ann.get("/api/v1/collections/" + collection).requireStatus(200);
    }

    @ParameterizedTest
    @Tag("A11")
    @ValueSource(strings = {"https://evil.example", "null"})
    void noOtherOriginIsAllowedAnything(String origin) throws Exception {
        for (var method : List.of("GET", "OPTIONS")) {
            var reply = send(request("/api/v1/me")
                    .header("Authorization", ann.authorization())
                    .header("Origin", origin)
                    .header("Access-Control-Request-Method", "DELETE")
                    .method(method, HttpRequest.BodyPublishers.noBody()));
            assertThat(reply.headers().map().keySet())
                    .noneMatch(name -> name.toLowerCase(java.util.Locale.ROOT).startsWith("access-control-"));
        }
    }

    @Test
    @Tag("J5")
    void whatSomebodyMayDoIsWhatHoldsNowWhateverTheirTokenSays() {
        var admin = installation.administrator();
        var made = admin.post(
                        "/api/v1/users",
                        Client.json()
                                .add("username", "hostile.boss")
                                .add("password", "Password-of-hostile.boss")
                                .add("admin", true))
                .requireStatus(201)
                .json();
        var boss = installation.anybody().signIn("hostile.boss", "Password-of-hostile.boss");
        boss.get("/api/v1/users").requireStatus(200);

        admin.send("PATCH", "/api/v1/users/" + made.getString("id"), "{\"admin\":false}")
                .requireStatus(200);

        Await.until(
                "the token is no administrator's",
                Duration.ofSeconds(10),
                () -> boss.get("/api/v1/users").status() == 403);
    }

    @Test
    @Tag("J7")
    void aTokenIsTakenFromTheAuthorizationHeaderOnly() throws Exception {
        var token = ann.authorization().substring("Bearer ".length());
        assertThat(send(request("/api/v1/me?access_token=" + token).GET()).statusCode())
                .isEqualTo(401);
        assertThat(send(request("/api/v1/me")
                                .header("Cookie", "access_token=" + token + "; Authorization=" + token)
                                .GET())
                        .statusCode())
                .isEqualTo(401);
        assertThat(send(request("/api/v1/collections")
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(HttpRequest.BodyPublishers.ofString("access_token=" + token)))
                        .statusCode())
                .isEqualTo(401);
        assertThat(send(request("/api/v1/me")
                                .header("Authorization", "Bearer nonsense")
                                .header("Authorization", ann.authorization())
                                .GET())
                        .statusCode())
                .isEqualTo(400);
        assertThat(send(request("/api/v1/me")
                                .header("Authorization", "Bearer " + "x".repeat(20_000))
                                .GET())
                        .statusCode())
                .isBetween(400, 431);
    }

    @Test
    @Tag("J8")
    void theApiTakesASessionOnlyWithItsTokenAndPagesTakeNoBearer() throws Exception {
        var browser = signedIn("hostile.ann");
        var page = browser.get(installation.address().resolve("/collections.xhtml"));
        var csrf = CSRF.matcher(page.body());
        assertThat(csrf.find()).isTrue();
        var cookie = "JSESSIONID=" + browser.cookie(installation.address(), "JSESSIONID");

        assertThat(send(request("/api/v1/me").header("Cookie", cookie).GET()).statusCode())
                .isEqualTo(401);
        assertThat(send(request("/api/v1/me")
                                .header("Cookie", cookie)
                                .header("X-DocChat-CSRF", csrf.group(1) + "x")
                                .GET())
                        .statusCode())
                .isEqualTo(401);
        assertThat(send(request("/api/v1/me")
                                .header("Cookie", cookie)
                                .header("X-DocChat-CSRF", csrf.group(1))
                                .GET())
                        .statusCode())
                .isEqualTo(200);
        var byBearer = send(request("/collections.xhtml")
                .header("Authorization", ann.authorization())
                .GET());
        assertThat(byBearer.statusCode()).isEqualTo(302);
        assertThat(byBearer.headers().firstValue("Location").orElse("")).startsWith("/signin.xhtml");
        assertThat(ann.get("/api/v1/me").headers().map()).doesNotContainKey("set-cookie");
    }

    @Test
    @Tag("C1")
    @Tag("C2")
    void aFormThatAnotherSiteMadeChangesNothing() throws Exception {
        var browser = signedIn("hostile.ann");
        var account = installation.address().resolve("/account.xhtml");
        var page = browser.get(account).body();
        var signOut = Pattern.compile("name=\"(out:[^\"]+)\"").matcher(page);
        var state = Pattern.compile("name=\"jakarta.faces.ViewState\"[^>]*value=\"([^\"]+)\"")
                .matcher(page);
        assertThat(signOut.find() && state.find()).isTrue();
        var form = new LinkedHashMap<>(Map.of("out", "out", signOut.group(1), ""));
        var cookie = "JSESSIONID=" + browser.cookie(installation.address(), "JSESSIONID");

        for (var from :
                List.of("Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Origin: https://e.example")) {
            var reply = send(request("/account.xhtml")
                    .header("Cookie", cookie)
                    .header(from.split(": ")[0], from.split(": ")[1])
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString("out=out&" + signOut.group(1)
                            + "=&jakarta.faces.ViewState="
                            + URLEncoder.encode(state.group(1), UTF_8))));
            assertThat(reply.statusCode()).as(from).isEqualTo(403);
        }
        // From here, but by nobody who has seen the form.
        for (var guess : List.of("", "1:1", "stateless")) {
            form.put("jakarta.faces.ViewState", guess);
            browser.post(account, form);
        }
        assertThat(browser.get(account).status()).as("still signed in").isEqualTo(200);

        form.put("jakarta.faces.ViewState", state.group(1));
        browser.post(account, form);
        assertThat(browser.get(account).status())
                .as("the form itself signs out")
                .isEqualTo(302);
    }

    @Test
    @Tag("C1")
    void theStateOfSomebodyElsesFormIsNoneOfOnes() {
        installation.newUser("hostile.bob");
        var account = installation.address().resolve("/account.xhtml");
        var ann = signedIn("hostile.ann");
        var page = ann.get(account).body();
        var bob = signedIn("hostile.bob");
        bob.get(account);
        var signOut = Pattern.compile("name=\"(out:[^\"]+)\"").matcher(page);
        var state = Pattern.compile("name=\"jakarta.faces.ViewState\"[^>]*value=\"([^\"]+)\"")
                .matcher(page);
        assertThat(signOut.find() && state.find()).isTrue();

        bob.post(account, Map.of("out", "out", signOut.group(1), "", "jakarta.faces.ViewState", state.group(1)));

        assertThat(bob.get(account).status()).as("bob is still signed in").isEqualTo(200);
        assertThat(ann.get(account).status()).as("and so is ann").isEqualTo(200);
    }

    @ParameterizedTest
    @Tag("A3")
    @ValueSource(strings = {"users", "user", "sessions", "keys", "groups", "audit", "use", "system"})
    void pagesOfAdministratorsAreNotThereForAnybodyElse(String page) {
        var reply = signedIn("hostile.ann").get(installation.address().resolve("/" + page + ".xhtml"));

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.body()).doesNotContain("JWT_SECRET", "admin");
    }

    @ParameterizedTest
    @Tag("C5")
    @Tag("X4")
    @CsvSource({
        "/signin.xhtml, 200, text/html",
        "/api/v1/me, 200, application/json",
        "/api/v1/collections?limit=<script>alert(1)</script>, 400, application/problem+json",
        "/api/v1/documents/<script>alert(1)</script>, 404, application/problem+json",
        "/api/v1/nothing, 404, application/problem+json",
        "/api/v1/nothing.xhtml, 404, application/problem+json",
        "/v1/models, 200, application/json",
        "/resources/css/docchat.css, 200, text/css",
        "/nothing.xhtml, 302, ",
        "/health/live, 200, application/json",
        "/openapi, 200, "
    })
    void everyKindOfAnswerTellsTheBrowserWhatItMayDo(String path, int status, String type) throws Exception {
        var reply = send(request(path.replace("<", "%3C").replace(">", "%3E"))
                .header("Authorization", ann.authorization())
                .GET());

        assertThat(reply.statusCode()).isEqualTo(status);
        var headers = reply.headers();
        assertThat(headers.firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(headers.firstValue("Referrer-Policy")).hasValue("no-referrer");
        assertThat(headers.firstValue("X-Frame-Options")).hasValue("DENY");
        assertThat(headers.firstValue("Server")).hasValue("DocChat");
        assertThat(headers.map()).doesNotContainKey("x-powered-by");
        if (type != null) {
            assertThat(headers.firstValue("Content-Type").orElse("")).startsWith(type);
        }
        if (status != 302) {
            assertThat(headers.firstValue("Content-Security-Policy").orElse(""))
                    .contains("default-src 'self'")
                    .contains("object-src 'none'")
                    .contains("frame-ancestors 'none'")
                    .doesNotContain("'unsafe-");
        }
        assertThat(reply.body()).doesNotContain("<script>alert").doesNotContain("\tat org.");
    }

    @Test
    @Tag("C6")
    void anAddressIsNotMadeOfWhatTheRequestCallsTheHost() throws IOException {
        for (var lie : List.of("Host: evil.example", "Host: localhost\r\nX-Forwarded-Host: evil.example")) {
            try (var socket = new Socket("localhost", installation.address().getPort())) {
                socket.setSoTimeout(10_000);
                socket.getOutputStream()
                        .write(("GET /collections.xhtml HTTP/1.1\r\n" + lie + "\r\nConnection: close\r\n\r\n")
                                .getBytes(UTF_8));
                var answer = new String(socket.getInputStream().readAllBytes(), UTF_8);

                assertThat(answer).contains("Location: /signin.xhtml").doesNotContain("evil.example");
            }
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(installation.address().resolve(path)).timeout(Duration.ofSeconds(60));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** With a form as a browser without scripts sends it. */
    private Visitor signedIn(String username) {
        var browser = new Visitor();
        var address = installation.address().resolve("/signin.xhtml");
        var form = new LinkedHashMap<String, String>();
        FIELD.matcher(browser.get(address).body())
                .results()
                .forEach(field -> form.put(field.group(1), field.group(2) == null ? "" : field.group(2)));
        form.put("signin:username", username);
        form.put("signin:password", "Password-of-" + username);
        assertThat(browser.post(address, form).location()).isNotEmpty();
        return browser;
    }
}
