package org.docchat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server's JVM records whom it speaks to, and is told to reach whatever is not on this computer through a proxy, which
 * is the canary: so also what could not be reached from here is heard.
 */
@DisplayName("What leaves the server")
class OutboundIT {
    private static final String PASSWORD = "Sea-urchin-in-the-lamplight-41";
    private static final String RECORDED = """
            <?xml version="1.0" encoding="UTF-8"?>
            <configuration version="2.0">
              <event name="jdk.SocketRead">
                <setting name="enabled">true</setting>
                <setting name="threshold">0 ms</setting>
              </event>
              <event name="jdk.SocketWrite">
                <setting name="enabled">true</setting>
                <setting name="threshold">0 ms</setting>
              </event>
            </configuration>
            """;

    @Test
    @Tag("S3")
    @Tag("U7")
    void goesToWhomTheInstallationNamesAndToNobodyElse(@TempDir Path home, @TempDir Path own) throws Exception {
        var recorded = Files.writeString(own.resolve("sockets.jfc"), RECORDED);
        try (var canary = new Canary();
                var chat = new FakeChatServer((request, connection) -> connection.answer("NOT_IN_", "DOCUMENTS"))) {
            var settings = new HashMap<>(Map.of(
                    "DOCCHAT_PORT",
                    Integer.toString(Installation.freePort()),
                    "DOCCHAT_ADMIN_PASSWORD",
                    PASSWORD,
                    "OPENAI_BASE_URL",
                    chat.address().toString(),
                    "OPENAI_API_KEY",
                    "none"));
            settings.put(
                    "JAVA_TOOL_OPTIONS",
                    "-XX:StartFlightRecording:filename=" + own + ",settings=" + recorded + ",dumponexit=true "
                            + canary.asProxy());
            try (var process = new LauncherProcess(home, settings)) {
                process.awaitGreeting();
                use(process, canary.address());
                assertThat(chat.requests()).isNotEmpty();
                process.askToStop();
                process.awaitEnd();
            }

            assertThat(canary.heard()).isEmpty();
            var events = recorded(own);
            assertThat(events)
                    .as("the recording hears what is said")
                    .anyMatch(event -> event.getInt("port") == chat.address().getPort());
            assertThat(events).extracting(OutboundIT::host).allMatch(OutboundIT::isThisComputer);
        }
    }

    /** Of each JVM that was started. */
    private static List<RecordedEvent> recorded(Path directory) throws IOException {
        var events = new ArrayList<RecordedEvent>();
        try (var recordings = Files.newDirectoryStream(directory, "*.jfr")) {
            for (var recording : recordings) {
                events.addAll(RecordingFile.readAllEvents(recording));
            }
        }
        return events;
    }

    private static void use(LauncherProcess process, URI elsewhere) throws IOException {
        var admin = process.client().signIn("admin", PASSWORD);
        var collection = admin.newCollection("Harbour");
        for (var document : documents(elsewhere).entrySet()) {
            admin.indexed(collection, document.getKey(), document.getValue());
        }
        var path = "/api/v1/collections/" + collection;
        var question = Client.json().add("question", "When does the lighthouse of the harbour shine?");
        admin.post(path + "/answers", question).requireStatus(200);
        admin.post(path + "/search", Client.json().add("query", "lighthouse")).requireStatus(200);
        for (var open : List.of(path + "/export", "/openapi", "/api/index.html", "/signin.xhtml", "/health")) {
            admin.get(open).requireStatus(200);
        }
    }

    /** That name an address in each way that their format has. */
    private static Map<String, byte[]> documents(URI elsewhere) throws IOException {
        var text = "The lighthouse of the harbour shines at night.";
        var documents = new HashMap<String, byte[]>();
        for (var at : List.of(elsewhere.toString(), "http://lighthouse.invalid/")) {
            var name = at.contains("invalid") ? "far" : "near";
            documents.put(name + ".md", (text + "\n\n![light](" + at + "a.png) <" + at + "b>\n").getBytes(UTF_8));
            documents.put(name + ".html", """
                    <!DOCTYPE html SYSTEM "%1$sdtd"><html><head><base href="%1$s"><link rel="stylesheet" href="%1$sc.css">
                    <script src="%1$sd.js"></script></head><body><p>%2$s</p><img src="%1$se.png">
                    <iframe src="%1$sf.html"></iframe></body></html>
                    """.formatted(at, text).getBytes(UTF_8));
            documents.put(
                    name + ".eml", """
                    From: ann@example.com
                    To: bob@example.com
                    Subject: Lights
                    Content-Type: text/html; charset=utf-8

                    <p>%2$s</p><img src="%1$spixel.gif">
                    """.formatted(at, text).replace("\n", "\r\n").getBytes(UTF_8));
            documents.put(name + ".docx", docx(at, text));
        }
        return documents;
    }

    private static byte[] docx(String at, String text) throws IOException {
        var office = "http://schemas.openxmlformats.org/";
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            put(zip, "[Content_Types].xml", """
                    <Types xmlns="%1$spackage/2006/content-types">
                    <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
                    <Default Extension="xml" ContentType="application/xml"/>
                    <Override PartName="/word/document.xml"
                      ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
                    </Types>""".formatted(office));
            put(zip, "_rels/.rels", """
                    <Relationships xmlns="%1$spackage/2006/relationships"><Relationship Id="r1"
                      Type="%1$sofficeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>
                    </Relationships>""".formatted(office));
            put(zip, "word/_rels/document.xml.rels", """
                    <Relationships xmlns="%1$spackage/2006/relationships">
                    <Relationship Id="r1" Type="%1$sofficeDocument/2006/relationships/attachedTemplate"
                      Target="%2$stemplate.dotm" TargetMode="External"/>
                    <Relationship Id="r2" Type="%1$sofficeDocument/2006/relationships/image"
                      Target="%2$simage.png" TargetMode="External"/>
                    </Relationships>""".formatted(office, at));
            put(zip, "word/document.xml", """
                    <w:document xmlns:w="%1$swordprocessingml/2006/main"><w:body><w:p><w:r><w:t>%2$s</w:t></w:r></w:p>
                    </w:body></w:document>""".formatted(office, text));
        }
        return bytes.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, String xml) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + xml).getBytes(UTF_8));
        zip.closeEntry();
    }

    private static String host(RecordedEvent event) {
        var address = event.getString("address");
        return address == null || address.isEmpty() ? event.getString("host") : address;
    }

    private static boolean isThisComputer(String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (IOException e) {
            return false;
        }
    }

    /** Hears who calls, and whom they ask it for. */
    private static final class Canary implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final List<String> heard = new CopyOnWriteArrayList<>();

        Canary() throws IOException {
            var thread = new Thread(this::listen, "canary");
            thread.setDaemon(true);
            thread.start();
        }

        private void listen() {
            try {
                while (true) {
                    try (var caller = socket.accept()) {
                        heard.add("somebody");
                        caller.setSoTimeout(2_000);
                        // A proxy is asked by SOCKS 5 (RFC 1928) whether it takes no password, and then for an address.
                        var greeting = caller.getInputStream().readNBytes(3);
                        caller.getOutputStream().write(new byte[] {5, 0});
                        heard.add(new String(greeting, ISO_8859_1)
                                + new String(caller.getInputStream().readNBytes(30), ISO_8859_1));
                    } catch (SocketTimeoutException e) {
                        heard.add("no more");
                    }
                }
            } catch (SocketException e) {
                // Closed.
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        URI address() {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/");
        }

        List<String> heard() {
            return heard;
        }

        /** Of a JVM: for whatever is not on this computer. */
        String asProxy() {
            var port = socket.getLocalPort();
            return ("-DsocksProxyHost=127.0.0.1 -DsocksProxyPort=%1$d -DsocksNonProxyHosts=localhost|127.*|[::1]"
                            + " -Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=%1$d -Dhttps.proxyHost=127.0.0.1"
                            + " -Dhttps.proxyPort=%1$d -Dhttp.nonProxyHosts=localhost|127.*|[::1]")
                    .formatted(port);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
