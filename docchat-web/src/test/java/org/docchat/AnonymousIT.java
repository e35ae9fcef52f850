package org.docchat;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Without credentials there is a way to sign in and nothing else")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnonymousIT {
    private static final Set<String> VERBS = Set.of("get", "post", "put", "patch", "delete");

    private final Client nobody;
    private final Client admin;
    private final URI address;

    AnonymousIT(Installation installation) {
        nobody = installation.anybody();
        admin = installation.administrator();
        address = installation.address();
    }

    static Stream<String> guarded() {
        return Routes.all().stream().filter(route -> !route.equals("POST login"));
    }

    @Test
    void thereAreRoutesToTry() {
        assertThat(Routes.all()).hasSizeGreaterThan(35).contains("POST login", "PUT collections/{id}/documents/{name}");
    }

    @ParameterizedTest
    @Tag("A1")
    @MethodSource("guarded")
    void everyRouteAsksWhoIsThere(String route) {
        var parts = route.split(" ");
        var reply = nobody.send(
                parts[0],
                "/api/v1/" + parts[1].replaceAll("\\{\\w+}", UUID.randomUUID().toString()),
                "");

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(reply.header("Content-Type")).startsWith("application/problem+json");
        assertThat(reply.json().getString("code")).isEqualTo("unauthorized");
    }

    /** By other methods than there are, too, and with an id that is one. */
    @Test
    @Tag("A1")
    void everyAddressAsksWhoIsThereWhateverTheMethod() {
        var collection = admin.newCollection("Anonymous canaries");
        var paths = Stream.concat(Routes.all().stream(), Routes.ofOtherProtocols().stream())
                .map(route -> route.startsWith(Routes.CALL) ? "/mcp" : "/" + route.substring(route.indexOf(' ') + 1))
                .map(path -> path.matches("/(v1|mcp).*") ? path : "/api/v1" + path)
                .map(path -> path.replaceAll("\\{\\w+}", collection))
                .distinct()
                .toList();
        assertThat(paths).hasSizeGreaterThan(45).contains("/mcp", "/v1/models", "/api/v1/collections/" + collection);
        for (var path : paths) {
            for (var method : List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "FOO")) {
                if ((method + path).equals("POST/api/v1/login")) {
                    continue;
                }
                var reply = nobody.send(method, path, "");
                assertThat(reply.status()).as(method + " " + path).isEqualTo(401);
                assertThat(reply.header("WWW-Authenticate")).isEqualTo("Bearer");
                assertThat(reply.body())
                        .as(method + " " + path)
                        .hasSizeLessThan(400)
                        .doesNotContain("canaries", collection);
            }
        }
    }

    @Test
    @Tag("A1")
    void everyCallThatIsDescribedAsksWhoIsThere() {
        var paths = nobody.get("/openapi?format=json").requireStatus(200).json().getJsonObject("paths");
        int tried = 0;
        for (var path : paths.keySet()) {
            for (var verb : paths.getJsonObject(path).keySet()) {
                var call = verb.toUpperCase(Locale.ROOT) + " " + path;
                if (!VERBS.contains(verb) || call.equals("POST /api/v1/login")) {
                    continue;
                }
                tried++;
                var address = path.replaceAll("\\{\\w+}", UUID.randomUUID().toString());

                assertThat(nobody.send(verb.toUpperCase(Locale.ROOT), address, "")
                                .status())
                        .as(call)
                        .isEqualTo(401);
            }
        }
        assertThat(tried).isGreaterThan(70);
    }

    @ParameterizedTest
    @Tag("A1")
    @ValueSource(strings = {"Basic YWRtaW46YWRtaW4=", "Bearer ", "Bearer x.y.z", "Bearer dck_00000000_none", "admin"})
    void whatProvesNothingIsRefused(String authorization) {
        var reply = nobody.with(authorization).get("/api/v1/me");

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("WWW-Authenticate")).isEqualTo("Bearer");
    }

    @ParameterizedTest
    @Tag("A1")
    @CsvSource({
        "GET, /health/live, 200",
        "GET, /health/ready, 200",
        "GET, /metrics, 200",
        "GET, /metrics/base, 401",
        "GET, /openapi, 200",
        "GET, /signin.xhtml, 200",
        "GET, /resources/css/docchat.css, 200",
        "POST, /health, 302",
        "GET, /openid/callback, 303",
        "POST, /openid/callback, 302",
        "POST, /openid/logout, 400",
        "GET, /openid/logout, 302",
        "GET, /v1/models, 401",
        "POST, /mcp, 401",
        "GET, /api/v1/nothing-of-the-kind, 401"
    })
    void whatIsOpenToAnybodyIsListedHere(String method, String path, int status) {
        assertThat(nobody.send(method, path, "").status()).isEqualTo(status);
    }

    /** All that there are: a new page is tried without anybody's doing. */
    static List<String> pages() {
        var files = Path.of("src", "main", "webapp").toFile().list((directory, name) -> name.endsWith(".xhtml"));
        assertThat(files).hasSizeGreaterThan(14).contains("signin.xhtml");
        return Stream.concat(
                        Stream.of("/"),
                        Stream.of(files)
                                .filter(name -> !name.equals("signin.xhtml"))
                                .map(name -> "/" + name + "?id=1"))
                .toList();
    }

    @ParameterizedTest
    @Tag("A1")
    @MethodSource("pages")
    void pagesLeadToSigningIn(String page) {
        var reply = nobody.get(page);

        assertThat(reply.status()).isEqualTo(302);
        assertThat(reply.header("Location")).startsWith("/signin.xhtml");
        assertThat(reply.body()).isEmpty();
    }

    @ParameterizedTest
    @Tag("A2")
    @FieldSource("org.docchat.OddPaths#CLOSED")
    void noWayOfWritingAPathOpensWhatIsClosed(String path) {
        var answer = RawRequest.get(address, path);

        assertThat(answer.status()).as(answer.head()).isIn(301, 302, 400, 401, 404);
        assertThat(answer.head()).doesNotContainPattern("(?i)Location: (?!/(?![/\\\\]))");
        assertThat(answer.body()).doesNotContain("username").doesNotContain(OddPaths.SOURCES);
    }

    @ParameterizedTest
    @Tag("A2")
    @CsvSource({
        "/ask.xhtml%2f..%2fsignin.xhtml, /signin.xhtml",
        "/./signin.xhtml, /signin.xhtml",
        "/x/../signin.xhtml;y=1, /signin.xhtml",
        "/health/..;/api/v1/me, /health/api/v1/me",
        "/metrics;x/base, /metrics",
        "/resources/css/..%2fcss/docchat.css, /resources/css/docchat.css"
    })
    void whatIsOpenIsItselfHoweverItIsWritten(String path, String itself) {
        var answer = RawRequest.get(address, path);

        assertThat(answer.status()).isEqualTo(RawRequest.get(address, itself).status());
        assertThat(answer.body()).doesNotContain("username\":").doesNotContain(OddPaths.SOURCES);
    }

    /** The server answers these itself, with nothing: see the known gaps. */
    @ParameterizedTest
    @Tag("A2")
    @ValueSource(strings = {"/%zz", "/api/v1/me%", "/ask.xhtml%zz", "/resources/%u002e%u002e/WEB-INF/web.xml"})
    void aPathThatCannotBeReadLeadsNowhere(String path) {
        assertThat(RawRequest.get(address, path).body()).isEmpty();
    }

    @ParameterizedTest
    @Tag("A8")
    @ValueSource(
            strings = {
                "\uff41\uff44\uff4d\uff49\uff4e",
                "\u0430dmin",
                "admin\u200b",
                "adm\u0131n",
                "admin\u0301",
                "ADM\u0130N"
            })
    void aNameThatOnlyLooksLikeSomebodysIsNobodys(String lookalike) {
        var reply = nobody.post(
                "/api/v1/login", Client.json().add("username", lookalike).add("password", Installation.ADMIN_PASSWORD));

        assertThat(reply.status()).isEqualTo(401);
        assertThat(admin.post(
                                "/api/v1/users",
                                Client.json().add("username", lookalike).add("password", "Another-of-nobody"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    @Tag("A8")
    void anUnknownUserAndAWrongPasswordSoundTheSame() {
        var unknown = nobody.post(
                "/api/v1/login", Client.json().add("username", "nobody.here").add("password", "x"));
        var wrong = nobody.post(
                "/api/v1/login", Client.json().add("username", "admin").add("password", "x"));

        assertThat(unknown.status()).isEqualTo(401);
        assertThat(unknown.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(withoutInstance(unknown)).isEqualTo(withoutInstance(wrong));
    }

    static String withoutInstance(Client.Reply reply) {
        return reply.status() + reply.body().replaceAll("\"(instance|incident)\":\"[^\"]*\"", "");
    }
}
