package org.docchat.web.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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
}
