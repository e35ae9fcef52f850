package org.docchat;

import java.time.Duration;
import org.docchat.query.Librarian;
import org.docchat.web.platform.PreparedDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Search on a PostgreSQL with pgvector")
class SearchOnPgvectorIT extends SearchContract {
    private PgvectorContainer container;

    @Override
    PreparedDatabase open() throws Exception {
        container = PgvectorContainer.start();
        // So few rows would be scanned, and nothing be said about the index.
        container.execute("alter database postgres set enable_seqscan = off");
        container.execute("alter database postgres set enable_sort = off");
        container.execute("alter database postgres set docchat.signatures_a_yield = 0");
        return PreparedDatabase.at(container.url());
    }

    @AfterAll
    void stop() throws Exception {
        if (container != null) {
            if (database() != null) {
                database().close();
            }
            container.close();
        }
    }

    @Test
    void theVectorIndexWasUsed() {
        thePassageThatAnswersComesFirst(Librarian.Mode.SEMANTIC);
        Await.until(
                "the index has been scanned",
                Duration.ofSeconds(20),
                () -> database()
                                .count(
                                        "select idx_scan from pg_stat_user_indexes where indexrelname = 'embedding_hnsw'")
                        > 0);
    }
}
