package org.docchat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Many who follow a collection, each on a connection of its own; closing hangs all of them up at once. */
final class Listeners implements AutoCloseable {
    private final List<Socket> sockets = new ArrayList<>();

    /** Returns when the server has begun to answer each of them; the readers take turns. */
    Listeners(URI server, List<Client> readers, String collection, int many) throws IOException {
        try {
            for (int i = 0; i < many; i++) {
                var reader = readers.get(i % readers.size());
                var socket = new Socket(server.getHost(), server.getPort());
                sockets.add(socket);
                socket.setSoTimeout(30_000);
                socket.getOutputStream()
                        .write(("GET /api/v1/collections/" + collection + "/events HTTP/1.1\r\nHost: "
                                        + server.getAuthority() + "\r\nAccept: */*\r\nAuthorization: "
                                        + reader.authorization() + "\r\n\r\n")
                                .getBytes(ISO_8859_1));
            }
            for (var socket : sockets) {
                var beginning = new String(socket.getInputStream().readNBytes(12), ISO_8859_1);
                if (!beginning.equals("HTTP/1.1 200")) {
                    throw new AssertionError("not a stream: " + beginning);
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        for (var socket : sockets) {
            socket.close();
        }
    }
}
