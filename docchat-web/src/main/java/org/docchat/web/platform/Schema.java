package org.docchat.web.platform;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import liquibase.Liquibase;
import liquibase.Scope;
import liquibase.UpdateSummaryEnum;
import liquibase.analytics.configuration.AnalyticsArgs;
import liquibase.changelog.ChangeSet;
import liquibase.changelog.DatabaseChangeLog;
import liquibase.changelog.visitor.AbstractChangeExecListener;
import liquibase.changelog.visitor.ChangeExecListener;
import liquibase.command.CommandScope;
import liquibase.command.core.UpdateCommandStep;
import liquibase.command.core.helpers.ChangeExecListenerCommandStep;
import liquibase.command.core.helpers.DbUrlConnectionArgumentsCommandStep;
import liquibase.command.core.helpers.ShowSummaryArgument;
import liquibase.database.Database;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.exception.DatabaseException;
import liquibase.exception.LiquibaseException;
import liquibase.resource.ClassLoaderResourceAccessor;
import liquibase.ui.LoggerUIService;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.EmbeddingModels;
import org.jspecify.annotations.Nullable;

/** Brings the database to this version's schema, and proves that it protects what it must. */
final class Schema {
    private static final Logger LOG = Logger.getLogger(Schema.class.getName());
    /** Any number that no other program locks; one migration of a database at a time. */
    static final long LOCK = 0x446f6343686174L;

    private static final String CHANGELOG = "db/changelog.xml";
    private static final Pattern INCLUDED = Pattern.compile("<include file=\"([^\"]+)\"");
    /** Liquibase's own table; its comment holds the fingerprint of what was applied. */
    private static final String APPLIED = "databasechangelog";

    private static final Duration DATABASE_WAIT = Duration.ofSeconds(60);

    private final DataSource database;

    /** @param database without a pool, whose connections would stay as patient as they become here */
    Schema(DataSource database) {
        this.database = database;
    }

    /**
     * Migrates, waiting for the database and for other nodes that migrate.
     *
     * @throws IllegalStateException if the schema cannot be brought to this version, or has left it behind: the start
     *     must stop
     */
    void migrate() throws InterruptedException {
        try (var lock = connect();
                var statement = lock.createStatement()) {
            statement.execute("select pg_advisory_lock(" + LOCK + ")");
            try (var connection = patient()) {
                requireUnicode(connection);
                var version = fingerprint();
                if (!version.equals(lastApplied(connection))) {
                    requireNotNewer(connection);
                    update(connection);
                    connection.setAutoCommit(true);
                    remember(version, connection);
                }
                requireRowLevelSecurity(connection);
            } finally {
                statement.execute("select pg_advisory_unlock(" + LOCK + ")");
            }
        } catch (SQLException e) {
            throw new IllegalStateException("the database's schema could not be brought up to date: " + e, e);
        } catch (LiquibaseException e) {
            throw new IllegalStateException(
                    "the database's schema could not be brought up to date: " + inOneLine(e), e);
        }
    }

    /** What was wrong, and with which change, without the names of what it was wrapped into. */
    private static String inOneLine(LiquibaseException failure) {
        return String.valueOf(failure.getMessage())
                .replaceAll("liquibase\\.exception\\.\\w+: ", "")
                .strip()
                .replaceAll("\\s+", " ");
    }

    private Connection connect() throws InterruptedException, SQLException {
        var until = System.nanoTime() + DATABASE_WAIT.toNanos();
        while (true) {
            try {
                return patient();
            } catch (SQLException e) {
                if (System.nanoTime() > until) {
                    throw e;
                }
                LOG.log(Level.INFO, "waiting for the database: {0}", e.getMessage());
                Thread.sleep(1_000);
            }
        }
    }

    /** One that waits for as long as a change takes, or an index, or another node that makes either. */
    private Connection patient() throws SQLException {
        var connection = database.getConnection();
        try (var statement = connection.createStatement()) {
            connection.setNetworkTimeout(Runnable::run, 0);
            statement.execute("set statement_timeout = 0");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** Of every change there is, so that a start with none to make need not ask Liquibase. */
    private static String fingerprint() {
        var digest = sha256();
        var changelog = read(CHANGELOG);
        digest.update(changelog);
        INCLUDED.matcher(new String(changelog, UTF_8))
                .results()
                .map(file -> read(file.group(1)))
                .forEach(digest::update);
        return HexFormat.of().formatHex(digest.digest());
    }

    /** @throws IllegalStateException if the database cannot hold every character */
    private static void requireUnicode(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("select pg_encoding_to_char(encoding), datctype from pg_database"
                        + " where datname = current_database()")) {
            row.next();
            if (!"UTF8".equals(row.getString(1))) {
                throw new IllegalStateException("the database's encoding is " + row.getString(1) + ", which cannot hold"
                        + " every document's characters. Create it anew: create database docchat template template0"
                        + " encoding 'UTF8' locale 'C.UTF-8'");
            }
            if (Set.of("C", "POSIX").contains(row.getString(2))) {
                LOG.warning("the database's character type is C: capital letters beyond ASCII are found only as"
                        + " they are written. A database with locale 'C.UTF-8' has no such limit");
            }
        }
    }

    /** Changes that this version does not know only add, but for those that are labelled as more. */
    private static void requireNotNewer(Connection connection) throws SQLException {
        var changelog = new String(read(CHANGELOG), UTF_8);
        try (var statement = connection.createStatement()) {
            try (var table = statement.executeQuery("select to_regclass('" + APPLIED + "') is not null")) {
                table.next();
                if (!table.getBoolean(1)) {
                    return;
                }
            }
            try (var changes = statement.executeQuery(
                    "select filename from " + APPLIED + " where labels = 'breaks-older' order by orderexecuted")) {
                while (changes.next()) {
                    if (!changelog.contains('"' + changes.getString(1) + '"')) {
                        throw new IllegalStateException("the database belongs to a newer version of DocChat: this one"
                                + " cannot work with what " + changes.getString(1) + " changed. Start the newer"
                                + " version, or restore a backup from before it");
                    }
                }
            }
        }
    }

    private static byte[] read(String resource) {
        try (var in = Schema.class.getClassLoader().getResourceAsStream(resource)) {
            return requireNonNull(in, resource).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the last node wrote that had finished all its changes; null on a database without any. */
    private static @Nullable String lastApplied(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var comment =
                        statement.executeQuery("select obj_description(to_regclass('" + APPLIED + "'), 'pg_class')")) {
            return comment.next() ? comment.getString(1) : null;
        }
    }

    private static void remember(String version, Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("comment on table " + APPLIED + " is '" + version + "'");
        }
    }

    /**
     * Brings the schema to this version, on a thread that ends: Liquibase leaves something on each thread that it runs on,
     * and on those that these begin, by which a server that goes on without the WAR would keep all of its classes.
     */
    private static void update(Connection connection) throws LiquibaseException, InterruptedException {
        var migration = new FutureTask<Void>(() -> {
            updateHere(connection);
            return null;
        });
        new Thread(migration, "docchat-migration").start();
        try {
            migration.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LiquibaseException failure) {
                throw failure;
            }
            throw new LiquibaseException(e.getCause());
        }
    }

    private static void updateHere(Connection connection) throws Exception {
        var changes = new OneTransactionEach(connection);
        var target = DatabaseFactory.getInstance().findCorrectDatabaseImplementation(changes);
        var files = new ClassLoaderResourceAccessor(Schema.class.getClassLoader());
        // What it would print goes to the log.
        var ui = new LoggerUIService();
        var scope = Map.<String, Object>of(
                Scope.Attr.resourceAccessor.name(),
                files,
                Scope.Attr.ui.name(),
                ui,
                // It would tell its makers what it does, and ask them how.
                AnalyticsArgs.ENABLED.getKey(),
                false);
        Scope.child(scope, () -> {
            // A process that was killed while migrating leaves Liquibase's own lock behind for ever. Whoever holds
            // the advisory lock is alone, so whatever lock there is has no owner any more.
            new Liquibase(CHANGELOG, files, target).forceReleaseLocks();
            new CommandScope(UpdateCommandStep.COMMAND_NAME)
                    .addArgumentValue(DbUrlConnectionArgumentsCommandStep.DATABASE_ARG, target)
                    .addArgumentValue(UpdateCommandStep.CHANGELOG_FILE_ARG, CHANGELOG)
                    .addArgumentValue(ShowSummaryArgument.SHOW_SUMMARY, UpdateSummaryEnum.OFF)
                    .addArgumentValue(ChangeExecListenerCommandStep.CHANGE_EXEC_LISTENER_ARG, changes.listener)
                    .execute();
        });
    }

    /**
     * Liquibase commits a change, and then that it is in: a process that was killed between the two would leave a change
     * that the next start makes again, and fails on. Here both are one transaction.
     */
    private static final class OneTransactionEach extends JdbcConnection {
        private boolean changing;

        private final ChangeExecListener listener = new AbstractChangeExecListener() {
            @Override
            public void willRun(ChangeSet change, DatabaseChangeLog log, Database target, ChangeSet.RunStatus status) {
                changing = true;
            }

            @Override
            public void ran(ChangeSet change, DatabaseChangeLog log, Database target, ChangeSet.ExecType type) {
                changing = false;
            }
        };

        OneTransactionEach(Connection connection) {
            super(connection);
        }

        @Override
        public void commit() throws DatabaseException {
            if (!changing) {
                super.commit();
            }
        }
    }

    /**
     * Where pgvector is, the vectors of the current versions get an index for each model (HNSW: Malkov and Yashunin,
     * 2018); where it is not, their sign bits are scanned.
     */
    void addVectorIndexes(EmbeddingModels models) {
        try (var connection = patient();
                var statement = connection.createStatement()) {
            statement.execute("select pg_advisory_lock(" + LOCK + ")");
            try (var available = statement.executeQuery("select from pg_available_extensions where name = 'vector'")) {
                if (available.next()) {
                    statement.execute("create extension if not exists vector");
                    statement.execute(vectorIndex(models.standard(), ""));
                    for (var model : models.others()) {
                        var digest = sha256().digest((model.name() + " " + model.dimensions()).getBytes(UTF_8));
                        statement.execute(vectorIndex(
                                model, "_" + HexFormat.of().formatHex(digest).substring(0, 8)));
                    }
                }
            } finally {
                statement.execute("select pg_advisory_unlock(" + LOCK + ")");
            }
        } catch (SQLException e) {
            LOG.log(Level.WARNING, "pgvector is there but cannot be used ({0}); searching without it", e.getMessage());
        }
    }

    /** The search repeats this expression and this condition to the letter. */
    private static String vectorIndex(EmbeddingModel model, String suffix) {
        return """
                create index if not exists embedding_hnsw%3$s on embedding using hnsw
                    ((cast(cast(vector as vector(%1$d)) as halfvec(%1$d))) halfvec_cosine_ops)
                 where live and model = '%2$s'
                """.formatted(model.dimensions(), model.name(), suffix);
    }

    /**
     * Plants a collection of a stranger, looks with the rights of nobody in particular, and takes it away again.
     *
     * @throws IllegalStateException if it could be seen: for instance because the roles may bypass the policies
     */
    private static void requireRowLevelSecurity(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute("insert into collection (id, name) values ('" + UUID.randomUUID() + "', 'canary')");
            statement.execute("select set_config('role', 'docchat_app', true), set_config('docchat.caller', '"
                    + UUID.randomUUID() + "', true)");
            try (var seen = statement.executeQuery("select from collection limit 1")) {
                if (seen.next()) {
                    throw new IllegalStateException("row-level security is not in force: a stranger's collection can"
                            + " be seen. The roles docchat_app and docchat_worker must be neither superusers nor"
                            + " BYPASSRLS.");
                }
            }
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }
}
