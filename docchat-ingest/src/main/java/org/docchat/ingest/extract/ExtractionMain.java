package org.docchat.ingest.extract;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The extraction process: reads requests from standard input until it is closed, and answers on standard output. */
final class ExtractionMain {
    private static final long SCRATCH_BYTES = 16L << 20;
    private static final long PROGRESS_NANOS = 100_000_000;

    private final DataInputStream in;
    private final DataOutputStream out;
    private long lastProgress = System.nanoTime();

    private ExtractionMain(DataInputStream in, DataOutputStream out) {
        this.in = in;
        this.out = out;
    }

    public static void main(String[] args) throws IOException {
        var in = new DataInputStream(new BufferedInputStream(System.in));
        var out = new DataOutputStream(new BufferedOutputStream(System.out, 1 << 16));
        // A library that prints must not write into the middle of a record.
        System.setOut(System.err);
        new ExtractionMain(in, out).run();
    }

    private void run() throws IOException {
        var formats = new Formats();
        while (true) {
            Wire.Request request;
            try {
                request = Wire.Request.read(in);
            } catch (EOFException e) {
                // The server is gone or wants no more. Threads that a parser left behind do not keep us.
                Runtime.getRuntime().halt(0);
                return;
            }
            answer(formats, request);
            out.flush();
        }
    }

    private void answer(Formats formats, Wire.Request request) throws IOException {
        try {
            var builder = new TextBuilder(request.maxCharacters(), request.maxPages(), this::progress);
            formats.read(Path.of(request.file()), request.mediaType(), builder);
            if (builder.isBlank()) {
                throw Refused.noText();
            }
            ExtractedText text = builder.build();
            for (ExtractedText.Page page : text.pages()) {
                Wire.writePage(out, page);
            }
            Wire.writeEnd(out, text.notes());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (Refused e) {
            if (isOutOfScratch()) {
                out.writeByte(Wire.TROUBLE);
                Wire.writeString(out, "no space left for temporary files");
            } else {
                out.writeByte(Wire.UNREADABLE);
                Wire.writeString(out, e.reason().code());
                Wire.writeString(out, String.valueOf(e.reason().getMessage()));
            }
        }
    }

    /** A parser that cannot write its temporary files calls the file damaged. */
    private static boolean isOutOfScratch() throws IOException {
        return Files.getFileStore(Path.of(System.getProperty("java.io.tmpdir"))).getUsableSpace() < SCRATCH_BYTES;
    }

    private void progress(int done, int total) {
        long now = System.nanoTime();
        if (now - lastProgress < PROGRESS_NANOS && done != total) {
            return;
        }
        lastProgress = now;
        try {
            out.writeByte(Wire.PROGRESS);
            out.writeInt(done);
            out.writeInt(total);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
