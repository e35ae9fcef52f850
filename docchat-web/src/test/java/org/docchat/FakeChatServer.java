package org.docchat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** An OpenAI-compatible server on loopback that does what a script says, down to the bytes, and remembers requests. */
public final class FakeChatServer implements AutoCloseable {
    private final ServerSocket socket;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile CountDownLatch left = new CountDownLatch(1);
    private volatile Script script;

    /** What is done with a request. */
    public interface Script {
        void answer(Request request, Connection connection) throws IOException, InterruptedException;
    }

    /** @param number of the request, from 1 */
    public record Request(int number, String line, Map<String, String> headers, String body) {}

    public FakeChatServer(Script script) {
        this.script = script;
        try {
            this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run("fake-chat-server", this::accept);
    }

    private static void run(String name, Runnable work) {
        var thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    public void doNow(Script next) {
        left = new CountDownLatch(1);
        script = next;
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/v1");
    }

    public List<Request> requests() {
        return requests;
    }

    /** Whether a client closes its connection in time while the script of now waits for that. */
    public boolean isLeft(long seconds) throws InterruptedException {
        return left.await(seconds, TimeUnit.SECONDS);
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                var client = socket.accept();
                connections.add(client);
                run("fake-chat-connection", () -> serve(client));
            } catch (IOException e) {
                // Closed.
                return;
            }
        }
    }

    private void serve(Socket client) {
        var gone = left;
        try (client) {
            var in = new BufferedInputStream(client.getInputStream());
            while (true) {
                var line = line(in);
                if (!line.endsWith(" HTTP/1.1")) {
                    return;
                }
                var headers = new TreeMap<String, String>();
                for (var header = line(in); !header.isEmpty(); header = line(in)) {
                    int colon = header.indexOf(':');
                    headers.put(
                            header.substring(0, colon).toLowerCase(Locale.ROOT),
                            header.substring(colon + 1).strip());
                }
                var body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
                Request request;
                synchronized (requests) {
                    request = new Request(requests.size() + 1, line, headers, new String(body, StandardCharsets.UTF_8));
                    requests.add(request);
                }
                gone = left;
                script.answer(request, new Connection(client, in, client.getOutputStream(), gone));
            }
        } catch (IOException e) {
            // The client has gone, or the script has closed the connection.
            gone.countDown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            connections.remove(client);
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int one = in.read(); one >= 0 && one != '\n'; one = in.read()) {
            line.write(one);
        }
        return line.toString(StandardCharsets.UTF_8).strip();
    }

    @Override
    public void close() {
        try {
            socket.close();
            for (var connection : connections) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a script can do to a client. */
    public final class Connection {
        private final Socket client;
        private final InputStream in;
        private final OutputStream out;
        private final CountDownLatch gone;

        Connection(Socket client, InputStream in, OutputStream out, CountDownLatch gone) {
            this.client = client;
            this.in = in;
            this.out = out;
            this.gone = gone;
        }

        public Connection send(String text) throws IOException {
            return send(text.getBytes(StandardCharsets.UTF_8));
        }

        public Connection send(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
            return this;
        }

        /** A whole response. */
        public void status(int status, String contentType, String body, String... headers) throws IOException {
            var head = new StringBuilder("HTTP/1.1 " + status + " Said\r\nContent-Type: " + contentType
                    + "\r\nContent-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n");
            for (var header : headers) {
                head.append(header).append("\r\n");
            }
            send(head + "\r\n" + body);
        }

        /** The head of a stream that ends with the connection. */
        public Connection events() throws IOException {
            return send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
        }

        public Connection token(String text) throws IOException {
            return send(event("{\"delta\":{\"content\":\""
                    + text.replace("\n", "\\n").replace("\"", "\\\"") + "\"},\"index\":0,\"finish_reason\":null}"));
        }

        public Connection finish(String reason) throws IOException {
            return send(event("{\"delta\":{},\"index\":0,\"finish_reason\":\"" + reason + "\"}"))
                    .send("data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"choices\":[],"
                            + "\"usage\":{\"prompt_tokens\":321,\"completion_tokens\":12}}\n\n");
        }

        /** All of an answer. */
        public void answer(String... tokens) throws IOException {
            events();
            for (var token : tokens) {
                token(token);
            }
            finish("stop").send("data: [DONE]\n\n");
            close();
        }

        private String event(String choice) {
            return "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"choices\":[" + choice + "]}\n\n";
        }

        public void close() throws IOException {
            client.close();
        }

        /** Ends the connection with RST instead of FIN. */
        public void reset() throws IOException {
            client.setSoLinger(true, 0);
            client.close();
        }

        /** Says nothing more until the client closes. */
        public void stall() throws IOException {
            while (in.read() >= 0) {
                // Nothing is expected; only the end is.
            }
            gone.countDown();
        }
    }
}
