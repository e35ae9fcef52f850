package org.docchat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("R5")
@DisplayName("Readers who listen keep nobody else waiting")
@ExtendWith(Installation.Parameter.class)
class ManyReadersIT {
    private static final int IDLE = 500;

    private final Installation installation;
    private final List<Socket> sockets = new ArrayList<>();

    ManyReadersIT(Installation installation) {
        this.installation = installation;
    }

    @AfterEach
    void hangUp() throws IOException {
        for (var socket : sockets) {
            socket.close();
        }
    }

    @Test
    void fiveHundredListen() throws Exception {
        var reader = installation.newUser("many.readers");
        var collection = reader.newCollection("Read by many");
        reader.indexed(collection, "small.md", "# Quiet\n\nThe reading room closes at nine.\n".getBytes(ISO_8859_1));

        for (int i = 0; i < IDLE; i++) {
            begin(reader, "/api/v1/collections/" + collection + "/events");
        }
        for (var socket : sockets) {
            assertThat(statusLine(socket)).contains(" 200");
        }
        System.out.println(IDLE + " listen: " + promptly());
    }

    /** What others wait for meanwhile, and how many connections to the database are in use. */
    private String promptly() throws Exception {
        var other = installation.newUser("beside.readers");
        var took = new long[40];
        double inUse = 0;
        for (int i = 0; i < took.length; i++) {
            long began = System.nanoTime();
            other.get("/api/v1/me").requireStatus(200);
            took[i] = (System.nanoTime() - began) / 1_000_000;
            try (var database = installation.database();
                    var row = database.createStatement().executeQuery("""
                            select count(*) from pg_stat_activity
                             where state <> 'idle' and pid <> pg_backend_pid() and backend_type = 'client backend'""")) {
                row.next();
                inUse += row.getInt(1);
            }
            Thread.sleep(50);
        }
        Arrays.sort(took);
        inUse /= took.length;
        assertThat(took[took.length / 2]).as("median in ms").isLessThan(1_000);
        assertThat(took[took.length - 1]).as("longest in ms").isLessThan(5_000);
        assertThat(inUse).as("connections in use").isLessThan(12);
        return "others wait %d ms, at most %d ms; %.1f connections to the database are in use"
                .formatted(took[took.length / 2], took[took.length - 1], inUse);
    }

    private void begin(Client reader, String path) throws IOException {
        var socket = new Socket();
        sockets.add(socket);
        socket.setSoTimeout(20_000);
        socket.connect(new InetSocketAddress(
                installation.address().getHost(), installation.address().getPort()));
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: "
                                + installation.address().getAuthority() + "\r\nAccept: */*\r\nAuthorization: "
                                + reader.authorization() + "\r\n\r\n")
                        .getBytes(ISO_8859_1));
    }

    private static String statusLine(Socket socket) throws IOException {
        var line = new StringBuilder();
        for (int c = socket.getInputStream().read();
                c >= 0 && c != '\n';
                c = socket.getInputStream().read()) {
            line.append((char) c);
        }
        return line.toString();
    }
}
