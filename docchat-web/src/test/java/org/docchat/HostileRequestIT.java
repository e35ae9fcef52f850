package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
    private static final Pattern STATE = Pattern.compile("name=\"jakarta.faces.ViewState\"[^>]*value=\"([^\"]+)\"");
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

    /** With the session that it was made in, with the next one of the same browser, and with somebody else's. */
    @Test
    @Tag("C1")
    void aFormIsWorthNothingAfterSigningOut() {
        var account = installation.address().resolve("/account.xhtml");
        var cat = installation.newUser("hostile.cat");
        installation.newUser("hostile.dog");
        var browser = signedIn("hostile.cat");
        var page = browser.get(account).body();
        var form = form(page, "naming");
        form.replaceAll(
                (field, value) -> field.endsWith(":displayName") || field.endsWith(":name") ? "Changed" : value);
        assertThat(form).containsValue("Changed");
        var cookies = Stream.of("JSESSIONID", "docchat-session")
                .map(name -> name + "=" + browser.cookie(installation.address(), name))
                .collect(Collectors.joining("; "));
        browser.post(account, form(page, "out"));
        assertThat(browser.get(account).status()).isEqualTo(302);

        assertThat(new Visitor().post(account, form, cookies).status()).isIn(302, 403);
        assertThat(browser.post(account, form).status()).isIn(302, 403);
        var again = signedIn("hostile.cat");
        again.get(account);
        again.post(account, form);
        var other = signedIn("hostile.dog");
        other.get(account);
        other.post(account, form);

        assertThat(cat.get("/api/v1/me").json().getString("displayName")).isEqualTo("hostile.cat");
        assertThat(other.get(account).body()).contains("hostile.dog").doesNotContain("Changed");
        form.put(
                "jakarta.faces.ViewState",
                form(again.get(account).body(), "naming").get("jakarta.faces.ViewState"));
        again.post(account, form);
        assertThat(cat.get("/api/v1/me").json().getString("displayName"))
                .as("what the form does with a state of its own")
                .isEqualTo("Changed");
    }

    @Test
    @Tag("A2")
    void noWayOfWritingAPathShowsMoreToWhoeverIsSignedIn() {
        var browser = signedIn("hostile.ann");
        var cookie = "Cookie: JSESSIONID=" + browser.cookie(installation.address(), "JSESSIONID");
        assertThat(RawRequest.get(installation.address(), "/account.xhtml", cookie)
                        .status())
                .isEqualTo(200);

        for (var paths : List.of(OddPaths.OF_SOURCES, OddPaths.OF_PAGES)) {
            for (var path : paths) {
                var answer = RawRequest.get(installation.address(), path, cookie);

                assertThat(answer.status()).as(path).isIn(301, 302, 400, 404);
                assertThat(answer.body()).as(path).doesNotContain(OddPaths.SOURCES);
            }
        }
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
        if (type != null) {
            assertThat(reply.headers().firstValue("Content-Type").orElse("")).startsWith(type);
        }
        requireHeaders(reply);
        assertThat(reply.body()).doesNotContain("<script>alert").doesNotContain("\tat org.");
    }

    @Test
    @Tag("C5")
    void soDoDownloadsStreamsPagesAndWhatFails() throws Exception {
        var document = ann.indexed(collection, "kept.md", "# Kept\n\nThe lamp is green.\n".getBytes(UTF_8));
        var at = "/api/v1/collections/" + collection;
        var question = "{\"question\":\"What colour is the lamp?\"}";
        for (var call : List.of(
                "GET /api/v1/documents/" + document + "/content 200 application/octet-stream",
                "HEAD /api/v1/documents/" + document + "/content 200 application/octet-stream",
                "GET " + at + "/export 200 application/zip",
                "GET /api/v1/documents/" + document + "/events 200 text/event-stream",
                "POST " + at + "/answers 200 text/event-stream",
                "POST /v1/chat/completions 400 application/json",
                "GET /v1/nothing 404 application/json",
                "POST /mcp 400 application/json",
                "DELETE /api/v1/me 405 application/problem+json",
                "FOO /api/v1/me 405 application/problem+json",
                "OPTIONS /api/v1/me 200 text/plain",
                "GET /metrics 200 text/plain",
                "GET /jakarta.faces.resource/docchat.css.xhtml?ln=css 200 text/css",
                "GET /jakarta.faces.resource/nothing.js.xhtml 404 ",
                "GET /resources/nothing 404 ",
                "GET /api/index.html 200 text/html",
                "POST /openid/logout 400 ")) {
            var parts = call.split(" ", 4);
            var reply = send(request(parts[1])
                    .header("Authorization", ann.authorization())
                    .header("Accept", parts[3].isEmpty() ? "*/*" : parts[3])
                    .header("Content-Type", "application/json")
                    .method(
                            parts[0],
                            parts[0].equals("POST")
                                    ? HttpRequest.BodyPublishers.ofString(question)
                                    : HttpRequest.BodyPublishers.noBody()));

            assertThat(reply.statusCode()).as(call).isEqualTo(Integer.parseInt(parts[2]));
            assertThat(reply.headers().firstValue("Content-Type").orElse(""))
                    .as(call)
                    .startsWith(parts[3]);
            requireHeaders(reply);
        }
        var unchanged = send(request("/resources/css/docchat.css")
                .header("If-Modified-Since", "Fri, 31 Dec 2100 00:00:00 GMT")
                .GET());
        assertThat(unchanged.statusCode()).isEqualTo(304);
        requireHeaders(unchanged);
        var cookie = "JSESSIONID=" + signedIn("hostile.ann").cookie(installation.address(), "JSESSIONID");
        for (var page : List.of("/", "/account.xhtml", "/nothing.xhtml", "/users.xhtml", "/signin.xhtml")) {
            var reply = send(request(page).header("Cookie", cookie).GET());

            assertThat(reply.statusCode()).as(page).isIn(200, 404);
            assertThat(reply.headers().firstValue("Cache-Control")).as(page).hasValue("no-store");
            requireHeaders(reply);
        }
    }

    private static void requireHeaders(HttpResponse<String> reply) {
        var headers = reply.headers();
        var what = reply.request().method() + " " + reply.uri();
        assertThat(headers.firstValue("X-Content-Type-Options")).as(what).hasValue("nosniff");
        assertThat(headers.firstValue("Referrer-Policy")).as(what).hasValue("no-referrer");
        assertThat(headers.firstValue("X-Frame-Options")).as(what).hasValue("DENY");
        assertThat(headers.firstValue("Server")).as(what).hasValue("DocChat");
        assertThat(headers.map()).as(what).doesNotContainKey("x-powered-by");
        if (reply.statusCode() != 302) {
            assertThat(headers.firstValue("Content-Security-Policy").orElse(""))
                    .as(what)
                    .contains("default-src 'self'")
                    .contains("object-src 'none'")
                    .contains("frame-ancestors 'none'")
                    .doesNotContain("'unsafe-");
        }
    }

    @Test
    @Tag("X4")
    void noPageRepeatsWhatItsAddressSaysAsMarkup() throws Exception {
        var markup = URLEncoder.encode("\"><script>alert(1)</script><svg onload=alert(1)>", UTF_8)
                .replace("+", "%20");
        var cookie = "JSESSIONID=" + signedIn("hostile.ann").cookie(installation.address(), "JSESSIONID");
        var addresses = AnonymousIT.pages().stream()
                .map(page -> page.replaceAll("\\?.*", ""))
                .flatMap(page -> Stream.of("id", "next", "cursor", "user", "conversation", "document", "act", markup)
                        .map(name -> page + "?" + name + "=" + markup));
        for (var address : Stream.concat(
                        addresses,
                        Stream.of("/signin.xhtml?next=" + markup, "/" + markup + ".xhtml", "/resources/" + markup))
                .toList()) {
            var reply = send(request(address).header("Cookie", cookie).GET());

            assertThat(reply.statusCode()).as(address).isIn(200, 302, 400, 404);
            assertThat(reply.body()).as(address).doesNotContain("<script>alert", "<svg onload");
        }
        var taken = send(request("/api/v1/collections?limit=" + markup)
                .header("Authorization", ann.authorization())
                .header("Accept", "text/html")
                .GET());
        assertThat(taken.headers().firstValue("Content-Type").orElse("")).doesNotContain("html");
        assertThat(taken.body()).doesNotContain("<script>alert");
    }

    @ParameterizedTest
    @Tag("C6")
    @CsvSource({
        "/collections.xhtml, /signin.xhtml",
        "/api, /api/",
        "/api;x=1/v1/me, /api/",
        "/resources, /resources/",
        "/resources/css;x, /resources/css/"
    })
    void anAddressIsNotMadeOfWhatTheRequestCallsTheHost(String path, String next) {
        for (var lie : List.of("Host: evil.example", "Host: localhost\r\nX-Forwarded-Host: evil.example")) {
            var answer = RawRequest.send(installation.address(), "GET " + path + " HTTP/1.1\r\n" + lie + "\r\n");

            assertThat(answer.head()).contains("Location: " + next).doesNotContain("evil.example");
            assertThat(answer.body()).doesNotContain("http://evil.example");
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(installation.address().resolve(path)).timeout(Duration.ofSeconds(60));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** What a form of a page sends when its button is pressed. */
    private static Map<String, String> form(String page, String id) {
        var form = new LinkedHashMap<String, String>();
        FIELD.matcher(page)
                .results()
                .filter(field -> field.group(1).startsWith(id + ":"))
                .forEach(field -> form.put(field.group(1), field.group(2) == null ? "" : field.group(2)));
        var state = STATE.matcher(page);
        assertThat(state.find()).isTrue();
        form.put(id, id);
        form.put("jakarta.faces.ViewState", state.group(1));
        return form;
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
