package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.tools.attach.VirtualMachine;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Where memory runs out under uploads, it ends, and nothing that was acknowledged is lost")
@Tag("F8")
class FullHeapIT {
    private static final String PASSWORD = "Tr4vel-light-and-far";
    private static final int UPLOADERS = 3;

    /** Loaded into the running application, takes all of its heap. */
    public static final class Filler {
        private static final List<long[]> TAKEN = new ArrayList<>();

        private Filler() {}

        /** Called by the machine that loads it. */
        public static void agentmain(String arguments) {
            new Thread(() -> {
                        while (true) {
                            TAKEN.add(new long[1 << 14]);
                        }
                    })
                    .start();
        }
    }

    @TempDir
    private Path home;

    @Test
    void isBegunAnewWithAllThatWasAcknowledged() throws Exception {
        try (var database = EmbeddedPostgres.builder()
                .setPGStartupWait(Duration.ofMinutes(2))
                .start()) {
            String collection;
            var acknowledged = new HashMap<String, byte[]>();
            try (var process = start(database)) {
                var client = process.client().signIn("admin", PASSWORD);
                collection = client.newCollection("In the midst of it");
                var uploaders = Executors.newFixedThreadPool(UPLOADERS);
                List<Future<Map<String, byte[]>>> uploads = new ArrayList<>();
                for (int i = 0; i < UPLOADERS; i++) {
                    uploads.add(uploaders.submit(uploading(client, collection, i)));
                }
                Await.until(
                        "some are indexed, and others wait",
                        Duration.ofSeconds(60),
                        () -> count(database, "state = 'indexed'") >= 3 && count(database, "state <> 'indexed'") >= 3);

                fillHeap(process);

                assertThat(process.awaitEnd())
                        .as("as -XX:+ExitOnOutOfMemoryError ends")
                        .isEqualTo(3);
                for (var upload : uploads) {
                    acknowledged.putAll(upload.get(60, TimeUnit.SECONDS));
                }
                uploaders.shutdown();
            }
            assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(6);
            assertThat(count(database, "state <> 'indexed'"))
                    .as("work was left")
                    .isPositive();

            try (var process = start(database)) {
                var client = process.client().signIn("admin", PASSWORD);
                for (var one : acknowledged.entrySet()) {
                    client.requireIndexed(one.getKey());
                    assertThat(client.bytes("/api/v1/documents/" + one.getKey() + "/content"))
                            .isEqualTo(one.getValue());
                }
                // What broke off waits for an hour, in case that it goes on.
                Await.until(
                        "all is at its end", Duration.ofSeconds(60), () -> count(database, "state <> 'indexed'") == 0);
                try (var connection = database.getPostgresDatabase().getConnection()) {
                    connection.createStatement().executeUpdate("delete from content where expires_at is not null");
                    assertThat(KillInvariants.violations(connection)).isEmpty();
                }
                assertThat(client.post(
                                        "/api/v1/collections/" + collection + "/answers",
                                        Client.json().add("question", "Which shelf holds the letters of 1001?"))
                                .requireStatus(200)
                                .json()
                                .getString("outcome"))
                        .isEqualTo("answered");
            }
        }
    }

    /** By their ids, all that were acknowledged until the server was gone. */
    private static Callable<Map<String, byte[]>> uploading(Client client, String collection, int uploader) {
        return () -> {
            var acknowledged = new HashMap<String, byte[]>();
            try {
                for (int i = 0; ; i++) {
                    int year = 1000 * (uploader + 1) + i;
                    var text = ("Shelf " + (7 * year) + " holds the letters of " + year + ".\n\n")
                            .repeat(20)
                            .getBytes(UTF_8);
                    var reply = client.upload(collection, "letters-" + year + ".txt", text);
                    if (reply.status() != 202) {
                        return acknowledged;
                    }
                    acknowledged.put(reply.json().getString("id"), text);
                }
            } catch (UncheckedIOException e) {
                return acknowledged;
            }
        };
    }

    private void fillHeap(LauncherProcess process) throws Exception {
        var jar = home.resolve("filler.jar");
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Agent-Class", Filler.class.getName());
        var entry = Filler.class.getName().replace('.', '/') + ".class";
        try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                var bytes = Filler.class.getClassLoader().getResourceAsStream(entry)) {
            out.putNextEntry(new JarEntry(entry));
            out.write(bytes.readAllBytes());
        }
        var machine = VirtualMachine.attach(Long.toString(process.pid()));
        try {
            machine.loadAgent(jar.toString());
            machine.detach();
        } catch (IOException e) {
            // It has come to its end before it could answer.
        }
    }

    private LauncherProcess start(EmbeddedPostgres database) throws IOException {
        var process = new LauncherProcess(
                home,
                Map.of(
                        "DOCCHAT_PORT",
                        Integer.toString(Installation.freePort()),
                        "DATABASE_URL",
                        "postgresql://postgres:postgres@localhost:" + database.getPort() + "/postgres",
                        "JWT_SECRET",
                        Installation.JWT_SECRET,
                        "DOCCHAT_ADMIN_PASSWORD",
                        PASSWORD,
                        // As in docker/java.options.
                        "JDK_JAVA_OPTIONS",
                        "-XX:+ExitOnOutOfMemoryError"));
        process.awaitGreeting();
        return process;
    }

    private static long count(EmbeddedPostgres database, String which) throws Exception {
        try (var connection = database.getPostgresDatabase().getConnection();
                var row = connection.createStatement().executeQuery("select count(*) from version where " + which)) {
            row.next();
            return row.getLong(1);
        }
    }
}
