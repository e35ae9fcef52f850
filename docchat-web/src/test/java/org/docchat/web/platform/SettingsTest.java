package org.docchat.web.platform;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.docchat.web.model.ChatServer;
import org.docchat.web.model.EmbeddingServer;
import org.docchat.web.openid.OpenIdProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Settings are checked at start and stand in .env.example")
class SettingsTest {
    private static final String SECRET = "uWq0vT3lB9xZ7pK1sN5rD8yH2cF6jM4a";
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @Test
    @Tag("O8")
    void everyKeyThatIsReadIsExplainedAndEveryKeyThatIsExplainedIsRead() throws IOException {
        var read = new FixedConfig(Map.of("JWT_SECRET", SECRET, "DATABASE_URL", "postgresql://host/database"));
        Settings.of(read);
        var source = new ConfiguredDataSource(read);
        assertThat(source.getUrl()).contains("//host");
        var all = new TreeSet<>(read.asked());
        all.addAll(keysOfTheLauncher());
        all.removeIf(key -> key.endsWith("_FILE"));
        // The system's.
        all.remove("PATH");

        assertThat(keysExplained()).containsExactlyInAnyOrderElementsOf(all);
    }

    @Test
    @Tag("O8")
    void composePassesEachKeyOnButThoseThatTheImageDecides() throws IOException {
        var passed = matches("(?m)^      ([A-Z][A-Z0-9_]+):", Files.readString(ROOT.resolve("compose.yaml")));

        var missing = new TreeSet<>(keysExplained());
        missing.removeAll(passed);
        assertThat(missing).containsExactly("DOCCHAT_HOME", "DOCCHAT_PORT", "DOCCHAT_TESSERACT");
    }

    @Test
    @Tag("S3")
    void whatLooksLikeAnExpressionIsTakenAsItStands() {
        var settings = Settings.of(new FixedConfig(Map.of(
                "JWT_SECRET",
                SECRET + "${HOME}",
                "DOCCHAT_ADMIN_PASSWORD",
                "a${JWT_SECRET}b",
                "OPENAI_API_KEY",
                "${x}")));

        assertThat(settings.jwtSecret()).isEqualTo(SECRET + "${HOME}");
        assertThat(settings.adminPassword()).isEqualTo("a${JWT_SECRET}b");
        assertThat(requireNonNull(settings.chat()).key()).isEqualTo("${x}");
        assertThat(settings.toString()).doesNotContain(SECRET);
    }

    @Test
    void whatIsNotSetHasTheDefaultThatIsExplained() throws IOException {
        var settings = Settings.of(new FixedConfig(Map.of("JWT_SECRET", SECRET)));

        assertThat(lines())
                .contains(
                        "# DOCCHAT_UPLOAD_MAX_BYTES=" + settings.uploadMaxBytes(),
                        "# DOCCHAT_IMPORT_MAX_BYTES=" + settings.importMaxBytes(),
                        "# DOCCHAT_WORKERS=" + settings.workers(),
                        "# DOCCHAT_PARSER_HEAP_MB=" + settings.parserHeapMegabytes(),
                        "# DOCCHAT_PARSER_TIMEOUT_SECONDS=" + settings.parserTimeoutSeconds(),
                        "# DOCCHAT_REQUESTS_PER_USER=" + settings.requests().perUser(),
                        "# DOCCHAT_REQUESTS_PER_KEY=" + settings.requests().perKey(),
                        "# DOCCHAT_REQUESTS_PER_NETWORK=" + settings.requests().perNetwork(),
                        "# DOCCHAT_USER_MAX_BYTES=" + settings.quota().user().bytes(),
                        "# DOCCHAT_USER_MAX_DOCUMENTS="
                                + settings.quota().user().documents(),
                        "# DOCCHAT_COLLECTION_MAX_BYTES="
                                + settings.quota().collection().bytes(),
                        "# DOCCHAT_COLLECTION_MAX_DOCUMENTS="
                                + settings.quota().collection().documents(),
                        "# DOCCHAT_QUESTIONS_PER_USER=" + settings.questions().perUser(),
                        "# DOCCHAT_QUESTIONS_PER_COLLECTION="
                                + settings.questions().perCollection());
        var chat = requireNonNull(Settings.of(new FixedConfig(Map.of("JWT_SECRET", SECRET, "OPENAI_API_KEY", "sk-1")))
                .chat());
        assertThat(lines())
                .contains(
                        "# DOCCHAT_CHAT_MODEL=" + chat.model(),
                        "# DOCCHAT_CHAT_CONTEXT_TOKENS=" + chat.contextTokens(),
                        "# DOCCHAT_CHAT_ANSWER_TOKENS=" + chat.answerTokens(),
                        "# DOCCHAT_CHAT_FIRST_TOKEN_SECONDS="
                                + chat.firstToken().toSeconds(),
                        "# DOCCHAT_CHAT_TIMEOUT_SECONDS=" + chat.whole().toSeconds());
        assertThat(settings.adminPassword()).isNull();
        assertThat(settings.publicUrl()).isNull();
        assertThat(settings.modelThreads()).isEqualTo(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void theRulesOfRecognizingTextAreThoseExplained() throws IOException {
        var ocr = requireNonNull(
                Settings.of(new FixedConfig(Map.of("JWT_SECRET", SECRET, "DOCCHAT_TESSERACT", "/bin/sh")))
                        .ocr());

        assertThat(ocr.program()).isEqualTo(Path.of("/bin/sh"));
        assertThat(lines())
                .contains(
                        "# DOCCHAT_OCR_PAGE_SECONDS=" + ocr.page().toSeconds(),
                        "# DOCCHAT_OCR_DOCUMENT_SECONDS=" + ocr.document().toSeconds());
        assertThat(Settings.of(new FixedConfig(Map.of(
                                "JWT_SECRET",
                                SECRET,
                                "DOCCHAT_TESSERACT",
                                "/bin/sh",
                                "DOCCHAT_OCR_DOCUMENT_SECONDS",
                                "0")))
                        .ocr())
                .isNull();
        assertThatThrownBy(() -> Settings.of(
                        new FixedConfig(Map.of("JWT_SECRET", SECRET, "DOCCHAT_TESSERACT", "/nowhere/tesseract"))))
                .isInstanceOf(Settings.InvalidSetting.class)
                .hasMessageContaining("DOCCHAT_TESSERACT");
    }

    @ParameterizedTest
    @Tag("A10")
    @ValueSource(
            strings = {
                "short",
                "change-me",
                "changeme-changeme-changeme-changeme",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "passwordpasswordpasswordpassword",
                "12345678901234567890123456789012",
                "docchat-docchat-docchat-docchat-docchat",
                "   "
            })
    void aWeakSecretStopsTheStart(String secret) {
        assertThatThrownBy(() -> Settings.of(new FixedConfig(Map.of("JWT_SECRET", secret))))
                .isInstanceOf(Settings.InvalidSetting.class)
                .hasMessageContaining("JWT_SECRET")
                .hasMessageContaining("32 bytes");
    }

    @Test
    @Tag("A10")
    void aRefusedSecretIsNotRepeated() {
        assertThatThrownBy(() -> Settings.of(new FixedConfig(Map.of("JWT_SECRET", "hunter2-hunter2"))))
                .isInstanceOf(Settings.InvalidSetting.class)
                .hasMessageNotContaining("hunter2");
    }

    @ParameterizedTest
    @CsvSource({
        "DOCCHAT_ADMIN_PASSWORD, short",
        "DOCCHAT_ADMIN_PASSWORD, change-me",
        "DOCCHAT_ADMIN_PASSWORD, admin123",
        "DOCCHAT_ADMIN_PASSWORD, 12345678",
        "DOCCHAT_ADMIN_PASSWORD, Pa$$w0rd2024!",
        "DOCCHAT_ADMIN_PASSWORD, qwertyuiop",
        "DOCCHAT_AUDIT_QUESTIONS, yes",
        "POSTGRES_PASSWORD, postgres-2026",
        "POSTGRES_PASSWORD, short",
        "POSTGRES_PASSWORD, changeme-changeme",
        "DOCCHAT_PUBLIC_URL, ftp://files.example",
        "DOCCHAT_UPLOAD_MAX_BYTES, 0",
        "DOCCHAT_WORKERS, 65",
        "DOCCHAT_MODEL_THREADS, four",
        "DOCCHAT_PARSER_HEAP_MB, 63",
        "DOCCHAT_PARSER_TIMEOUT_SECONDS, -1",
        "DOCCHAT_CLAMAV, clamav",
        "DOCCHAT_TRUSTED_PROXIES, proxy",
        "DOCCHAT_TRUSTED_PROXIES, 10.0.0.0/33",
        "DOCCHAT_TRUSTED_PROXIES, 10.0.0.0/8 fd00::/",
        "DOCCHAT_CLAMAV, clamav:0",
        "DOCCHAT_CLAMAV, clamav:65536",
        "DOCCHAT_CLAMAV, tcp://clamav:3310",
        "OPENAI_BASE_URL, ftp://models.example",
        "OPENAI_BASE_URL, http://user:secret@models.example/v1",
        "OPENAI_BASE_URL, http://models.example/v1?key=secret",
        "OPENAI_API_KEY, two words",
        "DOCCHAT_CHAT_CONTEXT_TOKENS, 100",
        "DOCCHAT_CHAT_ANSWER_TOKENS, 5000",
        "DOCCHAT_CHAT_FIRST_TOKEN_SECONDS, 0",
        "DOCCHAT_CHAT_TIMEOUT_SECONDS, soon",
        "DOCCHAT_EMBEDDING_MODEL, it's",
        "DOCCHAT_EMBEDDING_MODEL, bge-small-en-v1.5-q",
        "DOCCHAT_EMBEDDING_DIMENSIONS, 4001",
        "DOCCHAT_EMBEDDING_BASE_URL, ftp://models.example",
        "DOCCHAT_EMBEDDING_API_KEY, two words"
    })
    void aWrongValueStopsTheStartWithItsName(String key, String value) {
        assertThatThrownBy(() -> Settings.of(new FixedConfig(Map.of("JWT_SECRET", SECRET, key, value))))
                .isInstanceOf(Settings.InvalidSetting.class)
                .hasMessageStartingWith(key + " ");
    }

    @ParameterizedTest
    @CsvSource({"clamav:3310, clamav, 3310", "10.0.0.7:1, 10.0.0.7, 1", "[::1]:65535, [::1], 65535"})
    void aScannerIsAHostAndAPort(String value, String host, int port) {
        var clamav = requireNonNull(Settings.of(new FixedConfig(Map.of("JWT_SECRET", SECRET, "DOCCHAT_CLAMAV", value)))
                .clamav());

        assertThat(clamav.getHostString()).isEqualTo(host);
        assertThat(clamav.getPort()).isEqualTo(port);
    }

    @Test
    void aKeyOrAnAddressMakesAChatModelAndNeitherNone() {
        assertThat(Settings.of(new FixedConfig(Map.of("JWT_SECRET", SECRET))).chat())
                .isNull();
        assertThat(Settings.of(new FixedConfig(Map.of("JWT_SECRET", SECRET, "OPENAI_API_KEY", "sk-1")))
                        .chat())
                .extracting(server -> server.address().toString(), ChatServer::key, ChatServer::model)
                .containsExactly("https://api.openai.com/v1", "sk-1", "gpt-4o-mini");
        assertThat(Settings.of(new FixedConfig(
                                Map.of("JWT_SECRET", SECRET, "OPENAI_BASE_URL", "http://localhost:11434/v1/")))
                        .chat())
                .extracting(server -> server.address().toString(), ChatServer::key)
                .containsExactly("http://localhost:11434/v1", null);
    }

    @Test
    @Tag("S3")
    void aSecondEmbeddingModelIsWhereTheChatModelIsOrAtAnAddressAndWithAKeyOfItsOwn() {
        var shared = Map.of(
                "JWT_SECRET",
                SECRET,
                "OPENAI_API_KEY",
                "sk-1",
                "DOCCHAT_EMBEDDING_MODEL",
                "nomic-embed-text",
                "DOCCHAT_EMBEDDING_DIMENSIONS",
                "768");
        assertThat(Settings.of(new FixedConfig(shared)).embedding())
                .isEqualTo(
                        new EmbeddingServer(URI.create("https://api.openai.com/v1"), "sk-1", "nomic-embed-text", 768));
        var own = new HashMap<>(shared);
        own.put("DOCCHAT_EMBEDDING_BASE_URL", "http://localhost:11434/v1/");
        assertThat(Settings.of(new FixedConfig(own)).embedding())
                .isEqualTo(new EmbeddingServer(URI.create("http://localhost:11434/v1"), null, "nomic-embed-text", 768));
        own.remove("DOCCHAT_EMBEDDING_DIMENSIONS");
        assertThatThrownBy(() -> Settings.of(new FixedConfig(own)))
                .isInstanceOf(Settings.InvalidSetting.class)
                .hasMessageStartingWith("DOCCHAT_EMBEDDING_DIMENSIONS ");
    }

    @Test
    void anIssuerMakesAnIdentityProvider() throws IOException {
        assertThat(Settings.of(new FixedConfig(Map.of("JWT_SECRET", SECRET, "OIDC_CLIENT_ID", "docchat")))
                        .openId())
                .isNull();
        var openId =
                requireNonNull(Settings.of(new FixedConfig(provider(Map.of()))).openId());

        assertThat(openId.issuer()).hasToString("https://id.example.org/realms/docchat");
        assertThat(openId.clientSecret()).isNull();
        assertThat(openId.apiAudience()).isNull();
        assertThat(openId.hosts()).isEmpty();
        assertThat(lines())
                .contains(
                        "# OIDC_NAME=" + openId.name(),
                        "# OIDC_SCOPES=" + String.join(" ", openId.scopes()),
                        "# OIDC_GROUPS_CLAIM=" + openId.groupsClaim());
        assertThat(Settings.of(new FixedConfig(provider(
                                Map.of("OIDC_CLIENT_SECRET", "Kx8-vLq2", "OIDC_HOSTS", "a.example, b.example"))))
                        .openId())
                .hasToString("docchat at https://id.example.org/realms/docchat")
                .extracting(OpenIdProvider::hosts)
                .isEqualTo(Set.of("a.example", "b.example"));
        for (var issuer : List.of("http://localhost:8081", "http://keycloak.localhost:8081/x", "http://127.0.0.1/x")) {
            assertThat(Settings.of(new FixedConfig(provider(Map.of("OIDC_ISSUER", issuer))))
                            .openId())
                    .isNotNull();
        }
    }

    @ParameterizedTest
    @Tag("S3")
    @CsvSource({
        "OIDC_ISSUER, http://id.example.org/realm",
        "OIDC_ISSUER, http://localhost.evil.example/realm",
        "OIDC_ISSUER, https://user@id.example.org/realm",
        "OIDC_ISSUER, id.example.org",
        "OIDC_CLIENT_ID, ''",
        "DOCCHAT_PUBLIC_URL, ''",
        "OIDC_SCOPES, profile email",
        "OIDC_NAME, the identity provider of our whole company",
        "OIDC_API_AUDIENCE, docchat",
        "OIDC_CLIENT_SECRET, change-me",
        "OIDC_CLIENT_SECRET, secret123"
    })
    void anIdentityProviderThatIsSetUpWronglyStopsTheStart(String key, String value) {
        assertThatThrownBy(() -> Settings.of(new FixedConfig(provider(Map.of(key, value)))))
                .isInstanceOf(Settings.InvalidSetting.class)
                .hasMessageStartingWith(key + " ");
    }

    private static Map<String, String> provider(Map<String, String> changes) {
        var all = new HashMap<>(Map.of(
                "JWT_SECRET",
                SECRET,
                "DOCCHAT_PUBLIC_URL",
                "https://docchat.example.org",
                "OIDC_ISSUER",
                "https://id.example.org/realms/docchat",
                "OIDC_CLIENT_ID",
                "docchat"));
        all.putAll(changes);
        return all;
    }

    @Test
    void aSecretCanComeFromAFile(@TempDir Path directory) throws IOException {
        var file = Files.writeString(directory.resolve("secret"), SECRET + "\n");

        assertThat(Settings.of(new FixedConfig(Map.of("JWT_SECRET_FILE", file.toString())))
                        .jwtSecret())
                .isEqualTo(SECRET);
        assertThatThrownBy(() -> Settings.of(new FixedConfig(Map.of("JWT_SECRET_FILE", file + ".absent"))))
                .isInstanceOf(Settings.InvalidSetting.class)
                .hasMessageStartingWith("JWT_SECRET_FILE ");
    }

    @ParameterizedTest
    @CsvSource({
        "postgresql://ann:p%40ss+w@host:6543/library?sslmode=require, ann, p@ss+w",
        "postgres://ann:secret@host:6543/library?sslmode=require, ann, secret",
        "jdbc:postgresql://host:6543/library?sslmode=require&user=ann&password=secret, ann, secret"
    })
    void bothFormsOfTheDatabasesAddressAreTaken(String url, String user, String password) {
        var source = new ConfiguredDataSource(new FixedConfig(Map.of("DATABASE_URL", url)));

        assertThat(source.getServerNames()).containsExactly("host");
        assertThat(source.getPortNumbers()).containsExactly(6543);
        assertThat(source.getDatabaseName()).isEqualTo("library");
        assertThat(source.getSslMode()).isEqualTo("require");
        assertThat(source.getUser()).isEqualTo(user);
        assertThat(source.getPassword()).isEqualTo(password);
    }

    @Test
    @Tag("L1")
    void theDatabasesComplaintsDoNotRepeatTheRowsThatTheyAreAbout() {
        var source = new ConfiguredDataSource(new FixedConfig(Map.of("DATABASE_URL", "postgresql://host/library")));

        assertThat(source.getLogServerErrorDetail()).isFalse();
    }

    @ParameterizedTest
    @Tag("A10")
    @CsvSource({
        "postgresql://ann:change-me@host/library, true",
        "jdbc:postgresql://host/library?user=ann&password=changeme, true",
        "postgresql://ann:postgres@host/library, false"
    })
    void aPlaceholderForTheDatabasesPasswordStopsTheStartAndAWeakOneIsKnown(String url, boolean refused) {
        var config = new FixedConfig(Map.of("DATABASE_URL", url));

        if (refused) {
            assertThatThrownBy(() -> new ConfiguredDataSource(config))
                    .isInstanceOf(Settings.InvalidSetting.class)
                    .hasMessageStartingWith("DATABASE_URL ")
                    .hasMessageNotContaining("change");
        } else {
            assertThat(new ConfiguredDataSource(config).isWeaklyGuarded()).isTrue();
        }
    }

    @Test
    void theHostIsTheAddresssWhateverTheServerFillsIn() {
        var source = new ConfiguredDataSource(new FixedConfig(Map.of("DATABASE_URL", "postgresql://host/library")));

        source.setServerName("localhost");

        assertThat(source.getServerNames()).containsExactly("host");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mysql://ann:tiger@host/library", "postgresql://ann:tiger@host", "tiger@host", " "})
    void anotherAddressStopsTheStartWithItsRuleAndWithoutItsPassword(String url) {
        assertThatThrownBy(() -> new ConfiguredDataSource(new FixedConfig(Map.of("DATABASE_URL", url))))
                .isInstanceOf(Settings.InvalidSetting.class)
                .hasMessageStartingWith("DATABASE_URL ")
                .hasMessageNotContaining("tiger");
    }

    private static Set<String> keysOfTheLauncher() throws IOException {
        var sources = new StringBuilder();
        try (var files = Files.list(Path.of("src/main/java/org/docchat/launcher"))) {
            for (var file : files.toList()) {
                sources.append(Files.readString(file));
            }
        }
        return matches("setting\\(\\s*\"([A-Z_]+)\"", sources.toString());
    }

    private static Set<String> keysExplained() throws IOException {
        // What follows is read by compose alone.
        var lines = lines().stream().takeWhile(line -> !line.equals("# Only for compose.yaml"));
        return matches("(?m)^(?:# )?([A-Z][A-Z0-9_]+)=", lines.collect(Collectors.joining("\n")));
    }

    private static List<String> lines() throws IOException {
        return Files.readAllLines(ROOT.resolve(".env.example"));
    }

    private static Set<String> matches(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
