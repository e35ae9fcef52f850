package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Whoever signs in is known by a session that is new, ends in time, and is nobody else's")
@ExtendWith(Installation.Parameter.class)
class SignInIT {
    private static final String SERVERS = "JSESSIONID";
    private static final String OURS = "docchat-session";
    private static final Pattern STATE = Pattern.compile("name=\"jakarta.faces.ViewState\"[^>]*value=\"([^\"]+)\"");

    private static final Pattern NONCE = Pattern.compile("<script[^>]*\\bnonce=\"([^\"]+)\"");

    private final Installation installation;

    SignInIT(Installation installation) {
        this.installation = installation;
    }

    @Test
    @Tag("A9")
    void aNameWithACharacterThatIsNoneCountsAsTheSameNameAndIsWrittenDown() {
        var since = Instant.now();
        installation.newUser("signin.nul");
        for (int i = 0; i < 10; i++) {
            var name = "signin." + "\0".repeat(i) + "nul";
            assertThat(login(name, "a wrong one").status()).as(name).isEqualTo(401);
        }

        assertThat(login("signin\0.nul", "a wrong one").status()).isEqualTo(429);
        assertThat(installation
                        .administrator()
                        .get("/api/v1/audit?act=sign-in.refused&since=" + since)
                        .list("items"))
                .hasSizeGreaterThanOrEqualTo(10);
    }

    @Test
    @Tag("A9")
    @Tag("A5")
    void aFormWithACharacterThatNoTextHasIsRefused() {
        installation.newUser("signin.form");
        var browser = new Visitor();
        var form = form(browser, "/signin.xhtml", "signin");
        form.put("signin:username", "signin.f\0orm");
        form.put("signin:password", "Password-of-signin.form");

        assertThat(browser.post(page("/signin.xhtml"), form).status()).isEqualTo(400);
        assertThat(browser.get(page("/account.xhtml")).status()).isEqualTo(302);

        form.put("signin:username", "signin.form");
        assertThat(browser.post(page("/signin.xhtml"), form).location()).isNotEmpty();
        var collections = form(browser, "/collections.xhtml", "create");
        collections.replaceAll((name, value) -> name.endsWith(":name") ? "Ships\0" : value);
        assertThat(collections).containsValue("Ships\0");
        assertThat(browser.post(page("/collections.xhtml"), collections).status())
                .isEqualTo(400);
    }

    @Test
    @Tag("C3")
    void aSessionThatWasThereBeforeSigningInHasAnotherIdAfterwards() {
        installation.newUser("signin.ann");
        var browser = new Visitor();
        browser.get(page("/signin.xhtml"));
        var before = browser.cookie(installation.address(), SERVERS);
        assertThat(before).isNotEmpty();

        signIn(browser, "signin.ann");

        assertThat(browser.cookie(installation.address(), SERVERS)).isNotEqualTo(before);
        assertThat(isSignedIn(SERVERS + "=" + before)).isFalse();
    }

    @Test
    @Tag("C3")
    void nobodySignsInToASessionThatSomebodyElseNamed() {
        installation.newUser("signin.abe");
        var name = "0123456789abcdef0123456789ab";
        var secret = "a-secret-that-somebody-else-planted-beforehand";
        for (var planted : List.of(SERVERS + "=" + name, OURS + "=" + secret)) {
            var browser = new Visitor();
            assertThat(browser.get(page("/signin.xhtml"), planted).status()).isEqualTo(200);
            var form = form(browser, "/signin.xhtml", "signin");
            form.put("signin:username", "signin.abe");
            form.put("signin:password", "Password-of-signin.abe");

            assertThat(browser.post(page("/signin.xhtml"), form, planted).location())
                    .isNotEmpty();

            assertThat(isSignedIn(SERVERS + "=" + browser.cookie(installation.address(), SERVERS)))
                    .isTrue();
            assertThat(browser.cookie(installation.address(), SERVERS)).isNotEqualTo(name);
            assertThat(browser.cookie(installation.address(), OURS)).isNotEqualTo(secret);
            assertThat(isSignedIn(planted)).isFalse();
        }
    }

    @Test
    @Tag("C3")
    void noAddressHoldsASession() {
        installation.newUser("signin.ada");
        var browser = new Visitor();
        signIn(browser, "signin.ada");
        var id = browser.cookie(installation.address(), SERVERS);
        assertThat(isSignedIn(SERVERS + "=" + id)).isTrue();

        for (var path : List.of(
                "/account.xhtml;jsessionid=" + id,
                "/account.xhtml;x=y;jsessionid=" + id,
                "/account.xhtml;JSESSIONID=" + id,
                "/account.xhtml?jsessionid=" + id,
                "/;jsessionid=" + id + "/account.xhtml",
                "/signin.xhtml;jsessionid=" + id,
                "/openid/start;jsessionid=" + id,
                "/openid/callback;jsessionid=" + id + "?code=x&state=y")) {
            var answer = RawRequest.get(installation.address(), path);
            assertThat(answer.status()).as(path).isIn(302, 400);
            assertThat(answer.head()).as(path).doesNotContain(";jsessionid", "Set-Cookie");
            assertThat(answer.body()).as(path).doesNotContain("signin.ada");
        }
        var first = RawRequest.get(installation.address(), "/signin.xhtml");
        assertThat(first.head()).as("who has no cookie yet").contains("Set-Cookie: JSESSIONID=");
        assertThat(first.body()).contains("action=\"/signin.xhtml\"").doesNotContainIgnoringCase(";jsessionid");
    }

    @Test
    @Tag("C4")
    void theServersCookieIsKeptFromScriptsAndOtherSites() {
        installation.newUser("signin.amy");
        var browser = new Visitor();
        signIn(browser, "signin.amy");

        for (var name : List.of(SERVERS, OURS)) {
            assertThat(browser.setCookies())
                    .filteredOn(line -> line.startsWith(name + "="))
                    .isNotEmpty()
                    .allSatisfy(line -> assertThat(line)
                            .containsIgnoringCase("; HttpOnly")
                            .containsIgnoringCase("; SameSite=Lax")
                            .containsPattern("(?i); Path=/(;|$)")
                            .doesNotContainIgnoringCase("Domain="));
        }
    }

    @Test
    @Tag("C4")
    void noCopyOfACookieOutlivesSigningOut() {
        installation.newUser("signin.art");
        var browser = new Visitor();
        signIn(browser, "signin.art");
        var copies = List.of(
                SERVERS + "=" + browser.cookie(installation.address(), SERVERS),
                OURS + "=" + browser.cookie(installation.address(), OURS));
        assertThat(copies).allMatch(this::isSignedIn);

        browser.post(page("/account.xhtml"), form(browser, "/account.xhtml", "out"));

        assertThat(copies).noneMatch(this::isSignedIn);
        assertThat(isSignedIn(String.join("; ", copies))).isFalse();
    }

    @Test
    @Tag("C3")
    void aSessionThatIsTakenUpAgainIsNotInTheOneThatSomebodyElsePlanted() {
        installation.newUser("signin.bea");
        var planted = new Visitor();
        planted.get(page("/signin.xhtml"));
        var known = SERVERS + "=" + planted.cookie(installation.address(), SERVERS);
        var browser = new Visitor();
        signIn(browser, "signin.bea");
        var secret = OURS + "=" + browser.cookie(installation.address(), OURS);

        assertThat(isSignedIn(known + "; " + secret)).isTrue();

        assertThat(isSignedIn(known)).isFalse();
    }

    @Test
    @Tag("C3")
    void aCopyOfTheCookieIsWorthNothingAfterTheNextPassword() {
        installation.newUser("signin.cat");
        var browser = new Visitor();
        signIn(browser, "signin.cat");
        var copy = SERVERS + "=" + browser.cookie(installation.address(), SERVERS);
        var secret = OURS + "=" + browser.cookie(installation.address(), OURS);
        assertThat(isSignedIn(copy)).isTrue();
        var form = form(browser, "/account.xhtml", "password");
        form.put("password:current", "Password-of-signin.cat");
        form.put("password:fresh", "Another-of-signin.cat");

        assertThat(browser.post(page("/account.xhtml"), form).body()).contains("The password is changed.");

        assertThat(browser.get(page("/account.xhtml")).status()).isEqualTo(200);
        assertThat(isSignedIn(copy)).isFalse();
        assertThat(isSignedIn(secret)).isFalse();
    }

    @ParameterizedTest
    @Tag("C4")
    @ValueSource(
            strings = {"seen_at = now() - interval '62 minutes'", "created_at = now() - interval '12 hours 1 minute'"})
    void aSessionThatIsIdleOrOldIsOver(String change) throws SQLException {
        var name = "signin.dan" + change.length();
        installation.newUser(name);
        var browser = new Visitor();
        signIn(browser, name);
        // As after a restart: only what the database keeps is left.
        browser.forget(installation.address(), SERVERS);
        assertThat(browser.get(page("/account.xhtml")).status()).isEqualTo(200);
        browser.forget(installation.address(), SERVERS);

        try (var database = installation.database();
                var update = database.prepareStatement("update session set " + change
                        + " where user_id = (select id from app_user where username = ?)")) {
            update.setString(1, name);
            assertThat(update.executeUpdate()).isEqualTo(1);
        }

        assertThat(browser.get(page("/account.xhtml")).status()).isEqualTo(302);
    }

    @Test
    @Tag("C4")
    void anOldSessionIsOverThoughTheServerStillKnowsIt() throws SQLException {
        installation.newUser("signin.old");
        var browser = new Visitor();
        signIn(browser, "signin.old");
        try (var database = installation.database();
                var statement = database.createStatement()) {
            statement.execute("update session set created_at = now() - interval '12 hours 1 minute'"
                    + " where user_id = (select id from app_user where username = 'signin.old')");
        }

        Await.until(
                "the session is over",
                Duration.ofSeconds(15),
                () -> browser.get(page("/account.xhtml")).status() == 302);
    }

    @Test
    @Tag("A9")
    void whoeverGuessesAPasswordIsStoppedAndTheOtherNetworksAreNot() throws IOException {
        installation.newUser("signin.eve");
        for (int i = 0; i < 10; i++) {
            assertThat(loginFrom("127.0.0.88", "198.51.100." + i)).startsWith("HTTP/1.1 401");
        }

        var refused = loginFrom("127.0.0.88", "198.51.100.99");

        assertThat(refused)
                .startsWith("HTTP/1.1 429")
                .containsPattern("(?i)\r\nRetry-After: [1-5]?[0-9]\r\n")
                .contains("\"sign-in\";q=10;w=60")
                .containsPattern("\"sign-in\";r=0;t=[1-5]?[0-9]\r\n")
                .contains("too_many_attempts");
        assertThat(login("signin.eve", "Password-of-signin.eve").status())
                .as("from elsewhere")
                .isEqualTo(200);
    }

    @Test
    @Tag("A9")
    void whatIsGuessedFirstIsNobodysNewPassword() {
        installation.newUser("signin.fay");
        var admin = installation.administrator();
        var id = admin.get("/api/v1/users?limit=200").list("items").stream()
                .filter(user -> user.getString("username").equals("signin.fay"))
                .findFirst()
                .orElseThrow()
                .getString("id");
        for (var reply : List.of(
                admin.post(
                        "/api/v1/users",
                        Client.json().add("username", "signin.guy").add("password", "Signin.Guy-2026")),
                admin.send("PATCH", "/api/v1/users/" + id, "{\"password\":\"P@ssw0rd\"}"),
                admin.send("PATCH", "/api/v1/users/" + id, "{\"password\":\"DocChat2026\"}"),
                admin.send(
                        "PATCH", "/api/v1/users/" + id, "{\"displayName\":\"Vernon\",\"password\":\"vernon2026\"}"))) {
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.json().getString("code")).isEqualTo("invalid_password");
            assertThat(reply.json().getString("detail")).contains("Choose another one");
            assertThat(reply.body()).doesNotContain("2026", "P@ss");
        }
        var browser = new Visitor();
        signIn(browser, "signin.fay");
        var form = form(browser, "/account.xhtml", "password");
        form.put("password:current", "Password-of-signin.fay");
        form.put("password:fresh", "Fay-Signin");

        assertThat(browser.post(page("/account.xhtml"), form).body())
                .contains("Choose another one")
                .doesNotContain("Fay-Signin");
        assertThat(login("signin.fay", "Password-of-signin.fay").status()).isEqualTo(200);
    }

    private Client.Reply login(String username, String password) {
        return installation
                .anybody()
                .post("/api/v1/login", Client.json().add("username", username).add("password", password));
    }

    /** A wrong password from another address of this machine, which says that it speaks for yet another. */
    private String loginFrom(String address, String claimed) throws IOException {
        try (var socket = new Socket()) {
            socket.bind(new InetSocketAddress(address, 0));
            socket.connect(
                    new InetSocketAddress("127.0.0.1", installation.address().getPort()));
            socket.setSoTimeout(30_000);
            var body = "{\"username\":\"signin.eve\",\"password\":\"wrong\"}";
            socket.getOutputStream()
                    .write(("POST /api/v1/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Forwarded-For: "
                                    + claimed + "\r\nForwarded: for=" + claimed + "\r\nX-Real-IP: " + claimed
                                    + "\r\nTrue-Client-IP: " + claimed
                                    + "\r\nContent-Type: application/json\r\nContent-Length: "
                                    + body.length() + "\r\n\r\n" + body)
                            .getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private void signIn(Visitor browser, String username) {
        var form = form(browser, "/signin.xhtml", "signin");
        form.put("signin:username", username);
        form.put("signin:password", "Password-of-" + username);
        assertThat(browser.post(page("/signin.xhtml"), form).location()).isNotEmpty();
    }

    /** What a form of a page sends when its button is pressed. */
    private Map<String, String> form(Visitor browser, String path, String id) {
        var body = browser.get(page(path)).body();
        var form = new LinkedHashMap<String, String>();
        Pattern.compile("name=\"(" + id + ":[^\"]+)\"")
                .matcher(body)
                .results()
                .forEach(field -> form.put(field.group(1), ""));
        assertThat(form).isNotEmpty();
        var state = STATE.matcher(body);
        assertThat(state.find()).isTrue();
        form.put(id, id);
        form.put("jakarta.faces.ViewState", state.group(1));
        var nonce = NONCE.matcher(body);
        if (nonce.find()) {
            form.put("primefaces.nonce", nonce.group(1));
        }
        return form;
    }

    private boolean isSignedIn(String cookies) {
        return new Visitor().get(page("/account.xhtml"), cookies).status() == 200;
    }

    private URI page(String path) {
        return installation.address().resolve(path);
    }
}
