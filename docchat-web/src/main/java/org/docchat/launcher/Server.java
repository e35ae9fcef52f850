package org.docchat.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.ZipInputStream;

/**
 * The server and the application, laid out as directories: {@code payara}, {@code libraries}, {@code application}. The
 * container image has them that way, read-only; docchat.jar brings them along and lays them out in DOCCHAT_HOME.
 *
 * <p>The application's libraries are on the server's class path: in every jar inside the application the server reads
 * every class at every start, looking for annotations, of which libraries have none that it needs.
 */
final class Server {
    private static final String LIBRARIES = "WEB-INF/lib/";
    private static final String UNVALIDATED =
            "set configs.config.server-config.admin-service.das-config.deploy-xml-validation=none";
    private static final String NETWORK = "set configs.config.server-config.network-config.";
    private static final String HTTP = NETWORK + "protocols.protocol.http-listener.http.";
    private static final String LISTENER = NETWORK + "network-listeners.network-listener.http-listener.enabled";

    private static final String NO_ACCESS_LOG =
            "set configs.config.server-config.http-service.virtual-server.server.access-logging-enabled=false";

    private final Path layout;
    private final ClassLoader classes;

    private Server(Path layout, ClassLoader classes) {
        this.layout = layout;
        this.classes = classes;
    }

    /** Where it is installed, and its jars and the libraries are on the class path of this process. */
    static Server installed(Path layout) {
        return new Server(layout, Server.class.getClassLoader());
    }

    /** Out of docchat.jar; what is there from an earlier start of the same version stays. */
    static Server unpacked(Path layout) throws IOException, InterruptedException {
        Files.createDirectories(layout);
        unpack("payara-micro.jar", layout, Server::explode);
        unpack("docchat.war", layout, Server::spread);
        var path = new ArrayList<URL>();
        path.add(layout.resolve("payara").resolve("launch-micro.jar").toUri().toURL());
        try (var jars = Files.newDirectoryStream(layout.resolve("libraries"))) {
            for (var jar : jars) {
                path.add(jar.toUri().toURL());
            }
        }
        // Not closed: the server's threads look for their classes here as long as it runs.
        @SuppressWarnings("resource")
        var classes = new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        return new Server(layout, classes);
    }

    /**
     * Starts it and deploys the application; returns when that is done, well or not.
     *
     * @param root what the server may write to; emptied first, since it writes down what was deployed and would deploy
     *     that once more
     */
    void start(Path root, int port) throws Exception {
        delete(root);
        var payara = layout.resolve("payara");
        copy(payara.resolve("config"), root.resolve("config"));
        configureLog(root.resolve("config").resolve("logging.properties"));
        // The adapters that make data sources of drivers are looked for here.
        copy(payara.resolve("lib"), root.resolve("lib"));
        Files.createDirectories(root.resolve("docroot"));
        System.setProperty("fish.payara.environmentWarning", "false");
        // What the server's own launcher does, except that that one writes beside the server.
        System.setProperty(
                "fish.payara.micro.BootJar",
                payara.resolve("launch-micro.jar").toUri().toString());
        System.setProperty("fish.payara.micro.UnpackDir", payara.toString());
        Thread.currentThread().setContextClassLoader(classes);
        // The application's descriptors are the same at every start, and were read by tests: no schema is needed for
        // them.
        System.setProperty("org.jboss.weld.xml.disableValidating", "true");
        // The server's own refusal of TRACE would leave the body to be read as the next request; ours does not. What it
        // answers without asking us need not tell its make. And it would listen before the application is there, and
        // say 404 and 500 of what will be.
        var before = Files.write(
                root.resolve("before"),
                List.of(UNVALIDATED, HTTP + "trace-enabled=true", HTTP + "server-header=false", LISTENER + "=false"));
        // With the listener comes a valve for access logs, though there are none, and with any valve the server ends an
        // asynchronous request on another thread than it began on, where CDI's contexts are not (payara/Payara#5745).
        var behind = Files.write(root.resolve("behind"), List.of(LISTENER + "=true", NO_ACCESS_LOG));
        String[] arguments = {
            "--prebootcommandfile",
            before.toString(),
            "--postdeploycommandfile",
            behind.toString(),
            // Nodes share the database and nothing else.
            "--nohazelcast",
            "--disablephonehome",
            "--rootdir",
            root.toString(),
            "--port",
            Integer.toString(port),
            "--contextroot",
            "/",
            "--deploy",
            layout.resolve("application").toString()
        };
        classes.loadClass("fish.payara.micro.impl.PayaraMicroImpl")
                .getMethod("main", String[].class)
                .invoke(null, (Object) arguments);
    }

    private static void configureLog(Path file) throws IOException {
        var configuration = Files.readString(file);
        if (Launcher.logsJson()) {
            // Until the application is there and puts its own into its place.
            configuration = configuration.replace(
                    "com.sun.enterprise.server.logging.ODLLogFormatter",
                    "fish.payara.enterprise.server.logging.JSONLogFormatter");
        } else if (System.console() == null) {
            configuration = configuration.replace("ansiColor=true", "ansiColor=false");
        }
        Files.writeString(file, configuration);
    }

    private interface Unpacking {
        void unpack(InputStream content, Path layout) throws IOException, InterruptedException;
    }

    /** Once for each version of an entry of docchat.jar. */
    private static void unpack(String entry, Path layout, Unpacking unpacking)
            throws IOException, InterruptedException {
        var url = Server.class.getResource("/" + entry);
        if (url == null) {
            throw new Launcher.CannotStart(
                    "this jar is incomplete: " + entry + " is missing. Build it with ./mvnw package.");
        }
        var stamp = layout.resolve(entry + ".unpacked");
        var connection = url.openConnection();
        var version = connection.getContentLengthLong() + " " + connection.getLastModified();
        try (var content = connection.getInputStream()) {
            if (!Files.exists(stamp) || !Files.readString(stamp).equals(version)) {
                Files.deleteIfExists(stamp);
                unpacking.unpack(content, layout);
                Files.writeString(stamp, version);
            }
        }
    }

    /** The server's jar has all others inside it; it can lay itself out. */
    private static void explode(InputStream content, Path layout) throws IOException, InterruptedException {
        delete(layout.resolve("payara"));
        var micro = Files.createTempFile(layout, "payara-micro", ".jar");
        Files.copy(content, micro, StandardCopyOption.REPLACE_EXISTING);
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        micro.toString(),
                        "--rootdir",
                        layout.resolve("payara").toString(),
                        "--outputlauncher")
                .redirectErrorStream(true)
                .redirectOutput(layout.resolve("payara.log").toFile())
                .start();
        if (process.waitFor() != 0 || !Files.exists(layout.resolve("payara").resolve("launch-micro.jar"))) {
            throw new Launcher.CannotStart(
                    "the server could not be unpacked; see " + layout.resolve("payara.log") + ".");
        }
        Files.delete(micro);
    }

    private static void spread(InputStream content, Path layout) throws IOException {
        delete(layout.resolve("application"));
        delete(layout.resolve("libraries"));
        try (var war = new ZipInputStream(content)) {
            for (var entry = war.getNextEntry(); entry != null; entry = war.getNextEntry()) {
                var name = entry.getName();
                boolean library = name.startsWith(LIBRARIES) && !name.startsWith(LIBRARIES + "docchat-");
                var file = library
                        ? layout.resolve("libraries").resolve(name.substring(LIBRARIES.length()))
                        : layout.resolve("application").resolve(name);
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                } else {
                    Files.createDirectories(file.getParent());
                    Files.copy(war, file);
                }
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (var files = Files.walk(directory)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                var target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }
}
