package org.docchat.launcher;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Starts DocChat in the foreground until it is stopped: database (unless DATABASE_URL names one), server, application.
 * Everything that must survive lies in DOCCHAT_HOME. One process, so that stopping or killing it stops the
 * application; a database that a killed run left behind is taken over at the next start.
 */
public final class Launcher {
    /** From the end of the deployment; what takes long is before it. */
    private static final Duration READY_LIMIT = Duration.ofSeconds(30);

    /** Held as long as the process lives; out of reach it would be closed, and the lock with it. */
    @SuppressWarnings("unused")
    private static @Nullable FileChannel lock;

    private Launcher() {}

    /** Runs until the process is told to stop; exits with 1 and a sentence where it cannot start. */
    public static void main(String[] arguments) throws Exception {
        try {
            start();
        } catch (CannotStart e) {
            System.err.println("DocChat cannot start: " + e.getMessage());
            System.exit(1);
        }
    }

    private static void start() throws Exception {
        int java = Runtime.version().feature();
        if (java < 17 || java > 23) {
            throw new CannotStart("it needs Java 17 or 21, and this is Java " + java
                    + ". From Java 24 on the server can no longer tell who may do what.");
        }
        int port = port();
        var home = home();
        lock = FileChannel.open(home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (lock.tryLock() == null) {
            throw new CannotStart("another DocChat is running on " + home + ". Stop it, or set DOCCHAT_HOME.");
        }
        requireFree(port);

        if (installed() != null) {
            require("DATABASE_URL");
            require("JWT_SECRET");
        }
        if (!isSet("JWT_SECRET")) {
            System.setProperty("JWT_SECRET", keptSecret(home.resolve("jwt-secret")));
        }
        if (!isSet("DATABASE_URL")) {
            startDatabase(home);
        }
        // Where the application leaves the password that it generated for its first administrator.
        System.setProperty("docchat.launcher", "true");
        Stop.onSignals();
        var server = home.resolve("server");
        var installed = installed();
        (installed == null ? Server.unpacked(server) : Server.installed(installed)).start(server.resolve("root"), port);
        awaitReady(port);
        greet(port);
    }

    /** While the server starts, which takes longer; the application waits for it. */
    private static void startDatabase(Path home) throws IOException {
        var database = new OwnDatabase(home, keptSecret(home.resolve("database-password")));
        System.setProperty("DATABASE_URL", database.url());
        new Thread(
                        () -> {
                            try {
                                database.start();
                            } catch (IOException | RuntimeException e) {
                                System.err.println("DocChat cannot start: " + e.getMessage());
                                System.exit(1);
                            }
                        },
                        "docchat-database-start")
                .start();
    }

    /** What the environment, or for tests a system property, says. */
    static @Nullable String setting(String key) {
        var value = System.getProperty(key, System.getenv(key));
        return value == null || value.isBlank() ? null : value.strip();
    }

    /** Whether a program reads the log. */
    static boolean logsJson() {
        return "json".equals(setting("DOCCHAT_LOG_FORMAT"));
    }

    private static boolean isSet(String key) {
        return setting(key) != null || setting(key + "_FILE") != null;
    }

    private static void require(String key) {
        if (!isSet(key)) {
            throw new CannotStart(key + " or " + key + "_FILE must be set; .env.example says to what.");
        }
    }

    /**
     * Where the container image has the server and the application laid out, read-only; null in docchat.jar, which
     * brings both, and a database, within itself.
     */
    private static @Nullable Path installed() {
        var path = System.getProperty("docchat.installed");
        return path == null ? null : Path.of(path);
    }

    private static int port() {
        var text = setting("DOCCHAT_PORT");
        if (text == null) {
            return 8080;
        }
        if (text.matches("\\d{1,5}") && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= 65_535) {
            return Integer.parseInt(text);
        }
        throw new CannotStart("DOCCHAT_PORT must be a number from 1 to 65535.");
    }

    private static Path home() throws IOException {
        var text = setting("DOCCHAT_HOME");
        var home = (text == null ? Path.of(System.getProperty("user.home"), ".docchat") : Path.of(text))
                .toAbsolutePath()
                .normalize();
        Files.createDirectories(home);
        if (Files.getFileStore(home).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
        }
        return home;
    }

    private static void requireFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(port));
        } catch (IOException e) {
            throw new CannotStart("port " + port + " is in use. Free it, or set DOCCHAT_PORT.");
        }
    }

    private static String keptSecret(Path file) throws IOException {
        if (!Files.exists(file)) {
            var bytes = new byte[36];
            new SecureRandom().nextBytes(bytes);
            var fresh = Files.createTempFile(file.getParent(), "secret", "");
            Files.writeString(fresh, Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return Files.readString(file).strip();
    }

    /** The server logs "ready" also where the deployment failed; only an exact 200 counts. */
    private static void awaitReady(int port) throws InterruptedException {
        var client =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health/ready"))
                .timeout(Duration.ofSeconds(10))
                .build();
        var until = System.nanoTime() + READY_LIMIT.toNanos();
        while (System.nanoTime() < until) {
            try {
                if (client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                // Not listening yet.
            }
            var failure = System.getProperty("docchat.start-failure");
            if (failure != null) {
                throw new CannotStart(failure);
            }
            Thread.sleep(200);
        }
        throw new CannotStart("the application did not become ready; the log above says why.");
    }

    private static void greet(int port) {
        var publicUrl = setting("DOCCHAT_PUBLIC_URL");
        var address = publicUrl == null ? "http://localhost:" + port : publicUrl;
        var generated = System.clearProperty("docchat.generated-admin-password");
        if (logsJson()) {
            var shown = generated == null ? "" : "; sign in as admin / " + generated + " (shown this once)";
            Logger.getLogger(Launcher.class.getName()).info("DocChat is ready at " + address + shown);
            return;
        }
        var password = generated != null ? generated : "…";
        var credentials = generated != null
                ? "admin / " + generated + "   (shown this once)"
                : "admin, with the password that you chose or that the first start showed";
        System.out.printf("""

                  DocChat is ready

                    Address   %s
                    Sign in   %s
                    Try       curl -s %s/api/v1/login -H 'Content-Type: application/json' -d '{"username":"admin","password":"%s"}'
                    Stop      Ctrl-C

                """, address, credentials, address, password);
        System.out.flush();
    }

    /** Something that the person who starts DocChat can mend; the message says how. */
    static final class CannotStart extends RuntimeException {
        CannotStart(String message) {
            super(message);
        }
    }
}
