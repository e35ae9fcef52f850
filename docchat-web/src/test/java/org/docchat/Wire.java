package org.docchat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The network between a program and a server on this machine: it can fall silent, lose connections and be slow. */
final class Wire implements AutoCloseable {
    private final ServerSocket entrance = new ServerSocket(0);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Line> lines = new CopyOnWriteArrayList<>();
    private final int port;
    private volatile boolean silent;
    private volatile int delayMillis;

    /** @param port of the server */
    Wire(int port) throws IOException {
        this.port = port;
        threads.execute(this::accept);
    }

    int port() {
        return entrance.getLocalPort();
    }

    /** Connections are taken and kept, and nothing is passed on. */
    void fallSilent() {
        silent = true;
    }

    /** New connections work; of those that there were nothing is heard any more, not even that they ended. */
    void comeBackWithoutThem() {
        lines.forEach(line -> line.lost = true);
        silent = false;
    }

    /** Everything that passes takes so much longer. */
    void delay(int millis) {
        delayMillis = millis;
    }

    private static final class Line {
        private final Socket near;
        private final Socket far;
        private volatile boolean lost;

        Line(Socket near, Socket far) {
            this.near = near;
            this.far = far;
        }
    }

    private void accept() {
        try {
            while (true) {
                var line = new Line(entrance.accept(), new Socket("localhost", port));
                lines.add(line);
                threads.execute(() -> pass(line, line.near, line.far));
                threads.execute(() -> pass(line, line.far, line.near));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void pass(Line line, Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            var buffer = new byte[1 << 16];
            while (true) {
                int read = read(in, buffer);
                Thread.sleep(delayMillis);
                while (silent || line.lost) {
                    Thread.sleep(20);
                }
                if (read < 0) {
                    return;
                }
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // The other hung up, too.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Less than 0 when the one side hung up, in whatever way: the other hears of it as of everything else. */
    private static int read(InputStream in, byte[] buffer) {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            return -1;
        }
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        threads.shutdownNow();
        for (var line : lines) {
            line.near.close();
            line.far.close();
        }
    }
}
