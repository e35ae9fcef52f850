package org.docchat.web.platform;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.util.Locale;
import java.util.regex.Pattern;
import org.hibernate.BaseSessionEventListener;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.resource.jdbc.spi.StatementInspector;

/**
 * What a request waits for, as spans below the one that the server makes of it (MicroProfile Telemetry): statements and
 * calls of the chat model. They hold no values: neither parameters of statements nor what is asked or written. Where there
 * is no collector, and for what no request began, there are none.
 */
@ApplicationScoped
class Spans {
    private static final Tracer NONE = OpenTelemetry.noop().getTracer("docchat");

    @Inject
    @SuppressWarnings("NullAway.Init")
    private Instance<Tracer> servers;

    /** Follows the statements of a transaction. */
    void follow(EntityManager session) {
        if (isTraced()) {
            session.unwrap(SharedSessionContractImplementor.class)
                    .getEventListenerManager()
                    .addListener(new Statements(tracer()));
        }
    }

    /** A call of a chat model, begun now. */
    Span chat(String model) {
        return (isTraced() ? tracer() : NONE)
                .spanBuilder("chat " + model)
                .setSpanKind(SpanKind.CLIENT)
                .setAttribute("gen_ai.operation.name", "chat")
                .setAttribute("gen_ai.request.model", model)
                .startSpan();
    }

    /** Not whether the span is still open: that of a stream ends when it begins. */
    private static boolean isTraced() {
        return Span.current().getSpanContext().isSampled();
    }

    private Tracer tracer() {
        return servers.isResolvable() ? servers.get() : NONE;
    }

    /** A span each; Hibernate says of each when it begins and ends, and not which it is. */
    private static final class Statements extends BaseSessionEventListener {
        private static final Pattern WORD = Pattern.compile("[a-z]+");

        private final Tracer tracer;
        private Span span = Span.getInvalid();

        Statements(Tracer tracer) {
            this.tracer = tracer;
        }

        @Override
        public void jdbcExecuteStatementStart() {
            var statement = Prepared.LAST.get();
            var verb = WORD.matcher(statement.toLowerCase(Locale.ROOT));
            var operation = verb.find() ? verb.group().toUpperCase(Locale.ROOT) : "SQL";
            span = tracer.spanBuilder(operation)
                    .setSpanKind(SpanKind.CLIENT)
                    .setAttribute("db.system", "postgresql")
                    .setAttribute("db.operation", operation)
                    .setAttribute("db.statement", statement)
                    .startSpan();
        }

        @Override
        public void jdbcExecuteStatementEnd() {
            span.end();
        }

        @Override
        public void jdbcExecuteBatchStart() {
            jdbcExecuteStatementStart();
        }

        @Override
        public void jdbcExecuteBatchEnd() {
            jdbcExecuteStatementEnd();
        }
    }

    /** Remembers the statement that a thread prepared last, which is the one that it executes next; for persistence.xml. */
    public static final class Prepared implements StatementInspector {
        private static final ThreadLocal<String> LAST = ThreadLocal.withInitial(() -> "");

        @Override
        public String inspect(String sql) {
            LAST.set(sql);
            return sql;
        }
    }
}
