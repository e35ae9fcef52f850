package org.docchat.launcher;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The PostgreSQL that comes along with docchat.jar: its data lies in DOCCHAT_HOME and outlives the process. */
final class OwnDatabase {
    private static final String RULES = """
            # Written by DocChat: only with the password kept beside the data.
            host all all 127.0.0.1/32 scram-sha-256
            host all all ::1/128      scram-sha-256
            """;

    private final Path home;
    private final String password;
    private final int port;

    OwnDatabase(Path home, String password) throws IOException {
        this.home = home;
        this.password = password;
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
    }

    /** To reach it once it is started, password included. */
    String url() {
        return "postgresql://postgres:" + password + "@127.0.0.1:" + port + "/docchat";
    }

    /** Starts it, and stops it with this process. */
    void start() throws IOException {
        var data = home.resolve("database");
        stopLeftOver(data);
        var rules = data.resolve("pg_hba.conf");
        var database = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setPort(port)
                .setCleanDataDirectory(false)
                // Whatever this machine's language is: words are told apart and lowered by the rules of Unicode.
                .setLocaleConfig("locale", "C.UTF-8")
                .setRegisterShutdownHook(false)
                .setOverrideWorkingDirectory(
                        Files.createDirectories(home.resolve("server")).toFile())
                .setPGStartupWait(Duration.ofMinutes(2))
                // The library is made for tests and turns these off.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("listen_addresses", "127.0.0.1,::1")
                .setServerConfig("unix_socket_directories", "''")
                .setServerConfig("max_connections", "60")
                .setServerConfig("shared_buffers", "128MB")
                .setConnectConfig("password", password)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(data, database), "docchat-database-stop"));
        try (var connection = database.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            if (!RULES.equals(Files.readString(rules))) {
                // A new cluster trusts every local user until now; nothing is in it yet.
                statement.execute("alter role postgres password '" + password.replace("'", "''") + "'");
                Files.writeString(rules, RULES);
                statement.execute("select pg_reload_conf()");
            }
            try (var exists = statement.executeQuery("select from pg_database where datname = 'docchat'")) {
                if (!exists.next()) {
                    statement.execute("create database docchat");
                }
            }
        } catch (SQLException e) {
            throw new Launcher.CannotStart("its database in " + data + " does not answer: " + e.getMessage());
        }
    }

    /** A killed run leaves its PostgreSQL running. It is asked to stop; what it committed is on disk. */
    private static void stopLeftOver(Path data) throws IOException {
        var pidFile = data.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        var lines = Files.readAllLines(pidFile);
        if (!lines.isEmpty() && lines.get(0).matches("\\d+")) {
            ProcessHandle.of(Long.parseLong(lines.get(0)))
                    // The number may belong to another program by now.
                    .filter(process -> process.info().command().orElse("").contains("postgres"))
                    .ifPresent(process -> awaitEnd(process, 30));
        }
        Files.deleteIfExists(pidFile);
    }

    private static void stop(Path data, EmbeddedPostgres database) {
        try {
            // A plain termination lets connected clients finish: the server drains at this moment.
            var lines = Files.readAllLines(data.resolve("postmaster.pid"));
            ProcessHandle.of(Long.parseLong(lines.get(0))).ifPresent(process -> awaitEnd(process, 20));
        } catch (IOException | RuntimeException e) {
            System.err.println("DocChat: its database could not be asked to stop: " + e.getMessage());
        }
        try {
            database.close();
        } catch (IOException e) {
            System.err.println("DocChat: its database did not stop: " + e.getMessage());
        }
    }

    private static void awaitEnd(ProcessHandle process, int seconds) {
        process.destroy();
        try {
            process.onExit().get(seconds, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            process.destroyForcibly();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
