package org.docchat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;

/** A request to the letter: clients that mean well tidy up paths and leave out headers. */
final class RawRequest {
    private RawRequest() {}

    /** All of an answer, as text. */
    record Answer(String head, String body) {
        int status() {
            return Integer.parseInt(head.split(" ", 3)[1]);
        }
    }

    static Answer get(URI server, String path, String... headers) {
        return send(server, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + lines(headers));
    }

    /** @param head up to the last header; that the connection is closed is added */
    static Answer send(URI server, String head) {
        return send(server, "127.0.0.1", head);
    }

    /** @param from another address of this machine: to the server, another network */
    static Answer send(URI server, String from, String head) {
        try (var socket = new Socket()) {
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(new InetSocketAddress("127.0.0.1", server.getPort()));
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write((head + "Connection: close\r\n\r\n").getBytes(ISO_8859_1));
            var parts = new String(socket.getInputStream().readAllBytes(), ISO_8859_1).split("\r\n\r\n", 2);
            return new Answer(parts[0], parts.length > 1 ? parts[1] : "");
        } catch (IOException e) {
            throw new UncheckedIOException(head, e);
        }
    }

    private static String lines(String... headers) {
        return headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
    }
}
