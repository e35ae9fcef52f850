package org.docchat.web.api;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Failure;
import org.docchat.ingest.Collections;
import org.docchat.web.security.CurrentCaller;
import org.docchat.web.security.Problem;

/**
 * Whether whoever waits for an answer may still have it: by credentials that are good, of collections that they may see.
 * Asked for each token, looked up once a second.
 */
public final class Entitlement {
    private static final long GOOD_NANOS = Duration.ofSeconds(1).toNanos();

    private final BooleanSupplier look;
    private volatile boolean ended;
    private volatile long since = System.nanoTime();

    private Entitlement(BooleanSupplier look) {
        this.look = look;
    }

    /** That to be served at all, of the request which is being served. */
    static Entitlement of(CurrentCaller current) {
        return new Entitlement(current.standing());
    }

    /** That of the request which is being served, beyond its end. */
    public static Entitlement of(CurrentCaller current, Collections collections, List<CollectionId> ids) {
        var caller = current.caller();
        var standing = current.standing();
        return new Entitlement(() -> {
            if (!standing.getAsBoolean()) {
                return false;
            }
            try {
                ids.forEach(id -> collections.get(caller, id));
                return true;
            } catch (Failure.NotFound e) {
                return false;
            }
        });
    }

    /** Whether it was taken, as of a second ago; it does not come back. */
    public boolean isEnded() {
        long now = System.nanoTime();
        if (!ended && now - since > GOOD_NANOS) {
            since = now;
            try {
                ended = !look.getAsBoolean();
            } catch (Failure.Unavailable e) {
                // The database will be back; the answer cannot be kept until then, either.
                return false;
            }
        }
        return ended;
    }

    /**
     * To be asked before the whole is handed over.
     *
     * @throws CancellationException if it was taken
     */
    public void require() {
        if (isEnded()) {
            throw new CancellationException();
        }
    }

    /** What goes on being written only while it lasts: whoever loses it gets a broken download. */
    OutputStream limit(OutputStream out) {
        return new FilterOutputStream(out) {
            @Override
            public void write(int single) throws IOException {
                write(new byte[] {(byte) single}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                if (isEnded()) {
                    throw new IOException("what this was asked with is no longer good");
                }
                out.write(bytes, offset, length);
            }
        };
    }

    /** What a client is told instead of the rest. */
    public static Problem problem() {
        return Problem.of(
                401,
                "entitlement_ended",
                "What this was asked with is no longer good, or the collection is no longer shared with you.");
    }
}
