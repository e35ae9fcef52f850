package org.docchat.ingest.extract;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.docchat.domain.Failure;
import org.docchat.domain.Language;

/**
 * Shows each file to ClamAV's daemon before anything else reads it, by the command INSTREAM of its protocol. What the
 * daemon does not clear is not read: while it does not answer, or answers what is not understood, every file waits.
 */
public final class Clamd implements Extractor {
    private static final int CONNECT_MILLISECONDS = 5_000;
    private static final int CHUNK = 1 << 16;
    /** An answer is a line. */
    private static final int LONGEST_ANSWER = 4_096;

    private static final Pattern FOUND = Pattern.compile("stream: (.*) FOUND");
    private static final Pattern UNSAFE = Pattern.compile("[^A-Za-z0-9 ._:/()-]");

    private final InetSocketAddress address;
    private final Duration patience;
    private final Extractor next;

    /**
     * @param address unresolved: where it is looked up with each file
     * @param patience what showing one file may take
     * @param next reads what is clean
     */
    public Clamd(InetSocketAddress address, Duration patience, Extractor next) {
        this.address = address;
        this.patience = patience;
        this.next = next;
    }

    @Override
    public ExtractedText extract(Path file, String mediaType, Language language, Listener listener)
            throws Unreadable, InterruptedException {
        scan(file);
        return next.extract(file, mediaType, language, listener);
    }

    private void scan(Path file) throws Unreadable, InterruptedException {
        String answer;
        try {
            answer = ask(file);
        } catch (IOException | TimeoutException e) {
            throw new Failure.Unavailable(
                    "scanner_unavailable",
                    "The virus scanner does not answer, and nothing is read that it has not seen.",
                    e);
        }
        var found = FOUND.matcher(answer);
        if (found.matches()) {
            throw new Unreadable(
                    "infected",
                    "The virus scanner found " + UNSAFE.matcher(found.group(1)).replaceAll("_")
                            + " in this document. It is not read, and nobody can fetch it. Delete it, and look where it"
                            + " came from.");
        }
        if (!answer.equals("stream: OK")) {
            throw new Failure.Unavailable(
                    "scanner_refused",
                    answer.contains("size limit")
                            ? "The virus scanner takes no document of this size. Its StreamMaxLength must be raised."
                            : "The virus scanner could not scan this document.",
                    new IOException("clamd: " + answer));
        }
    }

    /** Writing to a socket can be neither timed nor interrupted: another thread talks, this one waits. */
    private String ask(Path file) throws IOException, TimeoutException, InterruptedException {
        try (var socket = new Socket()) {
            var conversation = new FutureTask<>(() -> converse(socket, file));
            var thread = new Thread(conversation, "docchat-scan");
            thread.setDaemon(true);
            thread.start();
            return conversation.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }

    private String converse(Socket socket, Path file) throws IOException {
        socket.connect(new InetSocketAddress(address.getHostString(), address.getPort()), CONNECT_MILLISECONDS);
        try {
            show(socket, file);
        } catch (IOException e) {
            // It hangs up on what is too large for it, and may have said so.
            var said = answer(socket);
            if (said.isEmpty()) {
                throw e;
            }
            return said;
        }
        return answer(socket);
    }

    private static void show(Socket socket, Path file) throws IOException {
        var out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), CHUNK + 4));
        out.write("zINSTREAM\0".getBytes(StandardCharsets.US_ASCII));
        try (InputStream in = Files.newInputStream(file)) {
            var chunk = new byte[CHUNK];
            for (int length = in.read(chunk); length > 0; length = in.read(chunk)) {
                out.writeInt(length);
                out.write(chunk, 0, length);
            }
        }
        out.writeInt(0);
        out.flush();
    }

    /** Up to the zero that ends it, or as far as it came. */
    private static String answer(Socket socket) throws IOException {
        var in = socket.getInputStream();
        var bytes = new ByteArrayOutputStream();
        for (int b = in.read(); b > 0 && bytes.size() < LONGEST_ANSWER; b = in.read()) {
            bytes.write(b);
        }
        return bytes.toString(StandardCharsets.UTF_8).strip();
    }
}
