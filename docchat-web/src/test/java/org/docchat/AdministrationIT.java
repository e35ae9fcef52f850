package org.docchat;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayName("Administrators see on their pages what goes on, and can do something about it")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdministrationIT {
    private final Installation installation;
    private Browsers browsers;

    AdministrationIT(Installation installation) {
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
    @Tag("A6")
    @Tag("L4")
    void anAdministratorEndsOneOfSomebodysSessionsAndThatIsWrittenDown() {
        var ann = installation.newUser("administration.ann");
        var ended = signedIn("administration.ann", "<b>Borrowed</b> computer");
        var kept = signedIn("administration.ann", "Own computer");
        var page = administrator();

        page.navigate("/sessions.xhtml?user=ADMINISTRATION.ann");
        var rows = page.locator("[id='list'] tbody tr");
        assertThat(rows).hasCount(2);
        rows.filter(new Locator.FilterOptions().setHasText("<b>Borrowed</b> computer"))
                .getByRole(AriaRole.BUTTON)
                .click();

        assertThat(rows).hasCount(1);
        assertThat(rows).containsText("Own computer");
        Await.until("the session is over", Duration.ofSeconds(15), () -> {
            ended.navigate("/collections.xhtml");
            return ended.url().contains("/signin.xhtml");
        });
        kept.navigate("/collections.xhtml");
        assertThat(kept).hasURL(installation.address() + "/collections.xhtml");
        assertThat(ann.get("/api/v1/me").status()).isEqualTo(200);
        assertThat(installation
                        .administrator()
                        .get("/api/v1/audit?act=user.sign-out&actor=admin&limit=200")
                        .list("items"))
                .anySatisfy(entry ->
                        assertThat(entry.getString("detail")).startsWith("administration.ann, one session from "));
    }

    @Test
    @Tag("A6")
    @Tag("L4")
    void anAdministratorRevokesSomebodysKeyAndThatIsWrittenDown() {
        var eva = installation.newUser("administration.eva");
        var program = eva.withKey(Client.json().add("name", "<i>nightly</i>"));
        var prefix = eva.get("/api/v1/me/api-keys").list("items").get(0).getString("prefix");
        assertThat(program.get("/api/v1/me").status()).isEqualTo(200);
        var page = administrator();

        page.navigate("/keys.xhtml?user=ADMINISTRATION.eva");
        var rows = page.locator("[id='list'] tbody tr");
        assertThat(rows).hasCount(1);
        assertThat(rows).containsText("<i>nightly</i>");
        rows.getByRole(AriaRole.BUTTON).click();

        assertThat(page.getByText("Nobody of that name has a key.")).isVisible();
        assertThat(program.get("/api/v1/me").status()).isEqualTo(401);
        assertThat(installation
                        .administrator()
                        .get("/api/v1/audit?act=key.delete&actor=admin&limit=200")
                        .list("items"))
                .anySatisfy(
                        entry -> assertThat("dck_" + entry.getString("detail")).isEqualTo(prefix));
    }

    @Test
    void anAdministratorChangesSomebodysNameRightsAndPasswordAndDeletesThem() {
        var gus = installation.newUser("administration.gus");
        var page = administrator();
        page.navigate("/users.xhtml");
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("administration.gus"))
                .click();

        page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true)).fill("Gustav <b>");
        page.getByLabel("Administrator").check();
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Save"))
                .click();
        assertThat(page.getByText("Saved.")).isVisible();
        Await.until(
                "the rights are there",
                Duration.ofSeconds(15),
                () -> gus.get("/api/v1/users").status() == 200);
        assertThat(gus.get("/api/v1/me").json().getString("displayName")).isEqualTo("Gustav <b>");
        page.getByLabel("Administrator").uncheck();
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Save"))
                .click();
        Await.until(
                "the rights are gone",
                Duration.ofSeconds(15),
                () -> gus.get("/api/v1/users").status() == 403);

        page.getByLabel("New password").fill("Another-of-administration.gus");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Set password"))
                .click();
        assertThat(page.getByText("The password is set.")).isVisible();
        installation.anybody().signIn("administration.gus", "Another-of-administration.gus");

        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Delete"))
                .first()
                .click();
        page.locator("#delete-dialog")
                .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Delete"))
                .click();
        page.waitForURL("**/users.xhtml");
        assertThat(page.getByText("administration.gus")).hasCount(0);
    }

    @Test
    void aButtonDoesWhatItSaysWhateverCameBetweenMeanwhile() {
        installation.newUser("administration.m");
        var page = administrator();
        page.navigate("/users.xhtml");
        var disable = page.getByTitle("Disable administration.m", new Page.GetByTitleOptions().setExact(true));
        assertThat(disable).isVisible();
        installation.newUser("administration.l");

        disable.click();

        assertThat(page.getByTitle("Enable administration.m", new Page.GetByTitleOptions().setExact(true)))
                .isVisible();
        assertThat(page.getByTitle("Disable administration.l", new Page.GetByTitleOptions().setExact(true)))
                .isVisible();
    }

    @Test
    void aLongTrailGoesOnBehindItsLink() throws SQLException {
        goesOn("audit", "select audit_act('sign-in.refused', '{}', null, '') from generate_series(1, 120)");
    }

    @Test
    void aLongListOfSessionsGoesOnBehindItsLink() throws SQLException {
        installation.newUser("administration.dan");
        goesOn(
                "sessions",
                "insert into session (id, user_id, address, agent) select gen_random_uuid(), id, number, ''"
                        + " from app_user, generate_series(1, 120) number where username = 'administration.dan'");
    }

    private void goesOn(String name, String made) throws SQLException {
        try (var database = installation.database();
                var statement = database.createStatement()) {
            statement.execute(made);
        }
        var page = administrator();
        page.navigate("/" + name + ".xhtml");
        var rows = page.locator("tbody tr");
        assertThat(rows).hasCount(100);
        var first = rows.nth(0).textContent();

        page.getByText("Show more").click();

        page.waitForURL("**cursor=**");
        assertThat(rows.nth(0)).isVisible();
        assertThat(rows.nth(0)).not().hasText(first);
    }

    @Test
    void whatASearchOfTheTrailFindsIsDownloaded() throws IOException {
        installation.newUser("administration.cat");
        var page = administrator();
        page.navigate("/audit.xhtml?act=user.create&actor=admin&since=2026-01-01");

        var file =
                page.waitForDownload(() -> page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("CSV"))
                        .click());

        assertThat(file.suggestedFilename()).isEqualTo("audit.csv");
        assertThat(Files.readAllLines(file.path()))
                .anySatisfy(line -> assertThat(line).contains(",user.create,").contains("administration.cat"))
                .noneSatisfy(line -> assertThat(line).contains(",sign-in,"));
    }

    @Test
    @Tag("F5")
    void whatAModelElsewhereFailsOfStandsBesideItWithWhatToDo() {
        var page = administrator();
        page.navigate("/system.xhtml");
        var model =
                page.locator("[id='models'] li").filter(new Locator.FilterOptions().setHasText("second, 8 dimensions"));
        assertThat(model).containsText("Not tried");

        model.getByRole(AriaRole.BUTTON).click();

        assertThat(model)
                .containsText(
                        Pattern.compile("cannot be reached.*Look whether it runs.*DOCCHAT_EMBEDDING_BASE_URL"),
                        new LocatorAssertions.ContainsTextOptions().setTimeout(30_000));
    }

    private Page administrator() {
        return browsers.signedIn(installation.address(), "admin", Installation.ADMIN_PASSWORD);
    }

    private Page signedIn(String username, String agent) {
        return browsers.signedIn(
                installation.address(),
                username,
                "Password-of-" + username,
                new Browser.NewContextOptions().setUserAgent(agent));
    }
}
