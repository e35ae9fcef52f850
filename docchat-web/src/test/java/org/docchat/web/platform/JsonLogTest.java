package org.docchat.web.platform;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.docchat.domain.LogContext;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The log as JSON")
class JsonLogTest {
    private final JsonLog log = new JsonLog();

    @ParameterizedTest
    @Tag("L2")
    @ValueSource(
            strings = {
                "name\r\n{\"Level\":\"SEVERE\",\"LogMessage\":\"forged\"}",
                "\u001b[2J\u001b]0;title\u0007 \u009b31m",
                "${jndi:ldap://127.0.0.1/a} ${env:JWT_SECRET}",
                "two\u2028lines\u0085more",
                "right to left \u202e and nothing \u0000\u200b",
                "half a pair \ud800 and a whole one \ud83d\ude00",
                "\"quoted\" \\ back"
            })
    void isOneLineWithNothingInItThatAnythingObeys(String text) {
        var event = new LogRecord(Level.WARNING, "{0} was refused");
        event.setParameters(new Object[] {text});
        event.setThrown(new IllegalStateException(text));

        var line = log.format(event);

        assertThat(line).endsWith("}\n");
        assertThat(line.strip()).matches("[\\x20-\\x7e]+").doesNotContain("${");
        assertThat(read(line).getString("LogMessage")).isEqualTo(text + " was refused");
        assertThat(read(line).getJsonObject("Throwable").getString("StackTrace"))
                .contains(text)
                .contains("JsonLogTest");
    }

    @Test
    void saysWhatTheThreadWorksOn() throws InterruptedException {
        var lines = new ArrayList<String>();
        var event = new LogRecord(Level.INFO, "here");
        try (var request = LogContext.with(Map.of(LogContext.Key.REQUEST, "r-1", LogContext.Key.TRACE, "4bf92f"))) {
            try (var user = LogContext.with(LogContext.Key.USER, "u-1")) {
                lines.add(log.format(event));
                var other = new Thread(LogContext.carriedInto(() -> lines.add(log.format(event))));
                other.start();
                other.join();
            }
            lines.add(log.format(event));
        }
        lines.add(log.format(event));

        assertThat(lines.stream().map(line -> ids(read(line))))
                .containsExactly(
                        List.of("r-1", "4bf92f", "u-1"),
                        List.of("r-1", "4bf92f", "u-1"),
                        List.of("r-1", "4bf92f", ""),
                        List.of("", "", ""));
    }

    @Test
    void endsWithTheApplication() {
        var handler = new Kept();
        var root = Logger.getLogger("");
        root.addHandler(handler);
        try {
            var before = handler.getFormatter();
            var end = JsonLog.install();
            assertThat(handler.getFormatter()).isInstanceOf(JsonLog.class);

            end.run();

            assertThat(handler.getFormatter()).isSameAs(before);
        } finally {
            root.removeHandler(handler);
        }
    }

    private static List<String> ids(JsonObject line) {
        return List.of(line.getString("RequestId", ""), line.getString("TraceId", ""), line.getString("UserId", ""));
    }

    private static JsonObject read(String line) {
        try (var reader = Json.createReader(new StringReader(line))) {
            return reader.readObject();
        }
    }

    private static final class Kept extends Handler {
        Kept() {
            setFormatter(new SimpleFormatter());
        }

        @Override
        public void publish(LogRecord event) {}

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
