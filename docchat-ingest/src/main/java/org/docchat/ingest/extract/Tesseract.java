package org.docchat.ingest.extract;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text of pictures by the program of that name. The system limits each of its processes, so that it ends
 * even if this one is killed meanwhile.
 */
final class Tesseract {
    /** Bookkeeping included; a page of 300 dots per inch takes a sixth of it. */
    private static final int MEMORY_KILOBYTES = 1 << 20;

    private static final long MOST_OUTPUT = 32L << 20;
    private static final List<String> FALLBACK = List.of("eng", "deu", "fra");

    private final Path program;
    private final Duration page;
    private @Nullable List<String> languages;

    Tesseract(Path program, Duration page) {
        this.program = program;
        this.page = page;
    }

    /** What to ask for: the language that is named, or else the usual ones, as far as they are there. */
    private String languages(String wanted) throws IOException {
        if (languages == null) {
            String said = run(List.of("--list-langs"), null);
            // The first line is a heading.
            languages = said == null
                    ? List.of()
                    : said.lines().skip(1).map(String::strip).toList();
        }
        return languages.contains(wanted)
                ? wanted
                : FALLBACK.stream().filter(languages::contains).collect(Collectors.joining("+"));
    }

    /**
     * @param picture of one byte for each dot
     * @param dots in an inch
     * @return what it says in the format hOCR; null if it took too long or failed
     */
    @Nullable
    String read(BufferedImage picture, int dots, String wanted) throws IOException {
        Path file = Files.createTempFile("page", ".pgm");
        try {
            // The plainest of formats: nothing to encode, nothing to get wrong in decoding.
            try (var out = new BufferedOutputStream(Files.newOutputStream(file))) {
                String head = "P5\n" + picture.getWidth() + " " + picture.getHeight() + "\n255\n";
                out.write(head.getBytes(StandardCharsets.US_ASCII));
                out.write(((DataBufferByte) picture.getRaster().getDataBuffer()).getData());
            }
            return run(
                    List.of(
                            "stdin",
                            "stdout",
                            "-l",
                            languages(wanted),
                            "--psm",
                            "3",
                            "--dpi",
                            String.valueOf(dots),
                            "-c",
                            "tessedit_create_hocr=1"),
                    file);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private @Nullable String run(List<String> arguments, @Nullable Path in) throws IOException {
        Path out = Files.createTempFile("page", ".out");
        try {
            var command = new ArrayList<>(List.of(
                    "/bin/sh",
                    "-c",
                    "ulimit -t \"$1\" && ulimit -v \"$2\" && shift 2 && exec \"$@\"",
                    "sh",
                    String.valueOf(page.toSeconds()),
                    String.valueOf(MEMORY_KILOBYTES),
                    program.toString()));
            command.addAll(arguments);
            var builder = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(Redirect.DISCARD)
                    .redirectInput(in == null ? Path.of("/dev/null").toFile() : in.toFile());
            // Its threads wait for each other by spinning: four times the work for half of the time at best.
            builder.environment().put("OMP_THREAD_LIMIT", "1");
            Process process;
            try {
                process = builder.start();
            } catch (IOException e) {
                // The pages stay unread, the document does not.
                e.printStackTrace();
                return null;
            }
            try {
                if (!process.waitFor(page.toMillis(), TimeUnit.MILLISECONDS)) {
                    return null;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            } finally {
                process.destroyForcibly();
            }
            return process.exitValue() == 0 && Files.size(out) <= MOST_OUTPUT ? Files.readString(out) : null;
        } finally {
            Files.deleteIfExists(out);
        }
    }
}
