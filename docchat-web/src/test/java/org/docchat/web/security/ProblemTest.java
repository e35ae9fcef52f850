package org.docchat.web.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.docchat.domain.Failure;
import org.junit.jupiter.api.Test;

class ProblemTest {
    private static final Map<Failure, Integer> ALL = Map.of(
            new Failure.NotFound("document"), 404,
            new Failure.Forbidden("No."), 403,
            new Failure.Conflict("taken", "No."), 409,
            new Failure.Stale("collection"), 412,
            new Failure.Invalid("invalid_x", "No."), 400,
            new Failure.UnsupportedMediaType("No.", List.of("pdf", "docx")), 415,
            new Failure.TooLarge(10), 413,
            new Failure.Full("No room."), 413,
            new Failure.TooMany("too_many_questions", "Tomorrow.", null, Duration.ofHours(1)), 429,
            new Failure.Unavailable("database_unavailable", "Not now.", new IOException()), 503);

    @Test
    void everyFailureHasItsStatus() {
        assertThat(ALL.keySet().stream().map(Object::getClass))
                .as("one example of each kind")
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.asList((Class<?>[]) Failure.class.getPermittedSubclasses()));
        ALL.forEach((failure, status) -> {
            var problem = Problem.of(failure);
            assertThat(problem.status()).as(failure.code()).isEqualTo(status);
            assertThat(problem.code()).isEqualTo(failure.code());
            assertThat(problem.detail()).isEqualTo(failure.getMessage());
            assertThat(problem.title()).doesNotStartWith("Error");
        });
    }

    @Test
    void aProblemIsWrittenAsTheRfcHasIt() {
        var json = Problem.of(new Failure.NotFound("document")).json();

        assertThat(json.keySet()).containsExactlyInAnyOrder("type", "title", "status", "detail", "instance", "code");
        assertThat(json.getString("instance")).startsWith("urn:uuid:");
    }

    @Test
    void whatCouldHaveBeenSentIsListed() {
        var json = Problem.of(new Failure.UnsupportedMediaType("No.", List.of("pdf", "docx")))
                .json();

        assertThat(json.getJsonArray("supported").getString(1)).isEqualTo("docx");
    }
}
