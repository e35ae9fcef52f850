package org.docchat.web.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A setting that is none")
@Tag("O8")
class UnknownSettingsTest {
    private static final String SECRET = "uWq0vT3lB9xZ7pK1sN5rD8yH2cF6jM4a";

    @ParameterizedTest
    @CsvSource({
        "DOCCHAT_WORKER, DOCCHAT_WORKERS",
        "DOCCHAT_ADMIN_PASWORD, DOCCHAT_ADMIN_PASSWORD",
        "DOCCHAT_ADMIN_PASSWORD_FILES, DOCCHAT_ADMIN_PASSWORD_FILE",
        "DOCCHAT_CHAT_TIMEOUT_SECOND, DOCCHAT_CHAT_TIMEOUT_SECONDS"
    })
    void stopsTheStartWithTheOneThatWasMeant(String name, String meant) {
        assertThatThrownBy(() -> look(Map.of(name, "hunter2")))
                .isInstanceOf(Settings.InvalidSetting.class)
                .hasMessageStartingWith(name + " ")
                .hasMessageContaining(meant + " ")
                .hasMessageNotContaining("hunter2");
    }

    /** A newer version's, after going back; a script's; what Kubernetes sets for a service of that name. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "DOCCHAT_REQUESTS_PER_TEAM",
                "DOCCHAT_TOKEN",
                "DOCCHAT_HOST",
                "DOCCHAT_SERVICE_PORT_HTTP",
                "DOCCHAT_PORT_80_TCP_ADDR"
            })
    void isLeftAloneWhereNoneWasMeant(String name) {
        assertThatCode(() -> look(Map.of(name, "1"))).doesNotThrowAnyException();
    }

    @Test
    void isLeftAloneWhereItIsEmpty() {
        assertThatCode(() -> look(Map.of("DOCCHAT_WORKER", ""))).doesNotThrowAnyException();
    }

    @Test
    void isNoneOfThoseThatAreExplained() throws IOException {
        var names = Pattern.compile("(?m)^(?:# )?(DOCCHAT_[A-Z0-9_]+)=")
                .matcher(Files.readString(Path.of("../.env.example")))
                .results()
                .map(found -> found.group(1))
                .toList();

        assertThat(names).hasSizeGreaterThan(30);
        assertThat(UnknownSettings.known(new FixedConfig(with(Map.of())))).containsAll(names);
    }

    @ParameterizedTest
    @CsvSource({"a, a, 0", "abc, '', 3", "kitten, sitting, 3", "WORKER, WORKERS, 1"})
    void isAsFarFromAnotherAsLettersChange(String one, String other, int letters) {
        assertThat(UnknownSettings.distance(one, other)).isEqualTo(letters);
        assertThat(UnknownSettings.distance(other, one)).isEqualTo(letters);
    }

    private static void look(Map<String, String> more) {
        UnknownSettings.look(new FixedConfig(with(more)));
    }

    private static Map<String, String> with(Map<String, String> more) {
        var all = new HashMap<>(more);
        all.put("JWT_SECRET", SECRET);
        return all;
    }
}
