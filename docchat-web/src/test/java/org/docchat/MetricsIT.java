package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Metrics tell what happened, to those they are for, and of nobody in particular")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MetricsIT {
    private static final Path OBSERVABILITY = Path.of("..", "docker", "observability");
    private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z_]+)(?:\\{([^}]*)})? (\\S+)$");
    /** Names of ours and of the libraries; functions and labels have neither beginning. */
    private static final Pattern USED = Pattern.compile("\\b(?:docchat|jvm|process)_[a-z_]+");

    private final URI address;
    private final Client nobody;
    private final Client admin;

    MetricsIT(Installation installation) {
        address = installation.address();
        nobody = installation.anybody();
        admin = installation.administrator();
    }

    @Test
    void whatHappensIsCounted() {
        var before = samples();
        var collection = admin.newCollection("Counted");
        admin.indexed(collection, "tides.md", "# Tides\n\nSpring tide at the pier is 4.2 metres.\n".getBytes(UTF_8));
        var here = "/api/v1/collections/" + collection;
        admin.post(here + "/search", Client.json().add("query", "spring tide")).requireStatus(200);
        admin.post(here + "/search", Client.json().add("query", "spring tide").add("limit", 50))
                .requireStatus(200);
        admin.post(here + "/answers", Client.json().add("question", "How high is spring tide at the pier?"))
                .requireStatus(200, 201);
        admin.post(here + "/answers", Client.json().add("question", "Who painted the harbour master's dog?"))
                .requireStatus(200, 201);
        var after = samples();

        assertThat(grown(before, after, "docchat_ingest_step_duration_seconds_count{outcome=\"done\",step=\"index\"}"))
                .isPositive();
        assertThat(grown(before, after, "docchat_search_duration_seconds_count{outcome=\"found\"}"))
                .isGreaterThanOrEqualTo(2);
        assertThat(grown(before, after, "docchat_answer_duration_seconds_count{outcome=\"cited\"}"))
                .isPositive();
        assertThat(grown(before, after, "docchat_answer_duration_seconds_count{outcome=\"not_found\"}"))
                .isPositive();
        assertThat(grown(before, after, "docchat_answer_evidence_ratio_count")).isGreaterThanOrEqualTo(2);
        assertThat(grown(before, after, "docchat_http_request_duration_seconds_count{kind=\"api\",status=\"2xx\"}"))
                .isGreaterThanOrEqualTo(5);
        assertThat(grown(before, after, "docchat_database_connection_wait_seconds_count"))
                .isGreaterThanOrEqualTo(5);
        assertThat(after.get("docchat_ingest_oldest_waiting_seconds")).isBetween(0.0, 3_600.0);
    }

    /** What is over must not be counted for ever: a gauge that only grows says nothing. */
    @Test
    void nothingRunsThatHasEnded() {
        Await.until(
                "only the scrape itself runs",
                Duration.ofSeconds(30),
                () -> samples().getOrDefault("docchat_http_requests_running", 0.0) == 1);
    }

    @Test
    void everyBucketHoldsWhatTheOnesBelowItHold() {
        for (var family : List.of("docchat_search_duration_seconds", "docchat_answer_evidence_ratio")) {
            var buckets = samples().entrySet().stream()
                    .filter(sample -> sample.getKey().startsWith(family + "_bucket{")
                            && (family.contains("evidence") || sample.getKey().contains("\"found\"")))
                    .map(Map.Entry::getValue)
                    .toList();
            assertThat(buckets).hasSizeGreaterThan(9).isSorted();
        }
    }

    @Test
    void everyNameThatTheDashboardAndTheAlertsUseIsThere() throws IOException {
        var there = samples().keySet().stream()
                .map(sample -> sample.replaceFirst("\\{.*", ""))
                .collect(Collectors.toSet());
        var used = new TreeSet<String>();
        expressions().forEach(expression -> USED.matcher(expression).results().forEach(hit -> used.add(hit.group())));

        assertThat(used).hasSizeGreaterThan(15).contains("docchat_search_duration_seconds_bucket");
        assertThat(there).containsAll(used);
    }

    /** A selector that matches nothing draws an empty panel, and an alert that never fires. */
    @Test
    void everyLabelThatTheyAskForHasThatValue() throws IOException {
        var there = samples().keySet();
        var asked = Pattern.compile("(docchat_[a-z_]+)\\{([^}]*)}");
        var missing = expressions()
                .flatMap(expression -> asked.matcher(expression).results())
                .filter(selector -> Stream.of(selector.group(2).split(","))
                        .map(String::strip)
                        .filter(label -> label.matches("\\w+=\".*"))
                        .anyMatch(label -> there.stream()
                                .noneMatch(sample ->
                                        sample.startsWith(selector.group(1) + "{") && sample.contains(label))))
                .map(selector -> selector.group())
                .toList();
        assertThat(missing).isEmpty();
    }

    @Test
    @Tag("L1")
    void noLabelNamesAnybodyOrAnything() {
        var labels = samples().keySet().stream()
                .filter(sample -> sample.startsWith("docchat_") && sample.contains("{"))
                .flatMap(sample -> Stream.of(sample.replaceAll(".*\\{|}", "").split(",")))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(labels)
                .allMatch(label -> label.matches(
                        "(kind|status|outcome|phase|step|server)=\"[a-z0-9_]{2,12}\"|le=\"[0-9.+Inf]+\""));
    }

    @ParameterizedTest
    @Tag("A1")
    @ValueSource(strings = {"X-Forwarded-For: 198.51.100.7", "Forwarded: for=198.51.100.7", "X-Real-IP: 198.51.100.7"})
    void whoComesThroughAProxyIsTurnedAway(String header) throws Exception {
        var parts = header.split(": ");
        var request = HttpRequest.newBuilder(address.resolve("/metrics")).header(parts[0], parts[1]);
        var reply = HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());

        assertThat(reply.statusCode()).isEqualTo(401);
        assertThat(reply.body()).doesNotContain("docchat_");
    }

    @Test
    @Tag("A1")
    void theMetricsOfTheServerAreClosed() {
        for (var scope : List.of("base", "vendor", "application")) {
            assertThat(nobody.get("/metrics/" + scope).status()).isEqualTo(401);
        }
    }

    private Map<String, Double> samples() {
        var reply = nobody.get("/metrics").requireStatus(200);
        assertThat(reply.header("Content-Type")).startsWith("text/plain; version=0.0.4");
        var samples = new LinkedHashMap<String, Double>();
        SAMPLE.matcher(reply.body())
                .results()
                .forEach(hit -> samples.put(
                        hit.group(2) == null ? hit.group(1) : hit.group(1) + "{" + hit.group(2) + "}",
                        hit.group(3).equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(hit.group(3))));
        return samples;
    }

    private static double grown(Map<String, Double> before, Map<String, Double> after, String sample) {
        assertThat(after.keySet()).anyMatch(sample::equals);
        return after.get(sample) - before.getOrDefault(sample, 0.0);
    }

    /** Everything that Prometheus is asked for. */
    private static Stream<String> expressions() throws IOException {
        var dashboard = Files.readString(OBSERVABILITY.resolve("docchat.json"));
        try (var reader = Json.createReader(new StringReader(dashboard))) {
            var drawn = reader.readObject().getJsonArray("panels").getValuesAs(JsonObject.class).stream()
                    .filter(panel -> panel.containsKey("targets"))
                    .flatMap(panel -> panel.getJsonArray("targets").getValuesAs(JsonObject.class).stream())
                    .map(target -> target.getString("expr"))
                    .toList();
            var rules = Files.readString(OBSERVABILITY.resolve("alerts.yml"));
            assertThat(drawn).hasSizeGreaterThan(20);
            assertThat(rules).contains("alert: DocChatDown");
            return Stream.concat(drawn.stream(), Stream.of(rules));
        }
    }
}
