package org.docchat.web.platform;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Persistence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.docchat.domain.Caller;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Transactions;
import org.docchat.domain.UserId;
import org.docchat.query.Conversations;
import org.docchat.query.ExtractiveWriter;
import org.docchat.query.Librarian;
import org.hibernate.resource.jdbc.spi.StatementInspector;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/** A database with the product's schema and identities, without a server around it. */
public final class PreparedDatabase implements Transactions<EntityManager>, AutoCloseable {
    private final @Nullable EmbeddedPostgres own;
    private final String url;
    private final DataSource database;
    private final EntityManagerFactory sessions;

    private PreparedDatabase(@Nullable EmbeddedPostgres own, String url) throws InterruptedException {
        this.own = own;
        this.url = url;
        var source = new PGSimpleDataSource();
        source.setUrl(url);
        this.database = source;
        new Schema(source).migrate();
        this.sessions = Persistence.createEntityManagerFactory(
                "docchat",
                Map.of(
                        "jakarta.persistence.transactionType", "RESOURCE_LOCAL",
                        "jakarta.persistence.jdbc.url", url,
                        "hibernate.transaction.jta.platform",
                                "org.hibernate.engine.transaction.jta.platform.internal.NoJtaPlatform",
                        "hibernate.connection.pool_size", "16",
                        "hibernate.session_factory.statement_inspector", Careless.class.getName()));
    }

    /** @param url of an existing database, as JDBC wants it */
    public static PreparedDatabase at(String url) throws InterruptedException {
        return new PreparedDatabase(null, url);
    }

    /** A PostgreSQL of its own, whose data goes with it. */
    public static PreparedDatabase temporary() throws IOException, InterruptedException {
        return started(EmbeddedPostgres.builder());
    }

    /** A PostgreSQL of its own, whose data stays in the directory. */
    public static PreparedDatabase in(Path directory) throws IOException, InterruptedException {
        var data = directory.resolve("data");
        Files.createDirectories(data);
        return started(EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setOverrideWorkingDirectory(
                        Files.createDirectories(directory.resolve("server")).toFile()));
    }

    private static PreparedDatabase started(EmbeddedPostgres.Builder builder) throws IOException, InterruptedException {
        var own = builder.setServerConfig("shared_buffers", "128MB").start();
        return new PreparedDatabase(own, own.getJdbcUrl("postgres", "postgres"));
    }

    /** As a start of DocChat does it: nothing where there is no pgvector. */
    public void addVectorIndexes(EmbeddingModels models) {
        new Schema(database).addVectorIndexes(models);
    }

    /** Who finds and answers where no chat model is configured. */
    public Librarian librarian(EmbeddingModels models) {
        return librarian(this, models);
    }

    /** The same by other transactions. */
    public static Librarian librarian(Transactions<EntityManager> transactions, EmbeddingModels models) {
        return new Librarian(
                transactions,
                models,
                new ExtractiveWriter(models.standard()),
                new Conversations(transactions),
                Librarian.Observer.NONE);
    }

    /** As JDBC wants it, for others to connect to. */
    public String url() {
        return url;
    }

    /** As the owner of the tables. */
    public DataSource source() {
        return database;
    }

    /** Somebody who may make collections; the same one for the same name. */
    public Caller user(String name) {
        try (var connection = database.getConnection();
                var insert = connection.prepareStatement("""
                        insert into app_user (username, display_name) values (?, ?)
                        on conflict (username) do update set display_name = excluded.display_name returning id
                        """)) {
            insert.setString(1, name);
            insert.setString(2, name);
            try (var row = insert.executeQuery()) {
                row.next();
                return new Caller(new UserId(row.getObject(1, UUID.class)), name, false);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Statements as somebody would write them who forgets to say which collections are meant. */
    public static final class Careless implements StatementInspector {
        private static final Pattern COLLECTIONS = Pattern.compile("\\b(?:\\w+\\.)?(?:collection_)?id = any"
                + " \\(cast\\((\\(select cast\\(\\? as uuid\\[\\]\\)\\)|\\?) as uuid\\[\\]\\)\\)");
        private static volatile boolean forgetful;

        @Override
        public String inspect(String sql) {
            return forgetful && !sql.contains("embedding_model")
                    ? COLLECTIONS.matcher(sql).replaceAll("cast($1 as uuid[]) is not null")
                    : sql;
        }
    }

    /** Does something with statements that ask of every collection instead of those that they are given. */
    public <T> T withoutConditions(Supplier<T> work) {
        Careless.forgetful = true;
        try {
            return work.get();
        } finally {
            Careless.forgetful = false;
        }
    }

    /** The same identities with the rights of the tables' owner: what row-level security costs is the difference. */
    public Transactions<EntityManager> withoutPolicies() {
        return new Transactions<>() {
            @Override
            public <T> T as(Caller caller, Function<EntityManager, T> work) {
                return run(caller, session -> {
                    session.createNativeQuery("select set_config('role', 'none', true)")
                            .getSingleResult();
                    return work.apply(session);
                });
            }

            @Override
            public <T> T asWorker(Function<EntityManager, T> work) {
                return run(null, work);
            }
        };
    }

    /** The one number that a statement gives, as the owner of the tables. */
    public long count(String sql) {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As the owner of the tables. */
    public void execute(String sql) {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public <T> T as(Caller caller, Function<EntityManager, T> work) {
        return run(caller, work);
    }

    @Override
    public <T> T asWorker(Function<EntityManager, T> work) {
        return run(null, work);
    }

    private <T> T run(@Nullable Caller caller, Function<EntityManager, T> work) {
        try (var session = sessions.createEntityManager()) {
            var transaction = session.getTransaction();
            transaction.begin();
            try {
                JtaTransactions.become(session, caller, false);
                var result = work.apply(session);
                transaction.commit();
                return result;
            } finally {
                if (transaction.isActive()) {
                    transaction.rollback();
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        sessions.close();
        if (own != null) {
            own.close();
        }
    }
}
