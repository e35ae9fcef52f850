package org.docchat.bench;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.docchat.Crowd;
import org.docchat.domain.Language;
import org.docchat.domain.Slice;
import org.docchat.ingest.Collections;
import org.docchat.ingest.Library;
import org.docchat.web.platform.PreparedDatabase;

/**
 * {@code ./mvnw -Pbench -Dbench=Deletions}: how long deleting a collection of 1,000 and of 10,000 documents of ten
 * passages each takes, and how long somebody else waits meanwhile who lists, makes and deletes another one.
 */
public final class Deletions {
    private static final int PASSAGES = 10;

    private Deletions() {}

    /** @param args the module's {@code target} directory */
    public static void main(String[] args) throws IOException, InterruptedException {
        try (var database = PreparedDatabase.temporary()) {
            var collections = new Collections(database);
            var library = new Library(database, 1);
            var owner = database.user("owner");
            var other = database.user("other");
            for (int documents : new int[] {1_000, 10_000}) {
                var id = collections
                        .create(owner, "Of " + documents, "", Language.ENGLISH)
                        .id();
                Crowd.documents(database, id, documents, "'indexed'");
                Crowd.passages(database, id, PASSAGES);
                database.execute("vacuum analyze");
                var done = new AtomicBoolean();
                var longest = new AtomicLong();
                var times = new AtomicLong();
                var neighbour = new Thread(() -> {
                    while (!done.get()) {
                        long start = System.nanoTime();
                        var own = collections.create(other, "Beside", "", Language.ENGLISH);
                        library.documents(other, own.id(), null, null, Slice.Request.first());
                        collections.delete(other, own.id());
                        longest.accumulateAndGet(System.nanoTime() - start, Math::max);
                        times.incrementAndGet();
                    }
                });
                neighbour.start();
                Thread.sleep(2_000);
                longest.set(0);
                times.set(0);
                long start = System.nanoTime();
                collections.delete(owner, id);
                double seconds = (System.nanoTime() - start) / 1e9;
                done.set(true);
                neighbour.join();
                System.out.printf(
                        Locale.ROOT,
                        "%d documents, %d passages: deleted in %.1f s; beside it %d times another collection was made,"
                                + " listed and deleted, in %d ms at most%n",
                        documents,
                        documents * PASSAGES,
                        seconds,
                        times.get(),
                        longest.get() / 1_000_000);
            }
        }
        System.exit(0);
    }
}
