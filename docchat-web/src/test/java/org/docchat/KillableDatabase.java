package org.docchat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A PostgreSQL that is killed as {@code kill -9} does, and started again on its data at the same port. */
final class KillableDatabase implements AutoCloseable {
    private final Path data;
    private final int port = Installation.freePort();
    private EmbeddedPostgres running;

    /** @param data where its files are; they are left there */
    KillableDatabase(Path data) throws IOException {
        this.data = data;
        this.running = start(data, port);
    }

    private static EmbeddedPostgres start(Path data, int port) throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPort(port)
                .setPGStartupWait(Duration.ofMinutes(2))
                // The library is made for tests and turns these off: a killed server would forget what it confirmed.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .start();
    }

    /**
     * A copy of it as it stands, which follows it from here on.
     *
     * @param copy where the copy's files are to be
     */
    KillableDatabase replica(Path copy) throws IOException, SQLException {
        try (var connection = connection();
                var statement = connection.createStatement()) {
            statement.execute("select pg_backup_start('a replica', true)");
            copyInto(copy);
            try (var row = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
                row.next();
                Files.writeString(copy.resolve("backup_label"), row.getString(1));
            }
        }
        Files.createFile(copy.resolve("standby.signal"));
        Files.writeString(
                copy.resolve("postgresql.auto.conf"),
                "primary_conninfo = 'host=localhost port=" + port + " user=postgres password=postgres'\n",
                StandardOpenOption.APPEND);
        return new KillableDatabase(copy);
    }

    /** Files may come and go meanwhile: what they said is in the write-ahead log. */
    private void copyInto(Path copy) throws IOException {
        Files.walkFileTree(data, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                var made = copy.resolve(data.relativize(directory).toString());
                Files.createDirectories(made);
                Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwx------"));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!file.getFileName().toString().startsWith("postmaster.")) {
                    try {
                        Files.copy(file, copy.resolve(data.relativize(file).toString()));
                    } catch (NoSuchFileException e) {
                        return visitFileFailed(file, e);
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }
        });
    }

    /** With which a DATABASE_URL ends well. */
    String url() {
        return "postgresql://postgres:postgres@localhost:" + port + "/postgres";
    }

    Connection connection() throws SQLException {
        return running.getPostgresDatabase().getConnection();
    }

    /** The postmaster and each process of its own. */
    void kill() throws IOException {
        var postmaster = postmaster();
        // Listed before: what has lost its parent is not found.
        var processes =
                Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
        processes.forEach(ProcessHandle::destroyForcibly);
        for (var process : processes) {
            process.onExit().orTimeout(20, TimeUnit.SECONDS).join();
        }
    }

    /** Recovers from what is on disk; returns when it answers. */
    void restart() throws IOException {
        running.close();
        running = start(data, port);
    }

    /** One connection's process: the postmaster ends all others and recovers by itself. */
    void killOneConnection() throws IOException, SQLException {
        try (var connection = connection();
                var statement = connection.createStatement();
                var row = statement.executeQuery("""
                        select pid from pg_stat_activity
                         where backend_type = 'client backend' and pid <> pg_backend_pid() limit 1""")) {
            if (row.next()) {
                ProcessHandle.of(row.getLong(1)).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    private ProcessHandle postmaster() throws IOException {
        var pid = Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip();
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    @Override
    public void close() throws IOException {
        running.close();
    }
}
