package org.docchat.ingest.extract;

import java.nio.file.Path;
import java.time.Duration;
import org.docchat.domain.Language;

/**
 * How pages that are pictures are read: by Tesseract, each page in a process of its own.
 *
 * @param program Tesseract's, with at least one language
 * @param page what one page may take, as wall clock and as processor time
 * @param document what all pages of one document may take; those that are left then stay unread, and it says so
 */
public record Ocr(Path program, Duration page, Duration document) {
    public Ocr {
        if (page.toSeconds() < 1 || document.toSeconds() < 1) {
            throw new IllegalArgumentException("recognition needs at least a second");
        }
    }

    /** What Tesseract calls a language; empty for texts in several ones. */
    static String code(Language language) {
        return switch (language) {
            case ENGLISH -> "eng";
            case GERMAN -> "deu";
            case FRENCH -> "fra";
            case SPANISH -> "spa";
            case ITALIAN -> "ita";
            case PORTUGUESE -> "por";
            case DUTCH -> "nld";
            case SWEDISH -> "swe";
            case NORWEGIAN -> "nor";
            case DANISH -> "dan";
            case FINNISH -> "fin";
            case RUSSIAN -> "rus";
            case SIMPLE -> "";
        };
    }
}
