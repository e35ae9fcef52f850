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
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The extraction process: reads requests from standard input until it is closed, and answers on standard output. */
final class ExtractionMain {
    private static final long SCRATCH_BYTES = 16L << 20;
    private static final long PROGRESS_NANOS = 100_000_000;

    private final DataInputStream in;
    private final DataOutputStream out;
    private final @Nullable Ocr ocr;
    private long lastProgress = System.nanoTime();

    private ExtractionMain(DataInputStream in, DataOutputStream out, @Nullable Ocr ocr) {
        this.in = in;
        this.out = out;
        this.ocr = ocr;
    }

    /** @param args none, or Tesseract's program and the seconds that it may take for a page and for a document */
    public static void main(String[] args) throws IOException {
        var in = new DataInputStream(new BufferedInputStream(System.in));
        var out = new DataOutputStream(new BufferedOutputStream(System.out, 1 << 16));
        // A library that prints must not write into the middle of a record.
        System.setOut(System.err);
        var ocr = args.length == 0
                ? null
                : new Ocr(
                        Path.of(args[0]),
                        Duration.ofSeconds(Long.parseLong(args[1])),
                        Duration.ofSeconds(Long.parseLong(args[2])));
        new ExtractionMain(in, out, ocr).run();
    }

    private void run() throws IOException {
        var formats = new Formats();
        var tesseract = ocr == null ? null : new Tesseract(ocr.program(), ocr.page());
        while (true) {
            Wire.Request request;
            try {
                request = Wire.Request.read(in);
            } catch (EOFException e) {
                // The server is gone or wants no more. Threads that a parser left behind do not keep us.
                Runtime.getRuntime().halt(0);
                return;
            }
            var recognition = new Recognition(
                    request.recognize() ? tesseract : null,
                    request.language(),
                    ocr == null ? Duration.ZERO : ocr.document());
            answer(formats, recognition, request);
            out.flush();
        }
    }

    private void answer(Formats formats, Recognition recognition, Wire.Request request) throws IOException {
        try {
            var builder = new TextBuilder(request.maxCharacters(), request.maxPages(), listener);
            formats.read(Path.of(request.file()), request.mediaType(), recognition, builder);
            if (builder.isBlank()) {
                throw Refused.noText(recognition.isPossible());
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

    private final Extractor.Listener listener = new Extractor.Listener() {
        @Override
        public void pages(int done, int total) {
            long now = System.nanoTime();
            if (now - lastProgress >= PROGRESS_NANOS || done == total) {
                lastProgress = now;
                say(Wire.PROGRESS, done, total);
            }
        }

        @Override
        public void scans(int done, int total) {
            say(Wire.SCANS, done, total);
        }
    };

    private void say(int record, int done, int total) {
        try {
            out.writeByte(record);
            out.writeInt(done);
            out.writeInt(total);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
