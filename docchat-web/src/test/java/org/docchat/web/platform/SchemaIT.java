package org.docchat.web.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@DisplayName("The database's schema")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SchemaIT {
    private EmbeddedPostgres server;
    private DataSource database;

    @BeforeAll
    void start() throws Exception {
        server = EmbeddedPostgres.start();
        database = server.getPostgresDatabase();
        new Schema(database).migrate();
    }

    @AfterAll
    void stop() throws Exception {
        server.close();
    }

    @Test
    void isNotLookedThroughAgainWhereThisVersionAppliedIt() throws Exception {
        // Liquibase fails on a kind that it does not know: whoever gets by has not asked it.
        execute("update databasechangelog set exectype = 'unknown'");
        try {
            assertThatCode(() -> new Schema(database).migrate()).doesNotThrowAnyException();

            execute("comment on table databasechangelog is null");
            assertThatThrownBy(() -> new Schema(database).migrate()).isInstanceOf(IllegalStateException.class);
        } finally {
            execute("update databasechangelog set exectype = 'EXECUTED'");
        }
    }

    @Test
    void getsTheChangesThatAnotherVersionLeftOut() throws Exception {
        execute("drop table session cascade; delete from databasechangelog where filename like '%008-sessions.sql'");
        execute("comment on table databasechangelog is 'another version'");

        new Schema(database).migrate();

        assertThat(one("select to_regclass('session')")).isEqualTo("session");
        assertThat(one("select length(obj_description('databasechangelog'::regclass, 'pg_class'))"))
                .isEqualTo("64");
    }

    @Test
    void getsAllItsChangesAfterAStartThatWasKilledAmongThem() throws Exception {
        execute("drop table session cascade; delete from databasechangelog where filename like '%008-sessions.sql'");
        execute("comment on table databasechangelog is null");
        execute("update databasechangeloglock set locked = true, lockedby = 'a killed process', lockgranted = now()");

        new Schema(database).migrate();

        assertThat(one("select to_regclass('session')")).isEqualTo("session");
    }

    @Test
    void isNotPutIntoADatabaseThatCannotHoldEveryCharacter() throws Exception {
        execute("create database narrow template template0 encoding 'LATIN1' locale 'C'");

        assertThatThrownBy(() -> new Schema(server.getDatabase("postgres", "narrow")).migrate())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("LATIN1", "create database");
    }

    private void execute(String sql) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String one(String sql) throws SQLException {
        try (var connection = database.getConnection();
                var row = connection.createStatement().executeQuery(sql)) {
            row.next();
            return String.valueOf(row.getString(1));
        }
    }
}
