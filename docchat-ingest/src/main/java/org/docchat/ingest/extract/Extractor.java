package org.docchat.ingest.extract;

import java.nio.file.Path;
import org.docchat.domain.Language;

/** Reads the text of a file. */
public interface Extractor {

    /**
     * Reads one file.
     *
     * @param file where the bytes are
     * @param mediaType as detected when the document was accepted
     * @param language what the text of scanned pages is most likely in
     * @param listener told about pages as they are read; may be called from another thread
     * @throws Unreadable if the file will never yield text as it is
     * @throws java.io.UncheckedIOException if the machine, not the file, is at fault: worth another attempt
     */
    ExtractedText extract(Path file, String mediaType, Language language, Listener listener)
            throws Unreadable, InterruptedException;

    /** Hears of progress. What it throws ends the reading, and is thrown on. */
    interface Listener {
        /** @param total 0 while unknown */
        void pages(int done, int total);

        /** Told before each page that is a picture, when all others have been read. */
        default void scans(int done, int total) {}
    }

    /** The file is at fault: encrypted, damaged, hostile, empty. */
    final class Unreadable extends Exception {
        private final String code;

        /**
         * @param code stable: {@code encrypted}, {@code damaged}, {@code strict_variant}, {@code no_text}, {@code too_much_text},
         *     {@code took_too_long}, {@code took_too_much_memory}, {@code crashed_parser},
         *     {@code infected}
         * @param message for people: what happened and what to do
         */
        public Unreadable(String code, String message) {
            super(message);
            this.code = code;
        }

        public String code() {
            return code;
        }
    }
}
