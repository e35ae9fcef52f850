package org.docchat.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.docchat.domain.Failure;
import org.docchat.domain.Language;
import org.docchat.ingest.SharedFiles.Sample;
import org.docchat.ingest.extract.ExtractedText;
import org.docchat.ingest.extract.ExtractionProcess;
import org.docchat.ingest.extract.Extractor.Unreadable;
import org.docchat.ingest.extract.Limits;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sound files, damaged at random, through the extraction process: each ends in text or in a refusal. The suite tries
 * some; {@code -Dfuzz=2000 -Dseed=7} tries more, and others.
 */
@SuppressWarnings("NullAway.Init")
class FuzzTest {
    private static final int MANY = Integer.getInteger("fuzz", 150);
    private static final long SEED = Long.getLong("seed", 1);
    private static final int LARGEST = 1 << 20;
    private static final Duration WALL_CLOCK = Duration.ofSeconds(20);
    private static final Set<String> ENDS = Set.of(
            "text",
            "encrypted",
            "damaged",
            "strict_variant",
            "no_text",
            "too_much_text",
            "took_too_long",
            "took_too_much_memory",
            "crashed_parser");

    @TempDir
    Path scratch;

    @TempDir
    Path files;

    @Tag("U10")
    @Test
    void whateverHappensToAFileItEndsInTextOrInARefusal() throws Exception {
        var samples = samples();
        Map<String, Integer> ends = new TreeMap<>();
        int threads = Thread.activeCount();
        var limits = new Limits(256, WALL_CLOCK, 20_000_000, 5_000, 200, Duration.ofMinutes(1));
        try (var extraction = new ExtractionProcess(System.getProperty("java.class.path"), limits, null, scratch)) {
            for (int i = 0; i < MANY; i++) {
                // Each by a seed of its own, so that one can be tried again alone.
                var random = new Random(SEED * 1_000_003 + i);
                var sample = samples.get(random.nextInt(samples.size()));
                var other = samples.get(random.nextInt(samples.size()));
                byte[] damaged = damage(bytes(sample), bytes(other), random);
                Path file = Files.write(files.resolve("damaged"), damaged);
                long began = System.nanoTime();
                String end;
                try {
                    end = read(extraction, file, sample);
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError("-Dseed=" + SEED + ", number " + i + ", made of " + sample, e);
                }
                ends.merge(end, 1, Integer::sum);
                assertThat(Duration.ofNanos(System.nanoTime() - began))
                        .as("-Dseed=%d, number %d, made of %s", SEED, i, sample)
                        .isLessThan(WALL_CLOCK.plusSeconds(10));
            }
            assertThat(read(extraction, samples.get(0).file(), samples.get(0))).isEqualTo("text");
        }

        System.out.printf("%d damaged files from seed %d: %s%n", MANY, SEED, ends);
        assertThat(ends.keySet()).isSubsetOf(ENDS);
        assertThat(scratch).isEmptyDirectory();
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .isEmpty();
        assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads + 2);
    }

    private static String read(ExtractionProcess extraction, Path file, Sample sample) throws Exception {
        try {
            ExtractedText text =
                    extraction.extract(file, format(sample).mediaType(), Language.ENGLISH, (done, total) -> {});
            Invariants.hold(text);
            return "text";
        } catch (Unreadable e) {
            if (String.valueOf(e.getMessage()).isBlank()) {
                fail("a refusal without a word: " + e.code());
            }
            return e.code();
        }
    }

    /** Sound files of all formats that are small enough to be tried often. */
    private static List<Sample> samples() throws IOException {
        var samples = new ArrayList<Sample>();
        for (Sample sample : SharedFiles.samples("good/")) {
            if (Files.size(sample.file()) <= LARGEST) {
                samples.add(sample);
            }
        }
        return samples;
    }

    /** As the sound file was accepted: what is damaged need not get past the sniffer to be tried. */
    private static DocumentFormat format(Sample sample) throws IOException {
        var sniffer = new FormatSniffer();
        byte[] bytes = bytes(sample);
        sniffer.update(bytes, 0, bytes.length);
        try {
            return sniffer.finish(sample.path());
        } catch (Failure.UnsupportedMediaType e) {
            throw new AssertionError(sample + " is sound", e);
        }
    }

    private static byte[] bytes(Sample sample) throws IOException {
        return Files.readAllBytes(sample.file());
    }

    private static byte[] damage(byte[] bytes, byte[] other, Random random) {
        byte[] damaged = bytes.clone();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            damaged = damagedOnce(damaged, other, random);
        }
        return damaged;
    }

    private static byte[] damagedOnce(byte[] bytes, byte[] other, Random random) {
        if (bytes.length < 2) {
            return bytes;
        }
        int at = random.nextInt(bytes.length);
        int length = Math.min(bytes.length - at, 1 + random.nextInt(4_096));
        switch (random.nextInt(6)) {
            case 0 -> {
                // Bits, one in some thousand and at least one.
                for (int i = 0; i <= bytes.length / 5_000; i++) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            case 1 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 2 -> Arrays.fill(bytes, at, at + length, (byte) random.nextInt(256));
            case 3 -> {
                byte[] noise = new byte[length];
                random.nextBytes(noise);
                System.arraycopy(noise, 0, bytes, at, length);
            }
            case 4 -> {
                // The head of another file before, or its tail behind.
                int cut = random.nextInt(other.length + 1);
                return random.nextBoolean()
                        ? joined(Arrays.copyOf(other, Math.min(cut, 4_096)), bytes)
                        : joined(Arrays.copyOf(bytes, at), Arrays.copyOfRange(other, cut, other.length));
            }
            default -> {
                // A piece once more.
                byte[] again = joined(Arrays.copyOf(bytes, at + length), Arrays.copyOfRange(bytes, at, bytes.length));
                return again.length <= 2 * LARGEST ? again : bytes;
            }
        }
        return bytes;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
