package org.docchat.web.platform;

import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.docchat.ingest.Quota;
import org.docchat.ingest.extract.Ocr;
import org.docchat.web.model.ChatServer;
import org.docchat.web.model.EmbeddingServer;
import org.docchat.web.openid.OpenIdProvider;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be configured, read and checked once at start. Keys and rules stand in {@code .env.example}.
 *
 * @param jwtSecret signs the bearer tokens: at least 32 bytes
 * @param adminPassword of the first administrator; null: one is generated where there is no user yet
 * @param publicUrl how people reach DocChat, without a trailing slash; null: as the request says
 * @param uploadMaxBytes the largest document that is accepted
 * @param importMaxBytes the largest archive of a collection that is accepted
 * @param keepVersions how many versions of a document are kept; 0: all
 * @param workers how many documents this node works on at a time; 0 for a node that only serves
 * @param modelThreads threads of the embedding model
 * @param parserHeapMegabytes heap of the extraction process
 * @param parserTimeoutSeconds wall clock for one document
 * @param ocr how scanned pages are read; null: not at all
 * @param clamav where ClamAV's daemon listens, unresolved; null: nothing looks for viruses
 * @param proxies whose word counts on who sent a request
 * @param requests how many requests are served in a minute
 * @param quota how much may be stored
 * @param questions how many questions are answered in a day
 * @param auditQuestions whether the audit trail says what was asked, not only that
 * @param metricsToken what a scraper of the metrics must bring; null: only callers from the own network are answered
 * @param logFormat what log lines look like
 * @param shutdownSeconds how long what runs may take to end when DocChat is stopped
 * @param chat what writes the answers; null: they are quoted from the documents
 * @param embedding embeds beside the bundled model, for collections that ask for it; null: there is only that
 * @param openId where people may sign in instead of here; null: nowhere
 */
public record Settings(
        String jwtSecret,
        @Nullable String adminPassword,
        @Nullable String publicUrl,
        long uploadMaxBytes,
        long importMaxBytes,
        int keepVersions,
        int workers,
        int modelThreads,
        int parserHeapMegabytes,
        int parserTimeoutSeconds,
        @Nullable Ocr ocr,
        @Nullable InetSocketAddress clamav,
        Proxies proxies,
        Requests requests,
        Quota quota,
        Questions questions,
        boolean auditQuestions,
        @Nullable String metricsToken,
        LogFormat logFormat,
        int shutdownSeconds,
        @Nullable ChatServer chat,
        @Nullable EmbeddingServer embedding,
        @Nullable OpenIdProvider openId,
        @Nullable Duration replicaStaleness) {

    /**
     * How many requests of the API are served in a minute, by all nodes together; 0: any number.
     *
     * @param perUser by whatever credentials
     * @param perKey by one API key
     * @param perNetwork from one IPv4 address, or one /64 of IPv6
     */
    public record Requests(int perUser, int perKey, int perNetwork) {}

    /**
     * How many questions are answered in a day, those of evaluations included; 0: any number.
     *
     * @param perUser in whatever collections
     * @param perCollection by whomever
     */
    public record Questions(int perUser, int perCollection) {}

    /** For people, or for programs that collect logs. */
    public enum LogFormat {
        TEXT,
        JSON
    }

    /** Says nothing: it holds secrets. */
    @Override
    public String toString() {
        return "Settings";
    }

    /** A setting is missing or breaks its rule; the message names the key and the rule, never the value. */
    public static final class InvalidSetting extends RuntimeException {
        public InvalidSetting(String key, String rule) {
            super(key + " " + rule);
        }
    }

    /**
     * Reads the settings.
     *
     * @throws InvalidSetting if one is missing or wrong: the start must stop
     */
    public static Settings of(Config config) {
        var jwtSecret = text(config, "JWT_SECRET").orElseThrow(() -> new InvalidSetting("JWT_SECRET", SECRET_RULE));
        if (jwtSecret.getBytes(StandardCharsets.UTF_8).length < 32 || Guessable.isWeak(jwtSecret)) {
            throw new InvalidSetting("JWT_SECRET", SECRET_RULE);
        }
        var adminPassword = text(config, "DOCCHAT_ADMIN_PASSWORD").orElse(null);
        if (adminPassword != null && (adminPassword.length() < 8 || Guessable.isWeak(adminPassword))) {
            throw new InvalidSetting(
                    "DOCCHAT_ADMIN_PASSWORD",
                    "must have at least 8 characters, and be no placeholder and nothing that is guessed first.");
        }
        // compose.yaml passes on what it makes the database with.
        text(config, "POSTGRES_PASSWORD").ifPresent(password -> {
            if (password.length() < 12 || Guessable.isWeak(password)) {
                throw new InvalidSetting(
                        "POSTGRES_PASSWORD",
                        "must have at least 12 characters, and be no placeholder and nothing that is guessed first.");
            }
        });
        var publicUrl = text(config, "DOCCHAT_PUBLIC_URL")
                .map(url -> url.replaceAll("(?<!/)/+$", ""))
                .orElse(null);
        if (publicUrl != null && !publicUrl.matches("https?://[^\\s/]+(/\\S*)?")) {
            throw new InvalidSetting("DOCCHAT_PUBLIC_URL", "must be an http or https address.");
        }
        return new Settings(
                jwtSecret,
                adminPassword,
                publicUrl,
                number(config, "DOCCHAT_UPLOAD_MAX_BYTES", 524_288_000L, 1, 1L << 40),
                number(config, "DOCCHAT_IMPORT_MAX_BYTES", 4_294_967_296L, 1, 1L << 40),
                (int) number(config, "DOCCHAT_KEEP_VERSIONS", 0, 0, 1_000_000),
                (int) number(config, "DOCCHAT_WORKERS", 1, 0, 64),
                (int) number(
                        config, "DOCCHAT_MODEL_THREADS", Runtime.getRuntime().availableProcessors(), 1, 256),
                (int) number(config, "DOCCHAT_PARSER_HEAP_MB", 384, 64, 65_536),
                (int) number(config, "DOCCHAT_PARSER_TIMEOUT_SECONDS", 300, 1, 86_400),
                ocr(config),
                clamav(config),
                proxies(config),
                new Requests(
                        (int) number(config, "DOCCHAT_REQUESTS_PER_USER", 12_000, 0, 10_000_000),
                        (int) number(config, "DOCCHAT_REQUESTS_PER_KEY", 12_000, 0, 10_000_000),
                        (int) number(config, "DOCCHAT_REQUESTS_PER_NETWORK", 60_000, 0, 10_000_000)),
                new Quota(
                        new Quota.Limit(
                                number(config, "DOCCHAT_USER_MAX_BYTES", 0, 0, 1L << 50),
                                number(config, "DOCCHAT_USER_MAX_DOCUMENTS", 0, 0, 1_000_000_000)),
                        new Quota.Limit(
                                number(config, "DOCCHAT_COLLECTION_MAX_BYTES", 0, 0, 1L << 50),
                                number(config, "DOCCHAT_COLLECTION_MAX_DOCUMENTS", 0, 0, 1_000_000_000))),
                new Questions((int) number(config, "DOCCHAT_QUESTIONS_PER_USER", 0, 0, 1_000_000_000), (int)
                        number(config, "DOCCHAT_QUESTIONS_PER_COLLECTION", 0, 0, 1_000_000_000)),
                flag(config, "DOCCHAT_AUDIT_QUESTIONS"),
                metricsToken(config),
                logFormat(config),
                (int) number(config, "DOCCHAT_SHUTDOWN_SECONDS", 20, 0, 3_600),
                chat(config),
                embedding(config),
                openId(config, publicUrl),
                replicaStaleness(config));
    }

    /** Null: there is no replica. */
    private static @Nullable Duration replicaStaleness(Config config) {
        long seconds = number(config, "DOCCHAT_READ_STALENESS_SECONDS", 2, 1, 3_600);
        return text(config, ReplicaDataSource.URL).isPresent() ? Duration.ofSeconds(seconds) : null;
    }

    private static @Nullable OpenIdProvider openId(Config config, @Nullable String publicUrl) {
        var issuer = text(config, "OIDC_ISSUER").orElse(null);
        var clientId = text(config, "OIDC_CLIENT_ID").orElse(null);
        var clientSecret = text(config, "OIDC_CLIENT_SECRET").orElse(null);
        var scopes = words(config, "OIDC_SCOPES", "openid profile email");
        var groupsClaim = text(config, "OIDC_GROUPS_CLAIM").orElse("groups");
        var name = text(config, "OIDC_NAME").orElse("single sign-on");
        var hosts = words(config, "OIDC_HOSTS", "");
        var apiAudience = text(config, "OIDC_API_AUDIENCE").orElse(null);
        if (issuer == null) {
            return null;
        }
        // Without encryption only on this computer: whoever could change the provider's keys on the way is anybody.
        if (!issuer.matches("(https://|http://([\\w-]+\\.)*(localhost|127\\.0\\.0\\.1)(:|/|$))[^\\s@?#]*")) {
            throw new InvalidSetting(
                    "OIDC_ISSUER", "must be an https address without user, query and fragment; http on localhost.");
        }
        if (clientId == null) {
            throw new InvalidSetting("OIDC_CLIENT_ID", "must be set where OIDC_ISSUER is.");
        }
        if (clientSecret != null && Guessable.isWeak(clientSecret)) {
            throw new InvalidSetting("OIDC_CLIENT_SECRET", "must be no placeholder and nothing that is guessed first.");
        }
        if (publicUrl == null) {
            throw new InvalidSetting(
                    "DOCCHAT_PUBLIC_URL", "must be set where OIDC_ISSUER is: the provider sends people back there.");
        }
        if (!scopes.contains("openid")) {
            throw new InvalidSetting("OIDC_SCOPES", "must contain openid.");
        }
        if (name.length() > 40) {
            throw new InvalidSetting("OIDC_NAME", "must have at most 40 characters.");
        }
        if (clientId.equals(apiAudience)) {
            throw new InvalidSetting(
                    "OIDC_API_AUDIENCE", "must not be OIDC_CLIENT_ID: id tokens would pass for access tokens.");
        }
        try {
            return new OpenIdProvider(
                    new URI(issuer), clientId, clientSecret, scopes, groupsClaim, name, Set.copyOf(hosts), apiAudience);
        } catch (URISyntaxException e) {
            throw new InvalidSetting("OIDC_ISSUER", "must be an https address.");
        }
    }

    private static List<String> words(Config config, String key, String otherwise) {
        var text = text(config, key).orElse(otherwise);
        return text.isBlank()
                ? List.of()
                : Stream.of(text.split("[\\s,]+")).distinct().toList();
    }

    private static boolean flag(Config config, String key) {
        return switch (text(config, key).orElse("false")) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new InvalidSetting(key, "must be true or false.");
        };
    }

    private static LogFormat logFormat(Config config) {
        return switch (text(config, "DOCCHAT_LOG_FORMAT").orElse("text")) {
            case "text" -> LogFormat.TEXT;
            case "json" -> LogFormat.JSON;
            default -> throw new InvalidSetting("DOCCHAT_LOG_FORMAT", "must be text or json.");
        };
    }

    private static @Nullable String metricsToken(Config config) {
        var token = text(config, "DOCCHAT_METRICS_TOKEN").orElse(null);
        if (token != null && (!token.matches("[\\x21-\\x7e]{16,}") || Guessable.isWeak(token))) {
            throw new InvalidSetting(
                    "DOCCHAT_METRICS_TOKEN", "must be one word of at least 16 ASCII characters and no placeholder.");
        }
        return token;
    }

    private static @Nullable Ocr ocr(Config config) {
        var page = Duration.ofSeconds(number(config, "DOCCHAT_OCR_PAGE_SECONDS", 60, 1, 3_600));
        var document = Duration.ofSeconds(number(config, "DOCCHAT_OCR_DOCUMENT_SECONDS", 3_600, 0, 86_400));
        var named = text(config, "DOCCHAT_TESSERACT");
        var program = named.map(Path::of).or(() -> onPath(config, "tesseract"));
        if (named.isPresent() && !Files.isExecutable(Path.of(named.get()))) {
            throw new InvalidSetting("DOCCHAT_TESSERACT", "must be the path of an executable file.");
        }
        return program.isEmpty() || document.isZero()
                ? null
                : new Ocr(program.get().toAbsolutePath(), page, document);
    }

    private static @Nullable InetSocketAddress clamav(Config config) {
        var address = text(config, "DOCCHAT_CLAMAV").orElse(null);
        if (address == null) {
            return null;
        }
        int colon = address.lastIndexOf(':');
        var host = address.substring(0, Math.max(0, colon));
        var port = address.substring(colon + 1);
        if (!host.matches("[A-Za-z0-9._-]++|\\[[0-9A-Fa-f:.]++]")
                || !port.matches("[1-9][0-9]{0,4}")
                || Integer.parseInt(port) > 65_535) {
            throw new InvalidSetting("DOCCHAT_CLAMAV", "must be host:port, such as clamav:3310.");
        }
        return InetSocketAddress.createUnresolved(host, Integer.parseInt(port));
    }

    private static Proxies proxies(Config config) {
        try {
            return Proxies.of(words(config, "DOCCHAT_TRUSTED_PROXIES", ""));
        } catch (IllegalArgumentException e) {
            throw new InvalidSetting(
                    "DOCCHAT_TRUSTED_PROXIES",
                    "must be IP addresses or networks such as 10.0.0.0/8, with spaces or commas between them.");
        }
    }

    private static Optional<Path> onPath(Config config, String program) {
        return literal(config, "PATH").stream()
                .flatMap(path -> Arrays.stream(path.split(File.pathSeparator)))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static @Nullable ChatServer chat(Config config) {
        var key = text(config, "OPENAI_API_KEY").orElse(null);
        var address = text(config, "OPENAI_BASE_URL").map(url -> url.replaceAll("(?<!/)/+$", ""));
        var model = text(config, "DOCCHAT_CHAT_MODEL").orElse("gpt-4o-mini");
        int context = (int) number(config, "DOCCHAT_CHAT_CONTEXT_TOKENS", 8_192, 2_048, 10_000_000);
        int answer = (int) number(config, "DOCCHAT_CHAT_ANSWER_TOKENS", 800, 50, 100_000);
        long firstToken = number(config, "DOCCHAT_CHAT_FIRST_TOKEN_SECONDS", 60, 1, 3_600);
        long whole = number(config, "DOCCHAT_CHAT_TIMEOUT_SECONDS", 180, 1, 3_600);
        if (address.isPresent() && !address.get().matches(ADDRESS)) {
            throw new InvalidSetting(
                    "OPENAI_BASE_URL", "must be an http or https address without user, query and fragment.");
        }
        if (key != null && !key.matches("[\\x21-\\x7e]+")) {
            throw new InvalidSetting("OPENAI_API_KEY", "must be one word of printable ASCII characters.");
        }
        if (answer > context / 2) {
            throw new InvalidSetting(
                    "DOCCHAT_CHAT_ANSWER_TOKENS", "must be at most half of DOCCHAT_CHAT_CONTEXT_TOKENS.");
        }
        if (key == null && address.isEmpty()) {
            return null;
        }
        try {
            return new ChatServer(
                    new URI(address.orElse(PUBLIC_API)),
                    key,
                    model,
                    context,
                    answer,
                    Duration.ofSeconds(firstToken),
                    Duration.ofSeconds(whole));
        } catch (URISyntaxException e) {
            throw new InvalidSetting("OPENAI_BASE_URL", "must be an http or https address.");
        }
    }

    private static @Nullable EmbeddingServer embedding(Config config) {
        var model = text(config, "DOCCHAT_EMBEDDING_MODEL").orElse(null);
        var own = text(config, "DOCCHAT_EMBEDDING_BASE_URL").map(url -> url.replaceAll("(?<!/)/+$", ""));
        var ownKey = text(config, "DOCCHAT_EMBEDDING_API_KEY").orElse(null);
        int dimensions = (int) number(config, "DOCCHAT_EMBEDDING_DIMENSIONS", 0, 2, 4_000);
        // It becomes part of statements, and of an index's name for what it is about.
        if (model != null && (!model.matches("[A-Za-z0-9][A-Za-z0-9._:/@-]{0,99}") || model.equals(BUNDLED))) {
            throw new InvalidSetting(
                    "DOCCHAT_EMBEDDING_MODEL",
                    "must have up to 100 letters, digits and . _ : / @ -, and not be the bundled model's name.");
        }
        if (own.isPresent() && !own.get().matches(ADDRESS)) {
            throw new InvalidSetting(
                    "DOCCHAT_EMBEDDING_BASE_URL", "must be an http or https address without user, query and fragment.");
        }
        if (ownKey != null && !ownKey.matches("[\\x21-\\x7e]+")) {
            throw new InvalidSetting("DOCCHAT_EMBEDDING_API_KEY", "must be one word of printable ASCII characters.");
        }
        if (model == null) {
            return null;
        }
        if (dimensions == 0) {
            throw new InvalidSetting("DOCCHAT_EMBEDDING_DIMENSIONS", "must be set where DOCCHAT_EMBEDDING_MODEL is.");
        }
        // A key goes to the address that it was set for, and to no other.
        var key = own.isPresent() ? ownKey : text(config, "OPENAI_API_KEY").orElse(null);
        var address = own.or(() -> text(config, "OPENAI_BASE_URL").map(url -> url.replaceAll("(?<!/)/+$", "")))
                .orElse(PUBLIC_API);
        try {
            return new EmbeddingServer(new URI(address), key, model, dimensions);
        } catch (URISyntaxException e) {
            throw new InvalidSetting("DOCCHAT_EMBEDDING_BASE_URL", "must be an http or https address.");
        }
    }

    private static final String PUBLIC_API = "https://api.openai.com/v1";
    private static final String ADDRESS = "https?://[^\\s/@?#]+(/[^\\s?#]*)?";
    /** The model that comes with DocChat. */
    private static final String BUNDLED = "bge-small-en-v1.5-q";

    private static final String SECRET_RULE =
            "must be set to a secret of at least 32 bytes, for instance the output of: openssl rand -base64 48";

    /** The value of a key, or the content of the file that KEY_FILE names; blank counts as absent. */
    static Optional<String> text(Config config, String key) {
        var file = literal(config, key + "_FILE");
        if (file.isPresent()) {
            try {
                return Optional.of(Files.readString(Path.of(file.get())).strip());
            } catch (IOException e) {
                throw new InvalidSetting(key + "_FILE", "must name a readable file.");
            }
        }
        return literal(config, key);
    }

    /** As it was set: a secret may hold what Config takes for an expression, and an expression reads other secrets. */
    private static Optional<String> literal(Config config, String key) {
        return Optional.ofNullable(config.getConfigValue(key).getRawValue())
                .map(String::strip)
                .filter(value -> !value.isEmpty());
    }

    private static long number(Config config, String key, long otherwise, long least, long most) {
        var text = text(config, key);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            long value = Long.parseLong(text.get());
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Answered below together with a number out of range.
        }
        throw new InvalidSetting(key, "must be a whole number from " + least + " to " + most + ".");
    }
}
