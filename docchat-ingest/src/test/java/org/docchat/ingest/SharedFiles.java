package org.docchat.ingest;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.docchat.ingest.extract.ExtractedText;

/** Files that are not ours to ship. Tests that need them are skipped where they are absent. */
public final class SharedFiles {
    private static final Path DATA = Path.of(System.getProperty("docchat.data", "../../shared/data"));

    private SharedFiles() {}

    /** A row of the manifest: what the file must yield, or what is asked of us. */
    public record Sample(String path, String expected) {
        public Path file() {
            return DATA.resolve("formats").resolve(path);
        }

        @Override
        public String toString() {
            return path;
        }
    }

    /** Those whose paths begin so: "good/", "hostile/". */
    public static List<Sample> samples(String prefix) {
        try (var lines = Files.lines(require("formats/manifest.tsv"))) {
            return lines.map(line -> line.split("\t"))
                    .filter(cells -> cells[0].startsWith(prefix))
                    .map(cells -> new Sample(cells[0], cells[3]))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Path require(String path) {
        Path file = DATA.resolve(path);
        assumeTrue(Files.exists(file), () -> "needs the shared test data, which is not at " + DATA.toAbsolutePath());
        return file;
    }

    /** As the manifest compares; the bars between cells are ours. */
    public static String folded(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC)
                .toLowerCase(Locale.ROOT)
                .replace(" | ", " ")
                .replaceAll("\\s+", " ")
                .strip();
    }

    public static String textOf(ExtractedText extracted) {
        return extracted.pages().stream().map(ExtractedText.Page::text).collect(Collectors.joining());
    }
}
