package org.docchat.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.docchat.ingest.extract.ExtractionProcess;
import org.docchat.ingest.extract.Limits;

/** Extraction with the class path of the tests, which has the parsers. */
final class Extractions {
    private Extractions() {}

    static ExtractionProcess standard() {
        try {
            var scratch = Files.createTempDirectory("docchat-test");
            scratch.toFile().deleteOnExit();
            return new ExtractionProcess(System.getProperty("java.class.path"), Limits.standard(), null, scratch);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
