package org.docchat.web.security;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("A1")
class PathsTest {

    @ParameterizedTest
    @CsvSource({
        "GET,/health",
        "GET,/health/live",
        "GET,/openapi",
        "GET,/signin.xhtml",
        "POST,/signin.xhtml",
        "GET,/api",
        "GET,/api/",
        "GET,/api/swagger-ui.css",
        "POST,/api/v1/login",
        "GET,/jakarta.faces.resource/jsf.js.xhtml",
        "GET,/resources/css/docchat.css"
    })
    void theseAreOpenToAnybody(String method, String path) {
        assertThat(new Paths(method, path).isPublic()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/", "GET,/ask.xhtml", "GET,/api/v1/login", "GET,/api/v1/me", "GET,/api/v1", "PUT,/api/index.html",
        "GET,/api/v1/login/x", "POST,/health", "GET,/healthy", "GET,/apis", "POST,/metrics", "GET,/v1/models",
        "POST,/mcp", "GET,/metrics/base", "GET,/signin.xhtml/x", "POST,/resources/x", "GET,/anything/else"
    })
    void everythingElseIsClosed(String method, String path) {
        assertThat(new Paths(method, path).isPublic()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/me", "/v1/chat/completions", "/mcp", "/metrics", "/api/nothing"})
    void programsAreToldByJson(String path) {
        assertThat(new Paths("GET", path).isForPrograms()).isTrue();
    }

    @Test
    void peopleAreSentToThePageWhereTheySignIn() {
        assertThat(new Paths("GET", "/ask.xhtml").isForPrograms()).isFalse();
    }

    @ParameterizedTest
    @Tag("C7")
    @ValueSource(
            strings = {
                "//evil.example",
                "/\\evil.example",
                "https:evil.example",
                "https://evil.example",
                "evil",
                "",
                "/a\r\nSet-Cookie: x=y",
                "/a b",
                "/signin.xhtml?next=/x",
                "javascript:alert(1)",
                "/ä"
            })
    void signingInLeadsNowhereElse(String next) {
        assertThat(SignIn.destination(next)).isEqualTo("/");
    }

    @ParameterizedTest
    @Tag("C7")
    @ValueSource(strings = {"/ask.xhtml", "/collection.xhtml?id=1&x=%20", "/"})
    void signingInLeadsBackToThePage(String next) {
        assertThat(SignIn.destination(next)).isEqualTo(next);
    }
}
