package org.docchat;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** What the database still holds of something. */
final class Remains {
    private Remains() {}

    /**
     * The tables with rows that hold one of the texts in any column, as the catalogue names them; whoever adds a table
     * need not think of it here.
     */
    static List<String> of(Connection database, List<String> texts) throws SQLException {
        var looked = new ArrayList<String>();
        for (var text : texts) {
            looked.add(text.toLowerCase(Locale.ROOT));
            // As bytes are written.
            looked.add(HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8)));
        }
        var tables = new ArrayList<String>();
        try (var statement = database.createStatement();
                var rows = statement.executeQuery("""
                        select quote_ident(table_schema) || '.' || quote_ident(table_name) from information_schema.tables
                         where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
                         order by 1""")) {
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
        }
        var remains = new ArrayList<String>();
        for (var table : tables) {
            try (var query = database.prepareStatement(
                    "select count(*) from (select lower(t::text) as line from " + table
                            + " t offset 0) l where exists (select from unnest(?) x(words) where position(words in line) > 0)")) {
                query.setArray(1, database.createArrayOf("text", looked.toArray()));
                try (var count = query.executeQuery()) {
                    count.next();
                    if (count.getLong(1) > 0) {
                        remains.add(table.replace("public.", "") + " " + count.getLong(1));
                    }
                }
            }
        }
        return remains;
    }
}
