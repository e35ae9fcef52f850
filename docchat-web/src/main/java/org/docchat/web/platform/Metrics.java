package org.docchat.web.platform;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.docchat.domain.Answer;
import org.docchat.domain.Failure;
import org.docchat.ingest.Library;
import org.docchat.ingest.Worker;
import org.docchat.query.ChatModel;
import org.docchat.query.Librarian;
import org.jspecify.annotations.Nullable;

/**
 * What this node did, in numbers. Names follow Prometheus' conventions. No label names a user, a document, a collection
 * or a question; each has few values, and all of them are there from the start, so that a rate is never missing.
 */
final class Metrics implements Librarian.Observer, Worker.Observer {
    /** Around what people feel: at once, quick, slow, given up. */
    private static final double[] REQUEST_BOUNDS = {.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120};

    private static final double[] STEP_BOUNDS = {.05, .25, 1, 5, 15, 60, 300};
    private static final double[] WAIT_BOUNDS = {.001, .005, .025, .1, .5, 1, 5};
    private static final double[] TENTHS = {.1, .2, .3, .4, .5, .6, .7, .8, .9, 1};

    private final PrometheusRegistry registry = new PrometheusRegistry();

    private final Gauge requestsRunning =
            gauge("docchat_http_requests_running", "Requests that have not ended, event streams included.");
    private final Histogram requests = seconds(
            "docchat_http_request_duration",
            "Requests by what they went to and the class of their status; a stream lasts as long as it is listened to.",
            REQUEST_BOUNDS,
            "kind",
            "status");
    private final Histogram searches = seconds("docchat_search_duration", "Searches.", REQUEST_BOUNDS, "outcome");
    private final Histogram answers = seconds(
            "docchat_answer_duration", "Answers, from the question to what is stored.", REQUEST_BOUNDS, "outcome");
    private final Histogram phases = seconds(
            "docchat_question_phase_duration",
            "What searches and answers took their time for.",
            REQUEST_BOUNDS,
            "phase");
    private final Histogram evidence = Histogram.builder()
            .name("docchat_answer_evidence_ratio")
            .help("How probable it was that the documents hold the answer.")
            .classicOnly()
            .classicUpperBounds(TENTHS)
            .register(registry);
    private final Histogram chatCalls =
            seconds("docchat_chat_call_duration", "Calls of the chat model.", REQUEST_BOUNDS, "outcome");
    private final Histogram chatFirstTokens =
            seconds("docchat_chat_first_token", "From a call of the chat model to its first token.", REQUEST_BOUNDS);
    private final Counter chatTokens =
            counter("docchat_chat_tokens_total", "Tokens that the chat model read and wrote.", "kind");
    private final Histogram embeddingCalls = seconds(
            "docchat_embedding_call_duration",
            "Calls of the embedding model that is on a server, repeated attempts included.",
            REQUEST_BOUNDS,
            "kind",
            "outcome");
    private final Histogram steps = seconds(
            "docchat_ingest_step_duration",
            "Steps of documents into the index: read, embed (one for each turn), index.",
            STEP_BOUNDS,
            "step",
            "outcome");
    private final Gauge waiting = gauge(
            "docchat_ingest_waiting_documents",
            "Documents that wait to be indexed, without those of paused collections; the same on every node.");
    private final Gauge oldest = gauge(
            "docchat_ingest_oldest_waiting_seconds",
            "How long the first of the documents that wait has waited; the same on every node.");
    private final Gauge transactions = gauge(
            "docchat_database_transactions_running",
            "Transactions that have not ended: each holds a connection of the pool or waits for one.");
    private final Histogram connectionWaits = seconds(
            "docchat_database_connection_wait",
            "From the beginning of a transaction until its first statement has run.",
            WAIT_BOUNDS);
    private final Counter databaseFailures = counter(
            "docchat_database_failures_total",
            "Transactions that failed because the database could not be reached or had no room.");

    private final Counter rankings = counter(
            "docchat_search_rankings_total", "Where searches ranked: on the database, or on its replica.", "server");
    private final Gauge replicaStaleness = gauge(
            "docchat_database_replica_staleness_seconds",
            "How far the replica is behind at most; not a number where none was seen.");

    Metrics() {
        for (var kind : RequestKind.values()) {
            Stream.of("2xx", "3xx", "4xx", "5xx").forEach(status -> requests.initLabelValues(name(kind), status));
        }
        Stream.of("found", "refused", "failed").forEach(searches::initLabelValues);
        Stream.of("cited", "not_found", "refused", "cancelled", "failed").forEach(answers::initLabelValues);
        Stream.of("embed", "search", "write").forEach(phases::initLabelValues);
        Stream.of(ChatModel.End.values()).map(Metrics::name).forEach(chatCalls::initLabelValues);
        chatCalls.initLabelValues("failed");
        Stream.of("prompt", "completion").forEach(chatTokens::initLabelValues);
        for (var kind : List.of("passages", "question")) {
            Stream.of("done", "failed").forEach(outcome -> embeddingCalls.initLabelValues(kind, outcome));
        }
        for (var step : Worker.Step.values()) {
            Stream.of(Worker.Outcome.values()).forEach(outcome -> steps.initLabelValues(name(step), name(outcome)));
        }
        Stream.of("database", "replica").forEach(rankings::initLabelValues);
        replica(null);
        JvmMemoryMetrics.builder().register(registry);
        JvmGarbageCollectorMetrics.builder().register(registry);
        JvmThreadsMetrics.builder().register(registry);
        ProcessMetrics.builder().register(registry);
    }

    MetricSnapshots scrape() {
        return registry.scrape();
    }

    /** How many calls of the chat model ended so; null: all of them. */
    long chatCalls(@Nullable String outcome) {
        return chatCalls.collect().getDataPoints().stream()
                .filter(point ->
                        outcome == null || outcome.equals(point.getLabels().get("outcome")))
                .mapToLong(point -> point.getCount())
                .sum();
    }

    void requestBegan() {
        requestsRunning.inc();
    }

    void requestEnded(RequestKind kind, int status, Duration took) {
        requestsRunning.dec();
        requests.labelValues(name(kind), Math.max(2, Math.min(5, status / 100)) + "xx")
                .observe(seconds(took));
    }

    /** @param backlog null: it could not be found out, and no number is better than an old one */
    void waits(Library.@Nullable Backlog backlog) {
        waiting.set(backlog == null ? Double.NaN : backlog.documents());
        oldest.set(backlog == null ? Double.NaN : seconds(backlog.oldest()));
    }

    @Override
    public void searched(Duration took, Librarian.Timings timings) {
        searches.labelValues("found").observe(seconds(took));
        phase("embed", timings.embedMillis());
        phase("search", timings.searchMillis());
    }

    @Override
    public void searchFailed(Duration took, RuntimeException failure) {
        searches.labelValues(outcome(failure)).observe(seconds(took));
    }

    @Override
    public void answered(Duration took, Librarian.GivenAnswer given) {
        answers.labelValues(given.answer() instanceof Answer.Cited ? "cited" : "not_found")
                .observe(seconds(took));
        evidence.observe(given.answer().evidence());
        phase("embed", given.timings().embedMillis());
        phase("search", given.timings().searchMillis());
        phase("write", given.timings().writeMillis());
    }

    @Override
    public void answerFailed(Duration took, RuntimeException failure) {
        answers.labelValues(failure instanceof CancellationException ? "cancelled" : outcome(failure))
                .observe(seconds(took));
    }

    /** What somebody asked wrongly is no failure of ours. */
    private static String outcome(RuntimeException failure) {
        return failure instanceof Failure && !(failure instanceof Failure.Unavailable) ? "refused" : "failed";
    }

    private void phase(String phase, long millis) {
        phases.labelValues(phase).observe(millis / 1_000.0);
    }

    @Override
    public void took(Worker.Step step, Worker.Outcome outcome, Duration time) {
        steps.labelValues(name(step), name(outcome)).observe(seconds(time));
    }

    void chatBegan(Duration toFirstToken) {
        chatFirstTokens.observe(seconds(toFirstToken));
    }

    /** @param completion null: the model failed */
    void chatEnded(Duration took, ChatModel.@Nullable Completion completion) {
        chatCalls
                .labelValues(completion == null ? "failed" : name(completion.end()))
                .observe(seconds(took));
        if (completion != null) {
            chatTokens.labelValues("prompt").inc(completion.usage().promptTokens());
            chatTokens.labelValues("completion").inc(completion.usage().completionTokens());
        }
    }

    /** @param kind passages, or a question */
    void embedded(String kind, boolean done, Duration took) {
        embeddingCalls.labelValues(kind, done ? "done" : "failed").observe(seconds(took));
    }

    Transaction transaction() {
        return new Transaction();
    }

    /** One that runs until it is closed. */
    final class Transaction implements AutoCloseable {
        private final long began = System.nanoTime();

        private Transaction() {
            transactions.inc();
        }

        void connected() {
            connectionWaits.observe((System.nanoTime() - began) / 1e9);
        }

        @Override
        public void close() {
            transactions.dec();
        }
    }

    /** @param server database, or replica */
    void ranked(String server) {
        rankings.labelValues(server).inc();
    }

    /** @param staleness null: it was never seen */
    void replica(@Nullable Duration staleness) {
        replicaStaleness.set(staleness == null ? Double.NaN : seconds(staleness));
    }

    void databaseFailed() {
        databaseFailures.inc();
    }

    private Gauge gauge(String name, String help) {
        return Gauge.builder().name(name).help(help).register(registry);
    }

    private Counter counter(String name, String help, String... labels) {
        return Counter.builder().name(name).help(help).labelNames(labels).register(registry);
    }

    private Histogram seconds(String name, String help, double[] bounds, String... labels) {
        return Histogram.builder()
                .name(name)
                .unit(Unit.SECONDS)
                .help(help)
                .labelNames(labels)
                .classicOnly()
                .classicUpperBounds(bounds)
                .register(registry);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** What a request is about. */
    enum RequestKind {
        API,
        /** As OpenAI's API and the Model Context Protocol. */
        INTEROP,
        PAGE,
        /** Events, as long as somebody listens. */
        STREAM,
        /** Probes and metrics. */
        PROBE,
        /** Style sheets, scripts, pictures and what is not there. */
        OTHER;

        private static final List<String> PROBES = List.of("/health", "/metrics");

        /** @param path within the application */
        static RequestKind of(String path, @Nullable String responseType) {
            if (responseType != null && responseType.startsWith("text/event-stream")) {
                return STREAM;
            }
            if (path.startsWith("/api/v1/")) {
                return API;
            }
            if (path.startsWith("/v1/") || path.equals("/mcp")) {
                return INTEROP;
            }
            if (PROBES.stream().anyMatch(path::startsWith)) {
                return PROBE;
            }
            return path.endsWith(".xhtml") && !path.startsWith("/jakarta.faces.resource") ? PAGE : OTHER;
        }
    }
}
