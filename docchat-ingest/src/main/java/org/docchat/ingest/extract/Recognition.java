package org.docchat.ingest.extract;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What one document may have of Tesseract: its language, and time. */
final class Recognition {
    /** Of what has no pictures, or where they do not count. */
    static final Recognition NONE = new Recognition(null, "", Duration.ZERO);

    private final @Nullable Tesseract tesseract;
    private final String language;
    private final long limit;
    private long spent;

    /** @param tesseract null where there is none, or no use of it is wanted */
    Recognition(@Nullable Tesseract tesseract, String language, Duration limit) {
        this.tesseract = tesseract;
        this.language = language;
        this.limit = limit.toNanos();
    }

    boolean isPossible() {
        return tesseract != null;
    }

    /** Whether there is time left. */
    boolean isOpen() {
        return tesseract != null && spent < limit;
    }

    /** As {@link Tesseract#read}. */
    @Nullable
    String read(BufferedImage picture, int dots) throws IOException {
        if (tesseract == null) {
            return null;
        }
        long started = System.nanoTime();
        try {
            return tesseract.read(picture, dots, language);
        } finally {
            spent += System.nanoTime() - started;
        }
    }
}
