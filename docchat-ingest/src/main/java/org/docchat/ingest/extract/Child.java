package org.docchat.ingest.extract;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The server's end of one extraction process. */
final class Child implements AutoCloseable {
    static final int OUT_OF_MEMORY = 3;
    static final int KILLED = 128 + 9;
    static final int TERMINATED = 128 + 15;

    private static final Path NICE = Path.of("/usr/bin/nice");
    /** A third of the server's weight where both want the same processor (sched(7)): less might starve it into its time limit. */
    static final int NICENESS = 5;

    private static final System.Logger LOG = System.getLogger(Child.class.getName());

    private final Process process;
    private final Path scratch;
    private final Limits limits;
    private final DataOutputStream out;
    private final DataInputStream in;
    private volatile int answered;
    private volatile long scanning;

    private Child(Process process, Path scratch, Limits limits) {
        this.process = process;
        this.scratch = scratch;
        this.limits = limits;
        this.out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
        this.in = new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 16));
    }

    static Child start(String classPath, Limits limits, @Nullable Ocr ocr, Path parent) throws IOException {
        Path scratch = Files.createTempDirectory(parent, "extract-");
        var command = command(classPath, limits, scratch);
        if (ocr != null) {
            command.add(ocr.program().toString());
            command.add(String.valueOf(ocr.page().toSeconds()));
            command.add(String.valueOf(ocr.document().toSeconds()));
        }
        var builder = new ProcessBuilder(command).directory(scratch.toFile());
        builder.environment().clear();
        // Without it the JVM cannot open file names beyond ASCII.
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            Files.deleteIfExists(scratch);
            throw e;
        }
        var drain = new Thread(() -> drain(process.getErrorStream()), "docchat-extract-stderr");
        drain.setDaemon(true);
        drain.start();
        return new Child(process, scratch, limits);
    }

    private static List<String> command(String classPath, Limits limits, Path scratch) {
        var command = new ArrayList<String>();
        // People who ask wait for an answer; whoever uploads is told when it is done.
        if (Files.isExecutable(NICE)) {
            command.addAll(List.of(NICE.toString(), "-n", String.valueOf(NICENESS)));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + limits.heapMegabytes() + "m",
                "-Xss2m",
                "-XX:MaxMetaspaceSize=192m",
                "-XX:MaxDirectMemorySize=32m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:-UsePerfData",
                "-XX:+DisableAttachMechanism",
                "-Xshare:auto",
                "-Djava.awt.headless=true",
                "-Dfile.encoding=UTF-8",
                "-Djava.io.tmpdir=" + scratch,
                "-Duser.home=" + scratch,
                "-Dpdfbox.fontcache=" + scratch,
                // Nothing that a document names is fetched, whatever a parser thinks of it.
                "-Djavax.xml.accessExternalDTD=",
                "-Djavax.xml.accessExternalSchema=",
                "-Djavax.xml.accessExternalStylesheet=",
                "-Dhttp.proxyHost=0.0.0.0",
                "-Dhttps.proxyHost=0.0.0.0",
                "-cp",
                classPath,
                ExtractionMain.class.getName()));
        return command;
    }

    /**
     * @throws Extractor.Unreadable by the process's own judgement
     * @throws Trouble if the process found the machine wanting
     * @throws IOException if the process died or talks nonsense
     */
    ExtractedText ask(Wire.Request request, Extractor.Listener listener) throws IOException, Extractor.Unreadable {
        scanning = 0;
        request.write(out);
        var pages = new ArrayList<ExtractedText.Page>();
        int characters = 0;
        while (true) {
            int record = in.readUnsignedByte();
            switch (record) {
                case Wire.PROGRESS -> listener.pages(in.readInt(), in.readInt());
                case Wire.SCANS -> {
                    scanning = System.nanoTime();
                    listener.scans(in.readInt(), in.readInt());
                }
                case Wire.PAGE -> {
                    var page = Wire.readPage(in, limits.maxCharacters() - characters);
                    characters += page.text().length();
                    pages.add(page);
                    if (characters > limits.maxCharacters() || pages.size() > limits.maxPages()) {
                        throw new IOException("more than was asked for");
                    }
                }
                case Wire.END -> {
                    List<String> notes = Wire.readNotes(in);
                    answered++;
                    return new ExtractedText(List.copyOf(pages), notes);
                }
                case Wire.UNREADABLE -> {
                    String code = Wire.readString(in, 100);
                    String message = Wire.readString(in, 10_000);
                    answered++;
                    throw new Extractor.Unreadable(code, message);
                }
                case Wire.TROUBLE -> throw new Trouble(Wire.readString(in, 10_000));
                default -> throw new IOException("no such record: " + record);
            }
        }
    }

    /** When it began with the latest scanned page of this document, by {@link System#nanoTime}; 0 if with none. */
    long scanning() {
        return scanning;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** How many documents it has answered for. */
    int answered() {
        return answered;
    }

    /** Of a process that stopped answering; ends it if it still runs. */
    int exitCode() throws InterruptedException {
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return -1;
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        // Found while it lives only.
        var recognizing = process.descendants().toList();
        process.destroyForcibly();
        recognizing.forEach(ProcessHandle::destroyForcibly);
        try {
            // Killed, it can write no more: only then is the directory deleted for good.
            process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
        } catch (java.util.concurrent.CompletionException e) {
            LOG.log(Level.WARNING, "the extraction process " + process.pid() + " does not die", e);
        }
        deleteScratch();
    }

    private void deleteScratch() {
        if (!Files.exists(scratch)) {
            return;
        }
        try (var paths = Files.walk(scratch)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.log(Level.WARNING, "cannot delete " + scratch, e);
        }
    }

    /** What libraries complain about may be a customer's text: read, so that the pipe does not fill, and dropped. */
    private static void drain(InputStream errors) {
        try (errors) {
            byte[] buffer = new byte[4096];
            while (errors.read(buffer) >= 0) {
                continue;
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the extraction process closed its errors", e);
        }
    }

    /** The machine is at fault, not the file. */
    static final class Trouble extends IOException {
        Trouble(String message) {
            super(message);
        }
    }
}
