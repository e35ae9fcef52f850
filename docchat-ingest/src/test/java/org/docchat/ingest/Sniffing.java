package org.docchat.ingest;

import java.io.IOException;
import java.nio.file.Files;
import org.docchat.ingest.SharedFiles.Sample;

/** The first gate of an upload, for tests of the second. */
public final class Sniffing {
    private Sniffing() {}

    /** As an upload of the file under its own name would have it. */
    public static String mediaType(Sample sample) throws IOException {
        var sniffer = new FormatSniffer();
        byte[] bytes = Files.readAllBytes(sample.file());
        for (int i = 0; i < bytes.length; i += 1_000) {
            sniffer.update(bytes, i, Math.min(1_000, bytes.length - i));
        }
        return sniffer.finish(sample.path()).mediaType();
    }
}
