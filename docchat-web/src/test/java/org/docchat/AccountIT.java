package org.docchat;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayName("Under Account people see who acts for them from where, and end it")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccountIT {
    private final Installation installation;
    private Browsers browsers;

    AccountIT(Installation installation) {
        this.installation = installation;
    }

    @BeforeAll
    void open() {
        browsers = Browsers.start();
    }

    @AfterAll
    void close() {
        if (browsers != null) {
            browsers.close();
        }
    }

    @Test
    void aSessionThatIsSignedOutFromElsewhereIsOver() {
        installation.newUser("sessions.ann");
        var here = signedIn("sessions.ann", "Password-of-sessions.ann");
        var there = signedIn("sessions.ann", "Password-of-sessions.ann");

        here.navigate("/account.xhtml");
        assertThat(here.locator("[id='sessions'] li")).hasCount(2);
        assertThat(here.getByText("This browser")).hasCount(1);
        here.locator("[id='sessions']").getByRole(AriaRole.BUTTON).click();

        assertThat(here.locator("[id='sessions'] li")).hasCount(1);
        there.navigate("/collections.xhtml");
        assertThat(there.getByLabel("Username")).isVisible();
        here.navigate("/collections.xhtml");
        assertThat(here.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Collections"))
                        .first())
                .isVisible();
    }

    @Test
    void aNameIsChangedByWhomItBelongsTo() {
        var ann = installation.newUser("account.ann");
        var page = signedIn("account.ann", "Password-of-account.ann");
        page.navigate("/account.xhtml");

        page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true))
                .first()
                .fill("Ann & Co");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Change name"))
                .click();

        assertThat(page.getByText("The name is changed.")).isVisible();
        assertThat(ann.get("/api/v1/me").json().getString("displayName")).isEqualTo("Ann & Co");
    }

    @Test
    void aNewPasswordEndsAllOtherSessions() {
        installation.newUser("sessions.bob");
        var here = signedIn("sessions.bob", "Password-of-sessions.bob");
        var there = signedIn("sessions.bob", "Password-of-sessions.bob");

        here.navigate("/account.xhtml");
        here.getByLabel("Current password").fill("Password-of-sessions.bob");
        here.getByLabel("New password").fill("Another-of-sessions.bob");
        here.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Change password"))
                .click();

        assertThat(here.getByText("The password is changed.")).isVisible();
        assertThat(here.locator("[id='sessions'] li")).hasCount(1);
        // A session is remembered for some seconds.
        Await.until("the other one is signed out", Duration.ofSeconds(15), () -> {
            there.navigate("/collections.xhtml");
            return there.url().contains("/signin.xhtml");
        });
        here.navigate("/collections.xhtml");
        assertThat(here.url()).endsWith("/collections.xhtml");
        signedIn("sessions.bob", "Another-of-sessions.bob");
    }

    @Test
    void aKeyIsShownOnceAndWorksUntilItIsRevoked() {
        var cat = installation.newUser("account.cat");
        var collection = cat.newCollection("Cats");
        cat.newCollection("Dogs");
        var page = signedIn("account.cat", "Password-of-account.cat");
        page.navigate("/account.xhtml");

        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("New key"))
                .click();
        page.locator("#key-dialog")
                .getByLabel("Name", new Locator.GetByLabelOptions().setExact(true))
                .fill("<b>nightly</b>");
        page.getByLabel("Cats").check();
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Make key"))
                .click();
        var secret = page.locator("#secret").inputValue();
        var program = cat.with("Bearer " + secret);
        assertThat(program.get("/api/v1/collections").list("items"))
                .extracting(item -> item.getString("id"))
                .containsExactly(collection);
        assertThat(program.delete("/api/v1/collections/" + collection).status()).isEqualTo(403);

        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Done"))
                .click();
        assertThat(page.locator("[id='keys'] li")).containsText("<b>nightly</b>");
        assertThat(page.content()).doesNotContain(secret);
        page.locator("[id='keys']").getByRole(AriaRole.BUTTON).click();
        assertThat(page.locator("[id='keys'] li")).hasCount(0);
        assertThat(program.get("/api/v1/me").status()).isEqualTo(401);
    }

    private Page signedIn(String username, String password) {
        return browsers.signedIn(installation.address(), username, password);
    }
}
