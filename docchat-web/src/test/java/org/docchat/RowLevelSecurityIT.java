package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayName("The database itself shows nobody what is not theirs")
@ExtendWith(Installation.Parameter.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("A7")
class RowLevelSecurityIT {
    /** Every table but those of the migration tool. */
    private static final String TABLES = """
            select c.relname, c.relrowsecurity from pg_class c
             where c.relkind in ('r', 'p') and c.relnamespace = current_schema()::regnamespace
               and c.relname not like 'databasechangelog%' order by 1
            """;

    /** Nobody's, so for administrators. */
    private static final List<String> ADMINISTRATION = List.of("audit", "audit_head");

    private final Installation installation;
    private final String owner;
    private final String administrator;

    RowLevelSecurityIT(Installation installation) throws SQLException {
        this.installation = installation;
        var ann = installation.newUser("ann.rows");
        owner = ann.get("/api/v1/me").json().getString("id");
        administrator = installation.administrator().get("/api/v1/me").json().getString("id");
        var collection = ann.newCollection("Rows");
        ann.indexed(collection, "rows.md", "# Rows\n\nThe lighthouse keeper owns eleven cats.\n".getBytes(UTF_8));
        var answer = ann.post(
                        "/api/v1/collections/" + collection + "/answers",
                        Client.json().add("question", "How many cats does the lighthouse keeper own?"))
                .requireStatus(200);
        assertThat(answer.json().getString("outcome")).isEqualTo("answered");
        ann.post(
                        "/api/v1/collections/" + collection + "/evaluations",
                        Client.json()
                                .add(
                                        "questions",
                                        Json.createArrayBuilder()
                                                .add(Client.json().add("question", "Who owns eleven cats?"))))
                .requireStatus(202);
        var admin = installation.administrator();
        var group = admin.post("/api/v1/groups", Client.json().add("name", "Rows"))
                .requireStatus(201)
                .json()
                .getString("id");
        admin.send("PUT", "/api/v1/groups/" + group + "/users/ann.rows", "").requireStatus(204);
        ann.send("PUT", "/api/v1/collections/" + collection + "/groups/Rows", "{\"role\":\"viewer\"}")
                .requireStatus(204);
        ann.post(
                        "/api/v1/collections/" + collection + "/embedding-model",
                        Client.json().add("name", "second"))
                .requireStatus(202);
        // Some of the inverted index packed, some gone since, some not packed yet.
        var gone = ann.indexed(collection, "gone.md", "# Gone\n\nThe ferryman owned a parrot.\n".getBytes(UTF_8));
        try (var connection = installation.database();
                var statement = connection.createStatement()) {
            statement.execute("""
                    insert into unpacked (collection_id, places) values ('%1$s', 1000000000);
                    select pack_postings(1000000000, 1000);
                    select pack_signatures(1, 1000) from generate_series(1, 100);
                    -- Only what nodes of the version before have counted is there.
                    insert into word_count (collection_id, lexeme, passages) values ('%1$s', 'cat', 1)""".formatted(collection));
        }
        ann.send("DELETE", "/api/v1/documents/" + gone, "").requireStatus(204);
        ann.indexed(collection, "come.md", "# Come\n\nThe pilot owns a dog.\n".getBytes(UTF_8));
        ann.post("/api/v1/collections/" + collection + "/pause", Client.json()).requireStatus(200);
        ann.post("/api/v1/me/api-keys", Client.json().add("name", "rows")).requireStatus(201);
    }

    @Test
    void everyTableHasRowLevelSecurity() throws SQLException {
        try (var connection = installation.database();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(TABLES)) {
            int tables = 0;
            while (rows.next()) {
                tables++;
                assertThat(rows.getBoolean(2)).as(rows.getString(1)).isTrue();
            }
            assertThat(tables).isGreaterThanOrEqualTo(20);
        }
    }

    @Test
    void aStrangerSeesNoRowOfAnyTableAndTheOwnerDoes() throws SQLException {
        try (var connection = installation.database()) {
            for (var table : readableTables(connection)) {
                assertThat(rowsSeenBy(connection, UUID.randomUUID().toString(), table))
                        .as("rows of %s that a stranger sees", table)
                        .isZero();
                assertThat(rowsSeenBy(connection, "", table))
                        .as("rows of %s that nobody sees", table)
                        .isZero();
                var reader = ADMINISTRATION.contains(table) ? administrator : owner;
                assertThat(rowsSeenBy(connection, reader, table))
                        .as("rows of %s that their reader sees: without any the above proves nothing", table)
                        .isPositive();
            }
        }
    }

    @Test
    void whoIsNoAdministratorSeesNothingOfTheAuditTrail() throws SQLException {
        try (var connection = installation.database()) {
            for (var table : ADMINISTRATION) {
                assertThat(rowsSeenBy(connection, owner, table)).as(table).isZero();
            }
        }
    }

    @Test
    void whoeverIsLimitedToAnotherCollectionSeesNoRowOfIt() throws SQLException {
        try (var connection = installation.database()) {
            for (var table : readableTables(connection)) {
                int seen = rowsSeenBy(connection, owner, "{" + UUID.randomUUID() + "}", table);

                // Whoever acts for somebody knows that person.
                assertThat(seen).as(table).isEqualTo(table.equals("app_user") ? 1 : 0);
            }
            for (var table : ADMINISTRATION) {
                assertThat(rowsSeenBy(connection, administrator, "{" + UUID.randomUUID() + "}", table))
                        .as(table)
                        .isZero();
            }
        }
    }

    @Test
    void whoeverOnlyReadsChangesNothing() throws SQLException {
        try (var connection = installation.database()) {
            connection.setAutoCommit(false);
            for (var table : List.of(
                    "collection", "member", "group_role", "document", "version", "passage", "embedding", "standby")) {
                try (var statement = connection.createStatement()) {
                    become(connection, owner, "");
                    statement.execute("select set_config('docchat.access', 'read', true)");
                    assertThat(statement.executeUpdate("delete from " + table))
                            .as(table)
                            .isZero();
                } finally {
                    connection.rollback();
                }
            }
        }
    }

    @Test
    void whatProvesIdentityIsClosedToTheApplicationsRole() throws SQLException {
        try (var connection = installation.database()) {
            assertThat(readableTables(connection))
                    .doesNotContain("credential", "api_key")
                    .contains(
                            "passage",
                            "page",
                            "content_part",
                            "posting",
                            "posting_list",
                            "embedding",
                            "answer",
                            "citation");
        }
    }

    @Test
    void aStrangerChangesNothing() throws SQLException {
        try (var connection = installation.database()) {
            connection.setAutoCommit(false);
            for (var table : List.of(
                    "collection",
                    "member",
                    "group_role",
                    "document",
                    "version",
                    "conversation",
                    "answer",
                    "evaluation")) {
                try (var statement = connection.createStatement()) {
                    become(connection, UUID.randomUUID().toString(), "");
                    assertThat(statement.executeUpdate("delete from " + table))
                            .as(table)
                            .isZero();
                } finally {
                    connection.rollback();
                }
            }
        }
    }

    private static List<String> readableTables(Connection connection) throws SQLException {
        var tables = new ArrayList<String>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("select t.relname from (" + TABLES
                        + ") t where has_any_column_privilege('docchat_app', t.relname::text, 'select')")) {
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
        }
        return tables;
    }

    private static int rowsSeenBy(Connection connection, String caller, String table) throws SQLException {
        return rowsSeenBy(connection, caller, "", table);
    }

    private static int rowsSeenBy(Connection connection, String caller, String collections, String table)
            throws SQLException {
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            become(connection, caller, collections);
            // Not count(*): a right to some of the columns is enough to count by it.
            try (var count = statement.executeQuery("select count(*) from (select from " + table + ") seen")) {
                count.next();
                return count.getInt(1);
            }
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private static void become(Connection connection, String caller, String collections) throws SQLException {
        try (var settings = connection.prepareStatement(
                "select set_config('role', 'docchat_app', true), set_config('docchat.caller', ?, true),"
                        + " set_config('docchat.collections', ?, true)")) {
            settings.setString(1, caller);
            settings.setString(2, collections);
            settings.execute();
        }
    }
}
