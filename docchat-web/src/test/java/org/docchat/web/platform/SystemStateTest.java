package org.docchat.web.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.docchat.FakeChatServer;
import org.docchat.web.model.ChatServer;
import org.docchat.web.model.OpenAiChatModel;
import org.docchat.web.platform.SystemState.Origin;
import org.docchat.web.platform.SystemState.Setting;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Administrators see what is set and where it comes from, and no secret")
class SystemStateTest {
    private static final String CANARY = "canary-wQ7vT3lB9xZ1pK5sN";

    @Test
    @Tag("L1")
    void noSecretIsAmongTheSettings(@TempDir Path directory) throws IOException {
        var file = Files.writeString(directory.resolve("key"), CANARY + "-from-a-file");

        var settings = SystemState.settings(new FixedConfig(Map.of(
                "JWT_SECRET",
                CANARY + "-and-some-more-of-it",
                "DATABASE_URL",
                "postgresql://ann:" + CANARY + "@host/database",
                "DOCCHAT_ADMIN_PASSWORD",
                CANARY,
                "POSTGRES_PASSWORD",
                CANARY,
                "DOCCHAT_METRICS_TOKEN",
                CANARY,
                "OIDC_CLIENT_SECRET",
                CANARY,
                "OPENAI_API_KEY_FILE",
                file.toString(),
                "DOCCHAT_WORKERS",
                "3",
                "DOCCHAT_CHAT_MODEL",
                "llama")));

        assertThat(settings.toString()).doesNotContain(CANARY);
        assertThat(settings)
                .contains(
                        new Setting("OPENAI_API_KEY", "", true, Origin.FILE),
                        new Setting("JWT_SECRET", "", true, Origin.PROPERTY),
                        new Setting("DATABASE_URL", "", true, Origin.PROPERTY),
                        new Setting("DOCCHAT_WORKERS", "3", false, Origin.PROPERTY),
                        new Setting("DOCCHAT_CHAT_MODEL", "llama", false, Origin.PROPERTY),
                        new Setting("DOCCHAT_KEEP_VERSIONS", "", false, Origin.DEFAULT),
                        new Setting("OIDC_SCOPES", "", false, Origin.DEFAULT));
        assertThat(settings)
                .extracting(Setting::key)
                .isSorted()
                .doesNotContain("PATH")
                .hasSizeGreaterThan(30);
    }

    @Test
    void aChatModelThatIsTriedSaysAfterWhatTimeItBeganToWrite() {
        try (var server = new FakeChatServer((request, connection) -> connection.answer("rea", "dy"))) {
            var part = tried(server.address());

            assertThat(part.works()).isTrue();
            assertThat(part.state())
                    .matches("Its first word came after \\d+\\.\\d\\d s, its last after \\d+\\.\\d\\d s");
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    @Tag("F4")
    void aChatModelThatFailsWhenItIsTriedSaysWhatToDo() {
        URI nobody;
        try (var server = new FakeChatServer((request, connection) -> {})) {
            nobody = server.address();
        }

        var part = tried(nobody);

        assertThat(part.works()).isFalse();
        assertThat(part.state()).contains("cannot be reached").contains("OPENAI_BASE_URL");
    }

    private static SystemState.Part tried(URI address) {
        var limit = Duration.ofSeconds(10);
        try (var model = new OpenAiChatModel(new ChatServer(address, null, "small", 4_096, 50, limit, limit))) {
            var state = new SystemState();
            state.chat = Optional.of(model);
            return state.tried(new SystemState.Part("Writes answers", "small", "here", "Not asked yet", true, true));
        }
    }
}
