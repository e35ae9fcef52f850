package org.docchat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.test.spi.LifecycleMethodExecutor;
import org.jboss.arquillian.test.spi.TestRunnerAdaptor;
import org.jboss.arquillian.test.spi.TestRunnerAdaptorBuilder;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.importer.ZipImporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The built WAR on a Payara Micro with a PostgreSQL of its own, for all tests of a run. Arquillian deploys for each
 * test class, which here would mean to start a server for each; so its runner is driven from here, for one class.
 */
final class Installation implements ExtensionContext.Store.CloseableResource {
    static final String ADMIN_PASSWORD = "Tr4vel-light-and-far";
    static final String JWT_SECRET = "f3Qz8Lk1Vb6Nw0Xr5Ty2Hs7Jd4Gm9PcAe5Ui";
    /** Low enough for a test to reach. */
    static final int REQUESTS_PER_KEY = 400;

    static final int QUESTIONS_PER_COLLECTION = 4_500;
    static final int COLLECTION_MAX_BYTES = 12 << 20;

    private final EmbeddedPostgres database;
    private final TestRunnerAdaptor arquillian;
    private final URI address;
    private final int providerPort;

    /** Gives test classes the installation as a parameter. */
    static final class Parameter implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Installation.class;
        }

        @Override
        public Installation resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(ExtensionContext.Namespace.GLOBAL)
                    .getOrComputeIfAbsent(Installation.class, key -> start(), Installation.class);
        }
    }

    /** What Arquillian deploys. */
    public static final class BuiltWar {
        private BuiltWar() {}

        @Deployment(testable = false)
        public static WebArchive war() {
            return ShrinkWrap.create(ZipImporter.class, "ROOT.war")
                    .importFrom(new File("target/docchat.war"))
                    .as(WebArchive.class);
        }
    }

    private Installation(EmbeddedPostgres database, TestRunnerAdaptor arquillian, URI address, int providerPort) {
        this.database = database;
        this.arquillian = arquillian;
        this.address = address;
        this.providerPort = providerPort;
    }

    private static Installation start() {
        try {
            var database = EmbeddedPostgres.builder()
                    .setPGStartupWait(Duration.ofMinutes(2))
                    .start();
            int port = freePort();
            int providerPort = freePort();
            System.setProperty("docchat.test.port", Integer.toString(port));
            System.setProperty(
                    "docchat.test.settings",
                    String.join(
                            " ",
                            "-Xmx768m",
                            "-DDATABASE_URL=postgresql://postgres:postgres@localhost:" + database.getPort()
                                    + "/postgres",
                            "-DJWT_SECRET=" + JWT_SECRET,
                            "-DDOCCHAT_REQUESTS_PER_KEY=" + REQUESTS_PER_KEY,
                            "-DDOCCHAT_QUESTIONS_PER_COLLECTION=" + QUESTIONS_PER_COLLECTION,
                            "-DDOCCHAT_COLLECTION_MAX_BYTES=" + COLLECTION_MAX_BYTES,
                            "-DDOCCHAT_PUBLIC_URL=http://localhost:" + port,
                            "-DOIDC_ISSUER=" + OpenIdServer.issuer(providerPort),
                            "-DOIDC_CLIENT_ID=" + OpenIdServer.CLIENT,
                            "-DOIDC_CLIENT_SECRET=" + OpenIdServer.SECRET,
                            "-DOIDC_API_AUDIENCE=" + OpenIdServer.API_AUDIENCE,
                            // Nobody is there.
                            "-DDOCCHAT_EMBEDDING_MODEL=second",
                            "-DDOCCHAT_EMBEDDING_DIMENSIONS=8",
                            "-DDOCCHAT_EMBEDDING_BASE_URL=http://127.0.0.1:" + freePort() + "/v1",
                            "-DDOCCHAT_ADMIN_PASSWORD=" + ADMIN_PASSWORD));
            var arquillian = TestRunnerAdaptorBuilder.build();
            arquillian.beforeSuite();
            arquillian.beforeClass(BuiltWar.class, LifecycleMethodExecutor.NO_OP);
            var address = URI.create("http://localhost:" + port);
            Await.until(
                    "the application is ready",
                    Duration.ofSeconds(180),
                    () -> new Client(address).get("/health/ready").status() == 200);
            return new Installation(database, arquillian, address, providerPort);
        } catch (Exception e) {
            throw new IllegalStateException("the WAR could not be deployed", e);
        }
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    URI address() {
        return address;
    }

    /** Where it looks for its identity provider; nobody is there until a test starts one. */
    int providerPort() {
        return providerPort;
    }

    Client anybody() {
        return new Client(address);
    }

    Client administrator() {
        return new Client(address).signIn("admin", ADMIN_PASSWORD);
    }

    /** A user whom nobody knows yet. */
    Client newUser(String username) {
        var password = "Password-of-" + username;
        administrator()
                .post("/api/v1/users", Client.json().add("username", username).add("password", password))
                .requireStatus(201);
        return new Client(address).signIn(username, password);
    }

    /** With the rights of the database's owner. */
    Connection database() throws SQLException {
        return database.getPostgresDatabase().getConnection();
    }

    @Override
    public void close() throws Exception {
        arquillian.afterClass(BuiltWar.class, LifecycleMethodExecutor.NO_OP);
        arquillian.afterSuite();
        database.close();
    }
}
