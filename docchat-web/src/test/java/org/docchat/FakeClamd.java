package org.docchat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Speaks as much of clamd's protocol as INSTREAM takes, and knows one virus: the one that was made for trying scanners. */
final class FakeClamd implements AutoCloseable {
    /** In two pieces, so that no scanner takes this file for it. */
    static final String EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*";

    private final ServerSocket server;
    private final List<byte[]> seen = new CopyOnWriteArrayList<>();
    private final List<Socket> callers = new CopyOnWriteArrayList<>();
    private volatile Mood mood = Mood.WELL;
    private volatile int most = Integer.MAX_VALUE;

    enum Mood {
        WELL,
        /** It takes everything and says nothing. */
        SILENT,
        /** It hangs up on whoever calls. */
        GONE,
        CONFUSED
    }

    FakeClamd() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var thread = new Thread(this::serve, "fake-clamd");
        thread.setDaemon(true);
        thread.start();
    }

    InetSocketAddress address() {
        return InetSocketAddress.createUnresolved("127.0.0.1", server.getLocalPort());
    }

    void is(Mood now) {
        mood = now;
    }

    /** As its StreamMaxLength. */
    void takesAtMost(int bytes) {
        most = bytes;
    }

    /** All that it was shown whole. */
    List<byte[]> seen() {
        return seen;
    }

    private void serve() {
        while (!server.isClosed()) {
            try {
                var caller = server.accept();
                callers.add(caller);
                var thread = new Thread(() -> listen(caller), "fake-clamd-stream");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                // It was closed.
                return;
            }
        }
    }

    private void listen(Socket caller) {
        try (caller) {
            if (mood == Mood.GONE) {
                return;
            }
            var answer = answer(new DataInputStream(caller.getInputStream()));
            if (!answer.isEmpty()) {
                caller.getOutputStream().write((answer + "\0").getBytes(US_ASCII));
                caller.getOutputStream().flush();
            }
        } catch (IOException e) {
            // The caller has gone.
        }
    }

    private String answer(DataInputStream in) throws IOException {
        if (!new String(in.readNBytes(10), US_ASCII).equals("zINSTREAM\0")) {
            return "UNKNOWN COMMAND";
        }
        var bytes = new ByteArrayOutputStream();
        for (int length = in.readInt(); length != 0; length = in.readInt()) {
            bytes.write(in.readNBytes(length));
            if (bytes.size() > most) {
                return "INSTREAM size limit exceeded. ERROR";
            }
        }
        if (mood == Mood.SILENT) {
            // Until the caller gives up.
            in.read();
            return "";
        }
        if (mood == Mood.CONFUSED) {
            return "stream: Can't allocate memory ERROR";
        }
        seen.add(bytes.toByteArray());
        return bytes.toString(ISO_8859_1).contains(EICAR) ? "stream: Eicar-Test-Signature FOUND" : "stream: OK";
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (var caller : callers) {
            caller.close();
        }
    }
}
