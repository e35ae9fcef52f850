package org.docchat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** docchat.jar as somebody starts it in a shell; closing it leaves no process behind. */
final class LauncherProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(180);
    private static final Pattern PASSWORD = Pattern.compile("admin / (\\S+)");

    private final Path home;
    private final URI address;
    private final Path log;
    private final Process process;

    LauncherProcess(Path home, Map<String, String> settings) throws IOException {
        this.home = home;
        this.address = URI.create("http://localhost:" + settings.get("DOCCHAT_PORT"));
        this.log = Files.createTempFile("docchat-launcher", ".log");
        var builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx768m",
                        // As in docker/java.options.
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        Path.of("target/docchat.jar").toAbsolutePath().toString()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        var environment = new HashMap<>(settings);
        environment.put("DOCCHAT_HOME", home.toString());
        builder.environment().keySet().removeIf(key -> Stream.of("DOCCHAT_", "JWT_", "DATABASE_", "OPENAI_")
                .anyMatch(key::startsWith));
        builder.environment().putAll(environment);
        this.process = builder.start();
    }

    /** Until it says that it is ready. */
    void awaitGreeting() {
        Await.until("the launcher greets", START, () -> {
            if (!process.isAlive()) {
                throw new AssertionError("it ended with " + process.exitValue() + ":\n" + lastWords());
            }
            return output().contains("DocChat is ready") && output().contains("Ctrl-C")
                    || output().contains("DocChat is ready at");
        });
    }

    /** Its exit status. */
    int awaitEnd() throws InterruptedException, IOException {
        if (!process.waitFor(START.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("it did not end:\n" + lastWords());
        }
        return process.exitValue();
    }

    String output() throws IOException {
        return Files.readString(log);
    }

    /** Its last lines: why it ended is said last. */
    private String lastWords() throws IOException {
        var lines = output().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    }

    String generatedPassword() throws IOException {
        var found = PASSWORD.matcher(output());
        if (!found.find()) {
            throw new AssertionError("no password in:\n" + output());
        }
        return found.group(1);
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    URI address() {
        return address;
    }

    Client client() {
        return new Client(address);
    }

    /** As kill does, and docker stop. */
    void askToStop() {
        process.destroy();
    }

    /** As kill -3 does: where all threads are comes into its output. */
    void askForThreads() throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-3", Long.toString(process.pid())).start().waitFor();
        Await.until(
                "it says where its threads are", Duration.ofSeconds(20), () -> output().contains("Full thread dump"));
    }

    /** As kill -9 does. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws InterruptedException, IOException {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        if (!process.waitFor(45, TimeUnit.SECONDS)) {
            kill();
        }
        if (!output().contains("another DocChat is running")) {
            stopDatabase();
        }
        // What Weld says where the server ends a request on another thread than it began on.
        if (output().contains("container is not fully compliant")) {
            throw new AssertionError("CDI's contexts were left behind on the server's threads");
        }
        Files.deleteIfExists(log);
    }

    private void stopDatabase() throws IOException {
        var pid = home.resolve("database").resolve("postmaster.pid");
        if (!Files.exists(pid)) {
            return;
        }
        ProcessHandle.of(Long.parseLong(Files.readAllLines(pid).get(0).strip()))
                .filter(left -> left.info().command().orElse("").contains("postgres"))
                .ifPresent(left -> {
                    left.descendants().forEach(ProcessHandle::destroyForcibly);
                    left.destroyForcibly();
                    left.onExit().orTimeout(20, TimeUnit.SECONDS).join();
                });
    }
}
