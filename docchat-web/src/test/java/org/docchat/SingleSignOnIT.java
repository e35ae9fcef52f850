package org.docchat;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.net.URI;
import java.security.Key;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.keys.HmacKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("People sign in at their identity provider, beside those who have a password here")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SingleSignOnIT {
    private final Installation installation;
    private final Client admin;
    private OpenIdServer provider;

    SingleSignOnIT(Installation installation) {
        this.installation = installation;
        admin = installation.administrator();
    }

    @BeforeAll
    void start() {
        // Until somebody is there.
        var page = new Visitor().get(at("/openid/start"));
        assertThat(page.location()).isEqualTo("/signin.xhtml?problem=unavailable");
        assertThat(new Visitor().get(page.target()).body()).contains("The identity provider does not answer.");

        provider = new OpenIdServer(
                installation.providerPort(), installation.address().toString());
    }

    @AfterAll
    void stop() {
        if (provider != null) {
            provider.close();
        }
    }

    @Test
    @Tag("C3")
    void whoeverTheProviderVouchesForIsWhereTheyWantedToBe() {
        provider.describe("sso.ann", Map.of("preferred_username", "SSO.Ann", "name", "Ann <b>Ångström</b>"));
        var browser = new Visitor();
        var start = browser.follow(at("/collections.xhtml"));
        assertThat(start.body()).contains("/openid/start?next=%2Fcollections.xhtml");
        var before = session(browser);

        var page = signIn(browser, "/openid/start?next=%2Fcollections.xhtml", "sso.ann");

        assertThat(page.status()).isEqualTo(303);
        assertThat(page.location()).isEqualTo("/collections.xhtml");
        assertThat(session(browser)).isNotEqualTo(before);
        var account = browser.get(at("/account.xhtml"));
        assertThat(account.body()).contains("<bdi>sso.ann</bdi>").doesNotContain("New password", "administrator");
        assertThat(user("sso.ann").getString("displayName")).isEqualTo("Ann <b>Ångström</b>");
        assertThat(admin.get("/api/v1/audit?act=sign-in&actor=sso.ann").list("items"))
                .hasSize(1);
    }

    @Test
    void aUserIsKnownByTheirSubjectAndByNoName() {
        installation.newUser("sso.bob");
        provider.describe("subject-of-bob", Map.of("preferred_username", "sso.bob", "email", "admin@example.org"));

        signIn(new Visitor(), "/openid/start", "subject-of-bob");
        assertThat(user("sso.bob-2").getBoolean("admin")).isFalse();
        provider.describe("subject-of-bob", Map.of("preferred_username", "admin"));
        var again = new Visitor();
        signIn(again, "/openid/start", "subject-of-bob");

        assertThat(again.get(at("/account.xhtml")).body()).contains("<bdi>sso.bob-2</bdi>");
        installation.anybody().signIn("sso.bob", "Password-of-sso.bob");
        var withoutPassword = installation
                .anybody()
                .post(
                        "/api/v1/login",
                        Client.json().add("username", "sso.bob-2").add("password", "subject-of-bob"));
        assertThat(withoutPassword.status()).isEqualTo(401);
        var given = admin.send(
                "PATCH", "/api/v1/users/" + user("sso.bob-2").getString("id"), "{\"password\":\"A-password-for-bob\"}");
        assertThat(given.status()).isEqualTo(409);
        assertThat(given.json().getString("code")).isEqualTo("no_password");
    }

    @Test
    @Tag("A6")
    void groupsFollowTheProviderButForThoseThatAdministratorsChose() {
        provider.describe(
                "sso.cat",
                Map.of("preferred_username", "sso.cat", "groups", List.of("/SSO/cats", "sso dogs", "sso birds")));
        signIn(new Visitor(), "/openid/start", "sso.cat");
        assertThat(members("SSO:cats")).containsExactly("sso.cat");
        assertThat(members("sso dogs")).containsExactly("sso.cat");
        var chosen = group("sso dogs");
        admin.send("PUT", "/api/v1/groups/" + chosen + "/users/sso.cat", "").requireStatus(204);

        provider.describe("sso.cat", Map.of("preferred_username", "sso.cat", "groups", List.of("SSO BIRDS")));
        signIn(new Visitor(), "/openid/start", "sso.cat");

        assertThat(members("SSO:cats")).isEmpty();
        assertThat(members("sso dogs")).containsExactly("sso.cat");
        assertThat(members("sso birds")).containsExactly("sso.cat");

        provider.describe("sso.cat", Map.of("preferred_username", "sso.cat"));
        signIn(new Visitor(), "/openid/start", "sso.cat");
        assertThat(members("sso birds")).isEmpty();
        assertThat(members("sso dogs")).containsExactly("sso.cat");
    }

    @Test
    @Tag("A6")
    void whoeverIsDisabledStaysOut() {
        provider.describe("sso.dan", Map.of("preferred_username", "sso.dan"));
        var browser = new Visitor();
        signIn(browser, "/openid/start", "sso.dan");
        admin.send("PATCH", "/api/v1/users/" + user("sso.dan").getString("id"), "{\"enabled\":false}")
                .requireStatus(200);

        assertThat(browser.get(at("/collections.xhtml")).location()).startsWith("/signin.xhtml");
        var again = new Visitor();
        var page = signIn(again, "/openid/start", "sso.dan");

        assertThat(page.location()).isEqualTo("/signin.xhtml?problem=disabled");
        assertThat(again.get(page.target()).body()).contains("Your account is disabled.");
        assertThat(again.get(at("/collections.xhtml")).location()).startsWith("/signin.xhtml");
    }

    @Test
    @Tag("C1")
    void anAnswerBelongsToTheBrowserThatAskedForIt() {
        var mallory = new Visitor();
        var answer = mallory.signInAt(mallory.get(at("/openid/start")).target(), "sso.mallory");
        var victim = new Visitor();
        victim.get(at("/openid/start"));

        var page = victim.get(answer);

        assertThat(page.location()).isEqualTo("/signin.xhtml?problem=expired");
        assertThat(victim.get(at("/collections.xhtml")).location()).startsWith("/signin.xhtml");
        assertThat(new Visitor().get(answer).location()).isEqualTo("/signin.xhtml?problem=expired");
    }

    @Test
    void anAnswerIsTakenOnce() {
        provider.describe("sso.eve", Map.of("preferred_username", "sso.eve"));
        var browser = new Visitor();
        var answer = browser.signInAt(browser.get(at("/openid/start")).target(), "sso.eve");
        assertThat(browser.get(answer).location()).isEqualTo("/");

        // Whoever goes back in the browser is still signed in; whoever found the address is not.
        assertThat(browser.get(answer).location()).isEqualTo("/");
        assertThat(new Visitor().get(answer).location()).isEqualTo("/signin.xhtml?problem=expired");
    }

    @Test
    @Tag("J1")
    void aForgedTokenSignsNobodyIn() {
        provider.forge(token -> token.substring(0, token.lastIndexOf('.') + 1));
        try {
            var browser = new Visitor();
            var page = signIn(browser, "/openid/start", "sso.forged");

            assertThat(page.location()).isEqualTo("/signin.xhtml?problem=refused");
            assertThat(browser.get(page.target()).body()).contains("was not accepted");
            assertThat(browser.get(at("/collections.xhtml")).location()).startsWith("/signin.xhtml");
        } finally {
            provider.restore();
        }
    }

    @ParameterizedTest
    @Tag("C7")
    @ValueSource(
            strings = {
                "%2F%2Fevil.example",
                "%2F%5Cevil.example",
                "https%3A%2F%2Fevil.example",
                "https%3Aevil.example",
                "%2Fa%0D%0ASet-Cookie%3A+x%3Dy",
                "%2Fopenid%2Fstart",
                "%2Fsignin.xhtml"
            })
    void signingInLeadsNowhereElse(String next) {
        var page = signIn(new Visitor(), "/openid/start?next=" + next, "sso.fay");

        assertThat(page.location()).isEqualTo("/");
    }

    @Test
    void aProblemIsTakenFromAListAndNotFromTheAddress() {
        assertThat(new Visitor()
                        .get(at("/signin.xhtml?problem=%3Cb%3ECall+0800+1234%3C/b%3E"))
                        .body())
                .doesNotContain("0800");
    }

    @Test
    @Tag("A6")
    void aSessionEndsWhenTheProviderSaysSo() throws Exception {
        provider.describe("sso.gil", Map.of("preferred_username", "sso.gil"));
        var one = new Visitor();
        var other = new Visitor();
        signIn(one, "/openid/start", "sso.gil");
        signIn(other, "/openid/start", "sso.gil");
        assertThat(one.get(at("/account.xhtml")).status()).isEqualTo(200);

        assertThat(new Visitor()
                        .post(at("/openid/logout"), Map.of("logout_token", "x.y.z"))
                        .status())
                .isEqualTo(400);
        assertThat(new Visitor()
                        .post(at("/openid/logout"), Map.of("logout_token", logoutToken("sso.gil")))
                        .status())
                .isEqualTo(200);

        assertThat(one.get(at("/account.xhtml")).location()).startsWith("/signin.xhtml");
        assertThat(other.get(at("/account.xhtml")).location()).startsWith("/signin.xhtml");
    }

    @Test
    @Tag("J4")
    void theApiTakesTheProvidersAccessTokensOfThoseWhoHaveSignedIn() throws Exception {
        provider.describe("sso.hal", Map.of("preferred_username", "sso.hal"));
        var claims = claims("sso.hal");
        claims.setAudience(OpenIdServer.API_AUDIENCE);
        var program = installation.anybody().with("Bearer " + signed(claims));
        assertThat(program.get("/api/v1/me").status()).isEqualTo(401);

        signIn(new Visitor(), "/openid/start", "sso.hal");

        assertThat(program.get("/api/v1/me").json().getString("username")).isEqualTo("sso.hal");
        claims.setAudience(OpenIdServer.CLIENT);
        assertThat(installation
                        .anybody()
                        .with("Bearer " + signed(claims))
                        .get("/api/v1/me")
                        .status())
                .isEqualTo(401);
        admin.send("PATCH", "/api/v1/users/" + user("sso.hal").getString("id"), "{\"enabled\":false}")
                .requireStatus(200);
        assertThat(program.get("/api/v1/me").status()).isEqualTo(401);
    }

    /** Each from a network of its own: whoever brings too many is told so instead. */
    @Test
    @Tag("J1")
    @Tag("J2")
    void aForgedAccessTokenCallsNothing() throws Exception {
        provider.describe("sso.jon", Map.of("preferred_username", "sso.jon"));
        signIn(new Visitor(), "/openid/start", "sso.jon");
        var claims = claims("sso.jon");
        claims.setAudience(OpenIdServer.API_AUDIENCE);
        var good = signed(claims);
        assertThat(installation
                        .anybody()
                        .with("Bearer " + good)
                        .get("/api/v1/me")
                        .status())
                .isEqualTo(200);
        var der = provider.key().toRSAPublicKey().getEncoded();
        var pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END PUBLIC KEY-----\n";
        var payload = good.split("\\.")[1];
        int network = 1;
        for (var forged : List.of(
                base64("{\"alg\":\"none\"}") + "." + payload + ".",
                base64("{\"alg\":\"None\"}") + "." + payload + ".",
                base64("{\"alg\":\"nOnE\"}") + "." + payload + ".",
                good.substring(0, good.lastIndexOf('.') + 1),
                good.substring(0, good.lastIndexOf('.')),
                signed(claims, "HS256", new HmacKey(der)),
                signed(claims, "HS256", new HmacKey(pem.getBytes(UTF_8))),
                signed(claims, "HS256", new HmacKey(pem.strip().getBytes(UTF_8))))) {
            var answer = RawRequest.send(
                    installation.address(),
                    "127.0.8." + network++,
                    "GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + forged + "\r\n");
            assertThat(answer.status()).as(forged).isEqualTo(401);
            assertThat(answer.body()).doesNotContain("sso.jon");
        }
    }

    @Test
    @Tag("J5")
    void noGroupOfTheProvidersMakesAnAdministrator() throws Exception {
        var names = List.of("admin", "Admin", " admin ", "ADMIN", "administrators", "user");
        provider.describe("sso.kim", Map.of("preferred_username", "sso.kim", "groups", names, "roles", names));
        var browser = new Visitor();
        signIn(browser, "/openid/start", "sso.kim");
        var claims = claims("sso.kim");
        claims.setAudience(OpenIdServer.API_AUDIENCE);
        claims.setClaim("groups", names);
        claims.setClaim("upn", "admin");
        claims.setClaim("preferred_username", "admin");

        var program = installation.anybody().with("Bearer " + signed(claims));

        assertThat(program.get("/api/v1/me").json().getString("username")).isEqualTo("sso.kim");
        assertThat(program.get("/api/v1/me").json().getBoolean("admin")).isFalse();
        assertThat(program.get("/api/v1/users").status()).isEqualTo(403);
        assertThat(browser.get(at("/users.xhtml")).status()).isEqualTo(404);
        assertThat(admin.get("/api/v1/groups?limit=200").list("items"))
                .filteredOn(group -> group.getString("name").strip().equalsIgnoreCase("admin"))
                .as("one group, however it is written")
                .hasSize(1);
    }

    @Test
    @Tag("C4")
    void inABrowserPeopleSignInWithAButtonAndOutOfBoth() {
        provider.describe("sso.ida", Map.of("preferred_username", "sso.ida"));
        var browsers = Browsers.start();
        try {
            var page = browsers.browser()
                    .newContext(new Browser.NewContextOptions()
                            .setBaseURL(installation.address().toString()))
                    .newPage();
            page.setDefaultTimeout(60_000);
            page.navigate("/collections.xhtml");
            page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Sign in with single sign-on"))
                    .click();
            signInAtProvider(page, "sso.ida");
            page.waitForURL("**/collections.xhtml");

            page.navigate("/account.xhtml");
            page.locator("[id='out']").getByRole(AriaRole.BUTTON).click();
            page.waitForURL("**/signin.xhtml");
            for (var before : List.of("account", "collections")) {
                page.goBack();
                page.waitForURL("**/signin.xhtml?next=*" + before + "*");
                assertThat(page.getByLabel("Username")).isVisible();
            }
            page.navigate("/collections.xhtml");
            assertThat(page.getByLabel("Username")).isVisible();

            // At the provider, too, or it would not ask again.
            page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Sign in with single sign-on"))
                    .click();
            signInAtProvider(page, "sso.ida");
            page.waitForURL("**/collections.xhtml");
        } finally {
            browsers.close();
        }
    }

    private static void signInAtProvider(Page page, String username) {
        page.waitForURL("http://127.0.0.1:*/login*");
        page.getByLabel("Username").fill(username);
        page.getByLabel("Password").fill(username);
        page.getByRole(AriaRole.BUTTON).click();
    }

    private Visitor.Page signIn(Visitor browser, String start, String username) {
        return browser.get(browser.signInAt(browser.get(at(start)).target(), username));
    }

    private String session(Visitor browser) {
        return browser.cookie(installation.address(), "JSESSIONID");
    }

    private URI at(String path) {
        return URI.create(installation.address() + path);
    }

    private jakarta.json.JsonObject user(String username) {
        return admin.get("/api/v1/users?limit=200").list("items").stream()
                .filter(user -> user.getString("username").equals(username))
                .findFirst()
                .orElseThrow();
    }

    private String group(String name) {
        return admin.get("/api/v1/groups?limit=200").list("items").stream()
                .filter(group -> group.getString("name").equals(name))
                .findFirst()
                .orElseThrow()
                .getString("id");
    }

    private List<String> members(String group) {
        return admin.get("/api/v1/groups/" + group(group) + "/users").list("items").stream()
                .map(user -> user.getString("username"))
                .toList();
    }

    private JwtClaims claims(String subject) {
        var claims = new JwtClaims();
        claims.setIssuer(provider.issuer());
        claims.setSubject(subject);
        claims.setIssuedAtToNow();
        claims.setExpirationTimeMinutesInTheFuture(2);
        claims.setGeneratedJwtId();
        return claims;
    }

    private String logoutToken(String subject) throws Exception {
        var claims = claims(subject);
        claims.setAudience(OpenIdServer.CLIENT);
        claims.setClaim("events", Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of()));
        return signed(claims);
    }

    private String signed(JwtClaims claims) throws Exception {
        return signed(claims, "RS256", provider.key().toPrivateKey());
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
    }

    private String signed(JwtClaims claims, String algorithm, Key key) throws Exception {
        var signature = new JsonWebSignature();
        signature.setAlgorithmHeaderValue(algorithm);
        signature.setKeyIdHeaderValue(provider.key().getKeyID());
        signature.setKey(key);
        signature.setPayload(claims.toJson());
        return signature.getCompactSerialization();
    }
}
