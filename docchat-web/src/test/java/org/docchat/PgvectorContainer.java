package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** A PostgreSQL with pgvector in a container of its own; through Docker's command line, which needs no other image. */
final class PgvectorContainer implements AutoCloseable {
    private static final String IMAGE =
            Objects.requireNonNullElse(System.getenv("POSTGRES_IMAGE"), "pgvector/pgvector:pg17");

    private final String id;
    private final String url;

    private PgvectorContainer(String id, String url) {
        this.id = id;
        this.url = url;
    }

    /** Skips the test where no engine is; fails it where one is required. */
    static PgvectorContainer start() throws IOException, InterruptedException {
        boolean hasEngine = hasEngine();
        if (!hasEngine && "required".equals(System.getProperty("docker"))) {
            throw new AssertionError("a Docker engine is required (-Ddocker=required) and none answers");
        }
        assumeTrue(hasEngine, "there is no Docker engine on this machine");
        var password = UUID.randomUUID().toString();
        var id = docker(
                "run",
                "--detach",
                "--rm",
                "--publish",
                "127.0.0.1::5432",
                "--env",
                "POSTGRES_PASSWORD=" + password,
                IMAGE);
        var address = docker("port", id, "5432/tcp").lines().findFirst().orElseThrow();
        var url = "jdbc:postgresql://" + address + "/postgres?user=postgres&password=" + password;
        var container = new PgvectorContainer(id, url);
        Await.until("PostgreSQL answers", Duration.ofSeconds(90), () -> {
            container.execute("select 1");
            return true;
        });
        return container;
    }

    private static boolean hasEngine() throws InterruptedException {
        try {
            docker("version", "--format", "{{.Server.Version}}");
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String docker(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
            throw new IOException("docker " + arguments[0] + " failed");
        }
        return output;
    }

    /** As JDBC wants it. */
    String url() {
        return url;
    }

    /** As the owner of the database. */
    void execute(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        docker("rm", "--force", id);
    }
}
