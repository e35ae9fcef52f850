package org.docchat.web.security;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.WordBag;
import org.docchat.ingest.Bell;
import org.docchat.ingest.Worker;
import org.docchat.ingest.extract.ExtractedText;
import org.docchat.web.platform.PreparedDatabase;

/**
 * A node in a process of its own whose clock is wrong: it counts in windows, and works on documents. Of the process only
 * the time of day is false, as on a machine that nobody has set right.
 */
final class FalseClock implements AutoCloseable {
    /** A document whose text begins so is never read to its end. */
    static final String HELD = "Held";

    private static final List<Path> LIBRARIES =
            List.of(Path.of("/usr/lib/x86_64-linux-gnu/faketime"), Path.of("/usr/lib/aarch64-linux-gnu/faketime"));

    private final Process process;
    private final BufferedReader said;

    /** @param offset of its clock, such as "+1h" */
    FalseClock(Path library, String offset, String database) throws IOException {
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-classpath",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        FalseClock.class.getName(),
                        database)
                .redirectError(Redirect.INHERIT);
        builder.environment().put("LD_PRELOAD", library.toString());
        builder.environment().put("FAKETIME", offset);
        builder.environment().put("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        // Else every wait of the JVM's ends at once, and it waits again, for ever.
        builder.environment().put("FAKETIME_FORCE_MONOTONIC_FIX", "0");
        process = builder.start();
        said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Debian's libfaketime, where it is installed. */
    static Optional<Path> library() {
        return LIBRARIES.stream()
                .map(directory -> directory.resolve("libfaketimeMT.so.1"))
                .filter(Files::exists)
                .findFirst();
    }

    /** What it says to a command of {@link #main}. */
    String ask(String command) throws IOException {
        process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        for (var line = said.readLine(); line != null; line = said.readLine()) {
            if (line.startsWith("> ")) {
                return line.substring(2);
            }
        }
        throw new IOException("it ended");
    }

    /** As kill -9 does; what it holds stays held. */
    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        var database = PreparedDatabase.at(arguments[0]);
        var ledger = new SharedLedger();
        ledger.database = new Database(database.source());
        var windows = new Windows();
        windows.ledger = ledger;
        var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (var line = commands.readLine(); line != null; line = commands.readLine()) {
            var word = line.split(" ");
            System.out.println("> "
                    + switch (word[0]) {
                        case "time" -> Long.toString(System.currentTimeMillis());
                        case "count" ->
                            Boolean.toString(windows.count(word[1], Windows.Limit.perDay(Long.parseLong(word[2])))
                                    .admitted());
                        case "work" -> {
                            worker(database).start();
                            yield "working";
                        }
                        default -> throw new IllegalArgumentException(line);
                    });
        }
        Runtime.getRuntime().halt(0);
    }

    static Thread worker(PreparedDatabase database) {
        var clock = Executors.newScheduledThreadPool(1, work -> {
            var thread = new Thread(work);
            thread.setDaemon(true);
            return thread;
        });
        return new Thread(new Worker(
                Worker.Share.EVERYTHING,
                database,
                EmbeddingModels.only(new WordBag()),
                (file, mediaType, language, listener) -> read(file),
                clock,
                new Bell(),
                0,
                (step, outcome, time) -> {}));
    }

    private static ExtractedText read(Path file) throws InterruptedException {
        try {
            var text = Files.readString(file) + "\n";
            if (text.startsWith(HELD)) {
                new CountDownLatch(1).await();
            }
            var block = new ExtractedText.Block(ExtractedText.Kind.PARAGRAPH, 0, 0, text.length() - 1);
            return new ExtractedText(
                    List.of(new ExtractedText.Page(0, null, text, List.of(block), List.of())), List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
