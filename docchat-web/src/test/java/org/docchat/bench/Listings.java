package org.docchat.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Locale;
import org.docchat.Crowd;
import org.docchat.domain.Language;
import org.docchat.domain.Slice;
import org.docchat.ingest.Collections;
import org.docchat.ingest.Library;
import org.docchat.web.platform.PreparedDatabase;
import org.jspecify.annotations.Nullable;

/**
 * {@code ./mvnw -Pbench -Dbench=Listings}: what listing the documents of a collection takes, and its figures, for
 * collections of growing size; medians in milliseconds, the database included.
 */
public final class Listings {
    private static final int[] SIZES = {1_000, 0, 1_000, 10_000, 20_000, 100_000};
    private static final int TIMES = 31;

    private Listings() {}

    /** @param args the module's {@code target} directory */
    public static void main(String[] args) throws IOException, InterruptedException {
        try (var database = PreparedDatabase.temporary()) {
            var owner = database.user("bench");
            var collections = new Collections(database);
            var library = new Library(database, 1);
            System.out.println("documents    first page  far page  by state   by name   totals (ms)");
            // The first line is for warming up.
            for (int size : SIZES) {
                var id = collections
                        .create(owner, "Of " + size, "", Language.ENGLISH)
                        .id();
                Crowd.documents(database, id, size, "case when n % 50 = 0 then 'failed' else 'indexed' end");
                Crowd.settle(database);
                var far = behind(page -> library.documents(owner, id, null, null, page), size / 2);
                System.out.printf(
                        Locale.ROOT,
                        "%9d %13.1f %9.1f %9.1f %9.1f %8.1f%n",
                        size,
                        median(() -> library.documents(owner, id, null, null, Slice.Request.first())),
                        median(() -> library.documents(owner, id, null, null, new Slice.Request(50, far))),
                        median(() -> library.documents(owner, id, "failed", null, Slice.Request.first())),
                        median(() -> library.documents(owner, id, null, "report-77", Slice.Request.first())),
                        median(() -> {
                            collections.get(owner, id);
                            library.states(owner, id);
                        }));
            }
        }
        System.exit(0);
    }

    private interface Pages {
        Slice<?> of(Slice.Request request);
    }

    /** The cursor behind so many. */
    private static @Nullable String behind(Pages pages, int many) {
        String cursor = null;
        for (int seen = 0; seen < many; seen += 200) {
            cursor = pages.of(new Slice.Request(200, cursor)).nextCursor();
        }
        return cursor;
    }

    private static double median(Runnable work) {
        var nanos = new ArrayList<Long>();
        for (int i = 0; i < TIMES; i++) {
            long start = System.nanoTime();
            work.run();
            nanos.add(System.nanoTime() - start);
        }
        nanos.sort(null);
        return nanos.get(TIMES / 2) / 1e6;
    }
}
