package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
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
    private static final String HS256 = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";

    /** What tells that another site made a browser send something. */
    private static final List<String> FROM_ELSEWHERE = List.of(
            "Sec-Fetch-Site: cross-site",
            "Sec-Fetch-Site: same-site",
            "Origin: https://e.example",
            "Origin: null",
            "Referer: https://e.example/page",
            "Referer: https://localhost.e.example/page");

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

    @Test
    @Tag("A11")
    void neitherAParameterNorAFieldMakesAnotherMethodOfARequest() throws Exception {
        var path = "/api/v1/collections/" + collection;
        send(request(path + "?_method=DELETE")
                .header("Authorization", ann.authorization())
                .GET());
        send(request(path + "?_method=DELETE")
                .header("Authorization", ann.authorization())
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("_method=DELETE")));

        ann.get(path).requireStatus(200);
    }

    @Test
    @Tag("A11")
    void nothingOfARequestComesBackByTrace() {
        for (var credential : List.of("X-None: none", "Authorization: " + ann.authorization())) {
            for (var path : List.of("/", "/signin.xhtml", "/api/v1/me", "/resources/css/docchat.css", "/health")) {
                var answer = RawRequest.send(
                        installation.address(),
                        "TRACE " + path + " HTTP/1.1\r\nHost: localhost\r\nCookie: canary=Ferdinand\r\n" + credential
                                + "\r\n");

                assertThat(answer.status()).as(path).isIn(302, 401, 405);
                assertThat(answer.head() + answer.body()).as(path).doesNotContain("Ferdinand");
            }
        }
    }

    /** With credentials and, as browsers ask first, without. */
    @ParameterizedTest
    @Tag("A11")
    @ValueSource(strings = {"https://evil.example", "null"})
    void noOtherOriginIsAllowedAnything(String origin) throws Exception {
        for (var path : List.of(
                "/api/v1/me",
                "/api/v1/login",
                "/v1/models",
                "/mcp",
                "/openapi",
                "/health",
                "/metrics",
                "/signin.xhtml",
                "/account.xhtml",
                "/resources/css/docchat.css")) {
            for (var method : List.of("GET", "OPTIONS")) {
                for (var headers : List.of(
                        List.of("Access-Control-Request-Method", "DELETE"),
                        List.of("Access-Control-Request-Headers", "authorization"),
                        List.of("Authorization", ann.authorization()))) {
                    var reply = send(request(path)
                            .header("Origin", origin)
                            .header(headers.get(0), headers.get(1))
                            .method(method, HttpRequest.BodyPublishers.noBody()));
                    assertThat(reply.headers().map().keySet())
                            .as(method + " " + path)
                            .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("access-control-"));
                }
            }
        }
    }

    /** Each from a network of its own: whoever brings too many is told so instead. */
    @Test
    @Tag("J1")
    @Tag("J3")
    @Tag("J4")
    void aForgedTokenIsNobodysAndNobodyIsAskedAboutIt() throws Exception {
        assertThat(withToken(1, signed(HS256, claims(), Installation.JWT_SECRET))
                        .status())
                .as("what is made by hand, without a fault")
                .isEqualTo(200);
        try (var listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listening.setSoTimeout(1_000);
            var address = "http://127.0.0.1:" + listening.getLocalPort() + "/keys";
            var forged = new LinkedHashMap<String, String>();
            for (var none : List.of("none", "None", "nOnE")) {
                forged.put(none, base64("{\"alg\":\"" + none + "\"}") + "." + base64(claims().toString()) + ".");
            }
            var good = signed(HS256, claims(), Installation.JWT_SECRET);
            forged.put("without its signature", good.substring(0, good.lastIndexOf('.') + 1));
            forged.put("two parts", good.substring(0, good.lastIndexOf('.')));
            for (var header : List.of(
                    "\"kid\":\"unknown\"",
                    "\"kid\":\"../../x\"",
                    "\"kid\":\"x' or '1'='1\"",
                    "\"jku\":\"" + address + "\"",
                    "\"x5u\":\"" + address + "\"",
                    "\"jwk\":{\"kty\":\"oct\",\"k\":\"" + base64("secret") + "\"}")) {
                for (var algorithm : List.of("HS256", "RS256")) {
                    forged.put(
                            algorithm + " " + header,
                            signed("{\"alg\":\"" + algorithm + "\"," + header + "}", claims(), "secret"));
                }
            }
            long now = Instant.now().getEpochSecond();
            for (var claim : List.of("exp", "iat", "iss", "aud")) {
                forged.put("without " + claim, signed(HS256, changed(claim, JsonValue.NULL), Installation.JWT_SECRET));
            }
            Map.of(
                            "exp",
                            Json.createValue(now - 61),
                            "nbf",
                            Json.createValue(now + 90),
                            "iss",
                            Json.createValue("https://evil.example"),
                            "aud",
                            Json.createArrayBuilder(List.of("another-api", "docchat"))
                                    .build())
                    .forEach((claim, value) -> forged.put(
                            "wrong " + claim, signed(HS256, changed(claim, value), Installation.JWT_SECRET)));
            int network = 2;
            for (var one : forged.entrySet()) {
                var answer = withToken(network++, one.getValue());
                assertThat(answer.status()).as(one.getKey()).isEqualTo(401);
                assertThat(answer.body()).as(one.getKey()).doesNotContain("hostile.ann");
            }
            assertThatThrownBy(listening::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }

    /** There are no tenants; who somebody is stands for what would be the tenant's. */
    @Test
    @Tag("J5")
    void noClaimOfATokenAndNoHeaderMakesSomebodyAnother() throws Exception {
        var admin = installation.administrator().get("/api/v1/me").json().getString("id");
        var groups = Json.createArrayBuilder(List.of("admin", "Admin", " admin ", "ADMIN", "user"));
        var boasting = ann.with("Bearer "
                + signed(
                        HS256,
                        Json.createObjectBuilder(claims())
                                .add("groups", groups)
                                .add("upn", "admin")
                                .add("tenant", admin)
                                .add("admin", true)
                                .build(),
                        Installation.JWT_SECRET));
        assertThat(boasting.get("/api/v1/users").status()).isEqualTo(403);
        assertThat(boasting.get("/api/v1/me").json().getString("username")).isEqualTo("hostile.ann");
        assertThat(boasting.get("/api/v1/me").json().getBoolean("admin")).isFalse();

        var me = request("/api/v1/me").header("Authorization", ann.authorization());
        for (var header : List.of("X-Tenant", "X-Tenant-Id", "X-User", "X-Forwarded-User", "Remote-User")) {
            me.header(header, header.contains("User") ? "admin" : admin);
        }
        assertThat(send(me.GET()).body()).contains("\"hostile.ann\"").contains("\"admin\":false");
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
        for (var name : List.of("access_token", "token", "Authorization")) {
            assertThat(send(request("/api/v1/me?" + name + "=" + token).GET()).statusCode())
                    .isEqualTo(401);
            assertThat(send(request("/api/v1/me")
                                    .header("Cookie", name + "=" + token)
                                    .GET())
                            .statusCode())
                    .isEqualTo(401);
            assertThat(send(request("/api/v1/collections")
                                    .header("Content-Type", "application/x-www-form-urlencoded")
                                    .POST(HttpRequest.BodyPublishers.ofString(name + "=" + token)))
                            .statusCode())
                    .isEqualTo(401);
        }
        var good = "Authorization: " + ann.authorization();
        var bad = "Authorization: Bearer nonsense";
        for (var both : List.of(List.of(bad, good), List.of(good, bad), List.of(good, good))) {
            assertThat(RawRequest.get(installation.address(), "/api/v1/me", both.get(0), both.get(1))
                            .status())
                    .isEqualTo(400);
        }
        assertThat(RawRequest.get(installation.address(), "/api/v1/me", good + ", Bearer nonsense")
                        .status())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @Tag("J7")
    @ValueSource(ints = {8_190, 20_000, 100_000})
    void aTokenThatIsTooLongIsRefusedUnread(int length) {
        var answer =
                RawRequest.get(installation.address(), "/api/v1/me", "Authorization: Bearer " + "x".repeat(length));

        assertThat(answer.status()).isBetween(400, 431);
        assertThat(answer.head() + answer.body()).doesNotContain("xxxx");
    }

    @Test
    @Tag("J8")
    void theApiTakesASessionOnlyWithItsTokenAndPagesTakeNoBearer() throws Exception {
        var browser = signedIn("hostile.ann");
        var page = browser.get(installation.address().resolve("/collections.xhtml"));
        var csrf = CSRF.matcher(page.body());
        assertThat(csrf.find()).isTrue();
        var cookie = "JSESSIONID=" + browser.cookie(installation.address(), "JSESSIONID");

        var ours = "docchat-session=" + browser.cookie(installation.address(), "docchat-session");

        for (var alone : List.of(cookie, ours, cookie + "; " + ours)) {
            assertThat(send(request("/api/v1/me").header("Cookie", alone).GET()).statusCode())
                    .isEqualTo(401);
        }
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
        assertThat(byBearer.headers().map()).doesNotContainKey("set-cookie");
        var sessions = ann.get("/api/v1/me/sessions").list("items").size();
        for (var program : List.of(ann, ann.withKey(Client.json().add("name", "sessionless")))) {
            for (var path : List.of("/api/v1/me", "/v1/models", "/mcp")) {
                assertThat(program.get(path).headers().map()).as(path).doesNotContainKey("set-cookie");
            }
        }
        assertThat(ann.get("/api/v1/me/sessions").list("items")).hasSize(sessions);
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

        for (var from : FROM_ELSEWHERE) {
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

    /** Even with all that a page of ours would send; documents are uploaded and deleted by calls of the API. */
    @Test
    @Tag("C2")
    void whatAnotherSiteHasABrowserSendUploadsAndDeletesNothing() throws Exception {
        var browser = signedIn("hostile.ann");
        var page = browser.get(installation.address().resolve("/collections.xhtml"))
                .body();
        var csrf = CSRF.matcher(page);
        assertThat(csrf.find()).isTrue();
        var cookie = "JSESSIONID=" + browser.cookie(installation.address(), "JSESSIONID");
        var create = form(page, "create");
        create.replaceAll((field, value) -> field.endsWith(":name") ? "Planted" : value);
        assertThat(create).containsValue("Planted");
        create.put("create:language", "ENGLISH");
        var path = "/api/v1/collections/" + collection;
        for (var from : FROM_ELSEWHERE) {
            for (var call : List.of("POST " + path + "/documents", "POST " + path + "/pause", "DELETE " + path)) {
                var parts = call.split(" ");
                for (var token : List.of("", csrf.group(1))) {
                    var reply = send(request(parts[1])
                            .header("Cookie", cookie)
                            .header("X-DocChat-CSRF", token)
                            .header(from.split(": ")[0], from.split(": ")[1])
                            .header("Content-Type", "multipart/form-data; boundary=b")
                            .method(
                                    parts[0],
                                    parts[0].equals("DELETE")
                                            ? HttpRequest.BodyPublishers.noBody()
                                            : HttpRequest.BodyPublishers.ofString(
                                                    "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"planted.md\""
                                                            + "\r\n\r\nPlanted.\r\n--b--\r\n")));
                    assertThat(reply.statusCode()).as(call + ", " + from).isEqualTo(token.isEmpty() ? 401 : 403);
                }
            }
            var reply = send(request("/collections.xhtml")
                    .header("Cookie", cookie)
                    .header(from.split(": ")[0], from.split(": ")[1])
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(create.entrySet().stream()
                            .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), UTF_8))
                            .collect(Collectors.joining("&")))));
            assertThat(reply.statusCode()).as(from).isEqualTo(403);
        }
        assertThat(ann.get(path).requireStatus(200).body()).doesNotContain("\"paused\":true");
        assertThat(ann.get(path + "/documents").body()).doesNotContain("planted.md");
        assertThat(ann.get("/api/v1/collections").body()).doesNotContain("Planted");
        browser.post(installation.address().resolve("/collections.xhtml"), create);
        assertThat(ann.get("/api/v1/collections").body())
                .as("what the form does when it is sent from here")
                .contains("Planted");
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

    @ParameterizedTest
    @Tag("C7")
    @ValueSource(
            strings = {
                "//evil.example",
                "/\\evil.example",
                "https:evil.example",
                "https://evil.example/",
                "/a\r\nSet-Cookie: planted=1",
                "/a\nSet-Cookie: planted=1"
            })
    void noParameterLeadsElsewhereOrSplitsAHeader(String next) {
        var encoded = URLEncoder.encode(next, UTF_8);
        for (var name : List.of("next", "redirect", "url", "id")) {
            for (var path :
                    List.of("/", "/collections.xhtml", "/signin.xhtml", "/openid/start", "/api", "/resources")) {
                var head = RawRequest.get(installation.address(), path + "?" + name + "=" + encoded)
                        .head();
                assertThat(head).doesNotContainPattern("(?i)\nLocation: (?!/(?![/\\\\])|http://127.0.0.1:)");
                assertThat(head).doesNotContainPattern("(?i)\nSet-Cookie: planted");
            }
            var browser = new Visitor();
            var address = installation.address().resolve("/signin.xhtml?" + name + "=" + encoded);
            var form = signInForm(browser, address, "hostile.ann");
            assertThat(browser.post(address, form).location()).isEqualTo("/");
        }
    }

    @Test
    @Tag("C7")
    void noPathLeadsElsewhereOrSplitsAHeader() {
        for (var path : List.of(
                "//evil.example",
                "//evil.example/..",
                "//evil.example/../resources",
                "//evil.example/..;/resources",
                "//evil.example/%2e%2e/api",
                "//evil.example/..%2fresources/css",
                "//evil.example/..;/collections.xhtml",
                "/resources/css;%0d%0aSet-Cookie:%20planted=1",
                "/%0d%0aSet-Cookie:%20planted=1",
                "/collections.xhtml%0d%0aSet-Cookie:%20planted=1")) {
            var answer = RawRequest.get(installation.address(), path);

            assertThat(answer.head()).as(path).doesNotContainPattern("(?i)\nLocation: (?!/(?![/\\\\]))");
            assertThat(answer.head()).as(path).doesNotContainPattern("(?i)\nSet-Cookie: planted");
            assertThat(answer.body()).as(path).doesNotContain("=\"//evil.example");
        }
    }

    @Test
    @Tag("C7")
    void noNameSplitsTheHeadersOfADownload() {
        var split = "a\r\nSet-Cookie: planted=1\r\n\r\nb";
        var shelf = ann.newCollection("Split");
        var document = ann.upload(shelf, split + ".md", "# Split\n\nThe lamp is green.\n".getBytes(UTF_8))
                .requireStatus(202)
                .json()
                .getString("id");
        ann.requireIndexed(document);
        var conversation = ann.post(
                        "/api/v1/collections/" + shelf + "/answers",
                        Client.json().add("question", split + " What colour is the lamp?"))
                .requireStatus(200)
                .json()
                .getString("conversationId");
        var renamed = Client.json().add("name", split).build().toString();
        assertThat(ann.send("PATCH", "/api/v1/collections/" + shelf, renamed).status())
                .isIn(200, 400);

        for (var path : List.of(
                "/api/v1/documents/" + document + "/content",
                "/api/v1/collections/" + shelf + "/export",
                "/api/v1/conversations/" + conversation + "/export")) {
            var head = RawRequest.get(installation.address(), path, "Authorization: " + ann.authorization())
                    .head();
            assertThat(head)
                    .as(path)
                    .startsWith("HTTP/1.1 200")
                    .containsPattern("(?i)\nContent-Disposition: attachment")
                    .doesNotContainPattern("(?i)\nSet-Cookie");
        }
    }

    /** From the token that ann was given. */
    private JsonObject claims() {
        var payload = ann.authorization().split("\\.")[1];
        try (var reader = Json.createReader(
                new ByteArrayInputStream(Base64.getUrlDecoder().decode(payload)))) {
            return reader.readObject();
        }
    }

    /** @param value null in JSON: without the claim */
    private JsonObject changed(String claim, JsonValue value) {
        var claims = Json.createObjectBuilder(claims()).add("iat", claims().getInt("iat") - 600);
        return (value == JsonValue.NULL ? claims.remove(claim) : claims.add(claim, value)).build();
    }

    private static String signed(String header, JsonObject claims, String secret) {
        var text = base64(header) + "." + base64(claims.toString());
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
            return text + "."
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(mac.doFinal(text.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
    }

    private RawRequest.Answer withToken(int network, String token) {
        return RawRequest.send(
                installation.address(),
                "127.0.7." + network,
                "GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token + "\r\n");
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
        assertThat(browser.post(address, signInForm(browser, address, username)).location())
                .isNotEmpty();
        return browser;
    }

    private static Map<String, String> signInForm(Visitor browser, URI address, String username) {
        var form = new LinkedHashMap<String, String>();
        FIELD.matcher(browser.get(address).body())
                .results()
                .forEach(field -> form.put(field.group(1), field.group(2) == null ? "" : field.group(2)));
        form.put("signin:username", username);
        form.put("signin:password", "Password-of-" + username);
        return form;
    }
}
