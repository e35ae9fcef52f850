package org.docchat.ingest.extract;

import java.time.Duration;

/**
 * What one document may cost. A file that needs more is refused for ever, so that it cannot take the machine again
 * after every restart.
 *
 * @param heapMegabytes of the process that parses
 * @param wallClock for one document
 * @param maxCharacters of extracted text
 * @param maxPages of a document with pages
 * @param documentsPerProcess after which a process is replaced, so that what parsers leak does not add up
 * @param idle after which a process that has nothing to read ends, so that its memory is there for who asks
 */
public record Limits(
        int heapMegabytes,
        Duration wallClock,
        int maxCharacters,
        int maxPages,
        int documentsPerProcess,
        Duration idle) {

    public Limits {
        if (heapMegabytes < 32
                || wallClock.isNegative()
                || wallClock.isZero()
                || maxCharacters < 1
                || maxPages < 1
                || documentsPerProcess < 1
                || idle.isNegative()) {
            throw new IllegalArgumentException("a limit must leave room for one document");
        }
    }

    /** Enough for manuals of some thousand pages: 384 MB, two minutes, 20 million characters, 5,000 pages; a minute idle. */
    public static Limits standard() {
        return new Limits(384, Duration.ofMinutes(2), 20_000_000, 5_000, 100, Duration.ofMinutes(1));
    }
}
