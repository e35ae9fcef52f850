package org.docchat.web.platform;

import io.opentelemetry.api.trace.Span;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.docchat.domain.LogContext;
import org.jspecify.annotations.Nullable;

/**
 * An event a line, as JSON: the fields of the server's own JSON log, and what the thread was working on. The formatter
 * is put into the handlers that are there, since the server looks for formatters that its configuration names among its
 * own classes only.
 */
final class JsonLog extends Formatter {
    private static final Map<LogContext.Key, String> FIELDS = new EnumMap<>(Map.of(
            LogContext.Key.REQUEST, "RequestId",
            LogContext.Key.TRACE, "TraceId",
            LogContext.Key.USER, "UserId",
            LogContext.Key.DOCUMENT, "DocumentId"));
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSSXXXX", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /**
     * From here on all of the server's handlers write JSON.
     *
     * @return takes it back: the server outlives the application
     */
    static Runnable install() {
        var before = new HashMap<Handler, Formatter>();
        for (var handler : Logger.getLogger("").getHandlers()) {
            // One without writes something else than lines.
            if (handler.getFormatter() != null) {
                before.put(handler, handler.getFormatter());
                handler.setFormatter(new JsonLog());
            }
        }
        return () -> before.forEach(Handler::setFormatter);
    }

    @Override
    public String format(LogRecord event) {
        var line = new StringBuilder(200).append('{');
        field(line, "Timestamp", TIME.format(event.getInstant()));
        field(line, "Level", event.getLevel().getName());
        field(line, "LoggerName", String.valueOf(event.getLoggerName()));
        field(line, "ThreadID", Long.toString(event.getLongThreadID()));
        field(line, "ThreadName", Thread.currentThread().getName());
        var context = LogContext.current();
        FIELDS.forEach((key, name) -> {
            var value = context.get(key);
            if (value == null && key == LogContext.Key.TRACE) {
                value = traceId();
            }
            if (value != null) {
                field(line, name, value);
            }
        });
        field(line, "LogMessage", formatMessage(event));
        var thrown = event.getThrown();
        if (thrown != null) {
            var trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace, true));
            line.append(",\"Throwable\":{");
            field(line, "Exception", thrown.toString());
            field(line, "StackTrace", trace.toString());
            line.append('}');
        }
        return line.append("}\n").toString();
    }

    /** Of the trace that the server has begun itself. */
    private static @Nullable String traceId() {
        var span = Span.current().getSpanContext();
        return span.isValid() ? span.getTraceId() : null;
    }

    private static void field(StringBuilder line, String name, String value) {
        if (line.charAt(line.length() - 1) != '{') {
            line.append(',');
        }
        line.append('"').append(name).append("\":\"");
        for (int i = 0; i < value.length(); i++) {
            escape(line, value.charAt(i), value.startsWith("${", i));
        }
        line.append('"');
    }

    /**
     * Also what terminals obey and what ends a line elsewhere.
     *
     * @param lookedUp it begins what other loggers would look up
     */
    private static void escape(StringBuilder line, char character, boolean lookedUp) {
        if (character == '"' || character == '\\') {
            line.append('\\').append(character);
        } else if (lookedUp
                || Character.isISOControl(character)
                || "\u2028\u2029".indexOf(character) >= 0
                || Character.isSurrogate(character)
                || Character.getType(character) == Character.FORMAT) {
            line.append(String.format(Locale.ROOT, "\\u%04x", (int) character));
        } else {
            line.append(character);
        }
    }
}
