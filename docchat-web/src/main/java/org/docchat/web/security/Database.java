package org.docchat.web.security;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.Dependent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;
import org.docchat.domain.Caller;
import org.docchat.web.platform.DatabaseOutage;
import org.docchat.web.platform.Overtaken;
import org.jspecify.annotations.Nullable;

/**
 * Statements as the database's owner, outside row-level security: who somebody is has to be found out before rights can
 * be taken from it. Each statement is its own transaction, unless it is one of {@link #by}.
 */
@Dependent
class Database {
    @Resource(lookup = "java:app/jdbc/docchat")
    @SuppressWarnings("NullAway.Init")
    private DataSource dataSource;

    Database() {}

    Database(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    <T> Optional<T> first(String sql, Row<T> row, @Nullable Object... parameters) {
        return all(sql, row, parameters).stream().findFirst();
    }

    <T> List<T> all(String sql, Row<T> row, @Nullable Object... parameters) {
        try (var connection = dataSource.getConnection()) {
            return new Statements(connection).all(sql, row, parameters);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** How many rows were changed. */
    int update(String sql, @Nullable Object... parameters) {
        try (var connection = dataSource.getConnection()) {
            return new Statements(connection).update(sql, parameters);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /**
     * Runs statements in one transaction.
     *
     * @param caller whose act it is in the audit trail; null: nobody's
     */
    <T> T by(@Nullable Caller caller, Function<Statements, T> work) {
        return Overtaken.again(() -> run(caller, work));
    }

    private <T> T run(@Nullable Caller caller, Function<Statements, T> work) {
        try (var connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try {
                var statements = new Statements(connection);
                statements.first(
                        "select set_config('docchat.caller', ?, true)",
                        row -> true,
                        caller == null ? "" : caller.id().toString());
                var result = work.apply(statements);
                connection.commit();
                return result;
            } finally {
                // Nothing is left to be undone after the commit.
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** The statements of one transaction. */
    record Statements(Connection connection) {
        <T> Optional<T> first(String sql, Row<T> row, @Nullable Object... parameters) {
            return all(sql, row, parameters).stream().findFirst();
        }

        <T> List<T> all(String sql, Row<T> row, @Nullable Object... parameters) {
            try (var statement = connection.prepareStatement(sql)) {
                bind(statement, parameters);
                try (var rows = statement.executeQuery()) {
                    var all = new ArrayList<T>();
                    while (rows.next()) {
                        all.add(row.read(rows));
                    }
                    return all;
                }
            } catch (SQLException e) {
                throw failure(e);
            }
        }

        int update(String sql, @Nullable Object... parameters) {
            try (var statement = connection.prepareStatement(sql)) {
                bind(statement, parameters);
                return statement.executeUpdate();
            } catch (SQLException e) {
                throw failure(e);
            }
        }
    }

    private static void bind(PreparedStatement statement, @Nullable Object... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            if (parameters[i] instanceof byte[] bytes) {
                statement.setBytes(i + 1, bytes);
            } else {
                statement.setObject(i + 1, parameters[i]);
            }
        }
    }

    static RuntimeException failure(SQLException e) {
        var outage = DatabaseOutage.of(e, e);
        if (outage != null) {
            return outage;
        }
        return new IllegalStateException("a statement about users failed", e);
    }

    static java.time.@Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
