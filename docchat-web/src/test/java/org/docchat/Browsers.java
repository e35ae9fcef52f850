package org.docchat;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.AriaRole;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The machine's own Chromium, without a window. */
final class Browsers implements ExtensionContext.Store.CloseableResource, AutoCloseable {
    private static final List<String> PLACES = List.of(
            "/usr/bin/chromium",
            "/usr/bin/chromium-browser",
            "/usr/bin/google-chrome",
            "/usr/bin/google-chrome-stable");

    private final Playwright playwright;
    private final Browser browser;

    private Browsers(Playwright playwright, Browser browser) {
        this.playwright = playwright;
        this.browser = browser;
    }

    /** Skips the test where there is none; fails it where one is required. */
    static Browsers start() {
        var executable = find();
        if (executable.isEmpty() && "required".equals(System.getProperty("browser"))) {
            throw new AssertionError("a browser is required (-Dbrowser=required) and none of " + PLACES + " is there");
        }
        assumeTrue(executable.isPresent(), "there is no Chromium on this machine, looked for " + PLACES);
        var playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        return new Browsers(
                playwright,
                playwright
                        .chromium()
                        .launch(new BrowserType.LaunchOptions()
                                .setExecutablePath(executable.get())
                                .setArgs(List.of("--no-sandbox"))));
    }

    private static Optional<Path> find() {
        return PLACES.stream().map(Path::of).filter(Files::isExecutable).findFirst();
    }

    Browser browser() {
        return browser;
    }

    /** Somebody's page, in a browser of its own. */
    Page signedIn(URI address, String username, String password) {
        return signedIn(address, username, password, new Browser.NewContextOptions());
    }

    Page signedIn(URI address, String username, String password, Browser.NewContextOptions options) {
        var page = browser.newContext(options.setBaseURL(address.toString())).newPage();
        page.setDefaultTimeout(60_000);
        page.navigate("/account.xhtml");
        page.getByLabel("Username").fill(username);
        page.getByLabel("Password").fill(password);
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Sign in"))
                .click();
        page.waitForURL("**/account.xhtml");
        return page;
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
