package org.docchat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.docchat.web.platform.PreparedDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Search on a stock PostgreSQL")
class SearchOnStockPostgresIT extends SearchContract {
    @TempDir
    static Path directory;

    @Override
    PreparedDatabase open() throws Exception {
        return PreparedDatabase.in(directory);
    }

    @AfterAll
    void stop() throws Exception {
        database().close();
    }

    @Test
    void thereIsNoVectorIndex() {
        assertThat(database().count("select count(*) from pg_indexes where indexname = 'embedding_hnsw'"))
                .isZero();
    }
}
