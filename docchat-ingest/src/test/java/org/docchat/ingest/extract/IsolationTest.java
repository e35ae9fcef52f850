package org.docchat.ingest.extract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import org.docchat.domain.Language;
import org.docchat.ingest.SharedFiles;
import org.docchat.ingest.SharedFiles.Sample;
import org.docchat.ingest.Sniffing;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Both ways in turns, so that what else the machine does falls on both; {@code -Dtest=IsolationTest -Drounds=10} for
 * figures.
 */
@DisplayName("A process of their own changes nothing of what is read of sound files, and costs little")
class IsolationTest {
    private static final int ROUNDS = Integer.getInteger("rounds", 1);
    private static final Limits LIMITS =
            new Limits(384, Duration.ofMinutes(1), 20_000_000, 5_000, 1_000_000, Duration.ofMinutes(1));

    private record Input(Path file, String mediaType) {}

    @Test
    void theSameIsReadAtNearlyTheSamePace(@TempDir Path scratch) throws Exception {
        List<Input> inputs = inputs();
        var within = new ArrayList<Double>();
        var apart = new ArrayList<Double>();
        var errors = System.err;
        // What parsers complain about goes nowhere either way.
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        try (var processes = new ExtractionProcess(System.getProperty("java.class.path"), LIMITS, null, scratch)) {
            var formats = new Formats();
            // The first round is for warming up.
            for (int round = 0; round <= ROUNDS; round++) {
                var texts = new LinkedHashMap<Path, String>();
                long start = System.nanoTime();
                for (Input input : inputs) {
                    texts.put(input.file(), within(formats, input));
                }
                long middle = System.nanoTime();
                for (Input input : inputs) {
                    assertThat(apart(processes, input)).as("%s", input.file()).isEqualTo(texts.get(input.file()));
                }
                within.add(inputs.size() / ((middle - start) / 1e9));
                apart.add(inputs.size() / ((System.nanoTime() - middle) / 1e9));
            }
        } finally {
            System.setErr(errors);
        }
        System.out.printf(
                Locale.ROOT,
                "%d sound files, median of %d rounds: %.0f files/s within this process, %.0f files/s in one of their own%n",
                inputs.size(),
                ROUNDS,
                median(within),
                median(apart));
        // Loose, for machines that do something else at the same time.
        assertThat(median(apart)).isGreaterThan(median(within) / 4);
    }

    private static double median(List<Double> figures) {
        var measured = figures.subList(1, figures.size()).stream().sorted().toList();
        return measured.get(measured.size() / 2);
    }

    private static List<Input> inputs() throws Exception {
        var inputs = new ArrayList<Input>();
        for (Sample sample : SharedFiles.samples("good/")) {
            inputs.add(new Input(sample.file(), Sniffing.mediaType(sample)));
        }
        assertThat(inputs).hasSizeGreaterThan(100);
        return inputs;
    }

    private static String within(Formats formats, Input input) {
        var builder = new TextBuilder(LIMITS.maxCharacters(), LIMITS.maxPages(), (done, total) -> {});
        try {
            formats.read(input.file(), input.mediaType(), Recognition.NONE, builder);
        } catch (Refused e) {
            return e.reason().code();
        }
        return builder.isBlank() ? "no_text" : SharedFiles.textOf(builder.build());
    }

    private static String apart(ExtractionProcess processes, Input input) throws InterruptedException {
        try {
            return SharedFiles.textOf(
                    processes.extract(input.file(), input.mediaType(), Language.ENGLISH, (done, total) -> {}));
        } catch (Extractor.Unreadable e) {
            return e.code();
        }
    }
}
