package org.docchat;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A browser that comes without the server's own cookie is to it what a browser from another node is. */
@DisplayName("Who is signed in at one node is signed in at all of them, until the session ends")
@ExtendWith(Installation.Parameter.class)
class AnyNodeIT {
    private static final String SERVERS = "JSESSIONID";
    private static final String OURS = "docchat-session";
    private static final Pattern FIELD =
            Pattern.compile("<(?:input|button)[^>]*\\bname=\"([^\"]+)\"(?:[^>]*\\bvalue=\"([^\"]*)\")?");
    private static final Pattern TOKEN = Pattern.compile("name=\"csrf\"[^>]*content=\"([^\"]+)\"");

    private final Installation installation;

    AnyNodeIT(Installation installation) {
        this.installation = installation;
    }

    @Test
    void theNextNodeGoesOnWithSessionAndToken() {
        var browser = signedIn("anynode.ann");
        var page = browser.get(at("/collections.xhtml"));
        assertThat(page.status()).isEqualTo(200);
        var token = token(page);
        var serverCookie = browser.cookie(installation.address(), SERVERS);

        browser.forget(installation.address(), SERVERS);
        var again = browser.get(at("/collections.xhtml"));

        assertThat(again.status()).isEqualTo(200);
        assertThat(token(again)).as("scripts of pages that are open go on").isEqualTo(token);
        assertThat(browser.cookie(installation.address(), SERVERS)).isNotEmpty().isNotEqualTo(serverCookie);
    }

    @Test
    @Tag("A6")
    void noNodeTakesUpASessionThatHasEnded() {
        var user = installation.newUser("anynode.bob");
        var browser = signedInAs("anynode.bob");

        user.delete("/api/v1/me/sessions").requireStatus(204);
        browser.forget(installation.address(), SERVERS);

        assertThat(browser.get(at("/collections.xhtml")).location()).startsWith("/signin.xhtml");
        assertThat(browser.cookie(installation.address(), OURS))
                .as("what leads nowhere is thrown away")
                .isEmpty();
    }

    @Test
    @Tag("C4")
    @Tag("C5")
    void theSecretIsNewWithEachSignInAndKeptFromScriptsAndTheDatabase() throws Exception {
        var browser = signedIn("anynode.cat");
        var first = browser.cookie(installation.address(), OURS);
        var other = signedInAs("anynode.cat").cookie(installation.address(), OURS);

        assertThat(first).hasSizeGreaterThan(40).isNotEqualTo(other);
        assertThat(browser.setCookies())
                .filteredOn(line -> line.startsWith(OURS))
                .allSatisfy(line -> assertThat(line)
                        .contains("HttpOnly")
                        .contains("SameSite=Lax")
                        .contains("Path=/"));
        try (var connection = installation.database();
                var rows = connection
                        .createStatement()
                        .executeQuery(
                                "select count(*) from session where to_jsonb(session)::text like '%" + first + "%'")) {
            rows.next();
            assertThat(rows.getInt(1)).isZero();
        }
    }

    private Visitor signedIn(String username) {
        installation.newUser(username);
        return signedInAs(username);
    }

    /** Through the page, with a form as a browser without scripts sends it. */
    private Visitor signedInAs(String username) {
        var browser = new Visitor();
        var page = browser.get(at("/signin.xhtml"));
        var form = new LinkedHashMap<String, String>();
        FIELD.matcher(page.body())
                .results()
                .forEach(field -> form.put(field.group(1), field.group(2) == null ? "" : field.group(2)));
        form.put("signin:username", username);
        form.put("signin:password", "Password-of-" + username);
        var sent = browser.post(at("/signin.xhtml"), form);
        assertThat(sent.location()).as(sent.body()).isNotEmpty();
        return browser;
    }

    private static String token(Visitor.Page page) {
        var token = TOKEN.matcher(page.body());
        assertThat(token.find()).isTrue();
        return token.group(1);
    }

    private URI at(String path) {
        return installation.address().resolve(path);
    }
}
