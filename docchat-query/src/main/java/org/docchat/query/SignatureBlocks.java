package org.docchat.query;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Blocks of signatures that searches have read, so that the next one need not: reading them is most of what a search by
 * meaning costs the database, and a block never changes. Which blocks a caller's search is of, the database says each time;
 * here is only what it would send then. What is kept is bounded, whatever there is; where that is more, the rest is read.
 */
final class SignatureBlocks {
    /** Signatures of some 400,000 passages of 384 dimensions. */
    private static final long MOST_BYTES = 24L << 20;
    /** What has not been used for so long makes room; never what is in use, or a scan of more than fits would keep nothing. */
    private static final long IDLE_NANOS = Duration.ofMinutes(5).toNanos();

    private final Map<Version, Kept> kept = new ConcurrentHashMap<>();
    private long bytes;

    /**
     * A block, as one transaction has written it.
     *
     * @param transaction its number: after a failover another block may have the same id
     */
    record Version(long id, long transaction) {}

    private static final class Kept {
        final SignatureBlock block;
        long used = System.nanoTime();

        Kept(SignatureBlock block) {
            this.block = block;
        }
    }

    /** What is kept now. */
    Map<Version, SignatureBlock> known() {
        return kept.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().block));
    }

    /** Keeps a block that was used, if there is room. */
    synchronized void keep(Version version, SignatureBlock block) {
        var there = kept.get(version);
        if (there != null) {
            there.used = System.nanoTime();
            return;
        }
        if (bytes + block.bytes() > MOST_BYTES) {
            long now = System.nanoTime();
            kept.values().removeIf(each -> {
                boolean idle = now - each.used > IDLE_NANOS;
                bytes -= idle ? each.block.bytes() : 0;
                return idle;
            });
        }
        if (bytes + block.bytes() <= MOST_BYTES) {
            kept.put(version, new Kept(block));
            bytes += block.bytes();
        }
    }
}
