package org.docchat.ingest.extract;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.docchat.domain.Language;
import org.docchat.ingest.DocumentFormat;

/**
 * {@code ./mvnw test-compile -Pisolation -Ddata=DIR [-Drounds=5] -pl docchat-domain,docchat-ingest}: how many files of a folder are read in a
 * second within this process, by one of its own that stays, which is what DocChat does, and by one for each file; in
 * turns, by one thread.
 */
public final class IsolationCost {
    private static final int ROUNDS = Integer.getInteger("rounds", 5);
    private static final Limits LIMITS =
            new Limits(384, Duration.ofMinutes(2), 1 << 24, 5_000, Integer.MAX_VALUE, Duration.ofMinutes(1));

    private IsolationCost() {}

    private interface Reading {
        void read(Path file, String mediaType) throws Exception;
    }

    /** @param args the folder */
    public static void main(String[] args) throws Exception {
        var files = new LinkedHashMap<Path, String>();
        try (var listed = Files.list(Path.of(args[0]))) {
            listed.sorted()
                    .forEach(file -> DocumentFormat.named(file.getFileName().toString())
                            .ifPresent(format -> files.put(file, format.mediaType())));
        }
        var scratch = Files.createTempDirectory("docchat-isolation");
        var formats = new Formats();
        var perSecond = new LinkedHashMap<String, List<Double>>();
        try (var process = new ExtractionProcess(System.getProperty("java.class.path"), LIMITS, null, scratch)) {
            Map<String, Reading> readings = new LinkedHashMap<>();
            readings.put("within this process", (file, mediaType) -> {
                var text = new TextBuilder(LIMITS.maxCharacters(), LIMITS.maxPages(), (done, total) -> {});
                formats.read(file, mediaType, Recognition.NONE, text);
                text.build();
            });
            readings.put("by one process", (file, mediaType) -> extract(process, file, mediaType));
            readings.put("by a process each", (file, mediaType) -> {
                try (var own = new ExtractionProcess(System.getProperty("java.class.path"), LIMITS, null, scratch)) {
                    extract(own, file, mediaType);
                }
            });
            for (int round = 0; round <= ROUNDS; round++) {
                for (var reading : readings.entrySet()) {
                    long began = System.nanoTime();
                    int read = 0;
                    for (var file : files.entrySet()) {
                        try {
                            reading.getValue().read(file.getKey(), file.getValue());
                            read++;
                        } catch (Refused | Extractor.Unreadable e) {
                            if (round == 0) {
                                System.out.println(file.getKey().getFileName() + ": " + e.getMessage());
                            }
                        }
                    }
                    double rate = files.size() / ((System.nanoTime() - began) / 1e9);
                    System.out.printf(
                            Locale.ROOT,
                            "%d %-20s %6.1f files/s, %d of %d with text%n",
                            round,
                            reading.getKey(),
                            rate,
                            read,
                            files.size());
                    // The round before the first is for warming up.
                    if (round > 0) {
                        perSecond
                                .computeIfAbsent(reading.getKey(), k -> new ArrayList<>())
                                .add(rate);
                    }
                }
            }
        }
        Files.delete(scratch);
        double bare = median(perSecond.values().iterator().next());
        perSecond.forEach((name, rates) ->
                System.out.printf(Locale.ROOT, "| %s | %.1f | %.2f |%n", name, median(rates), median(rates) / bare));
    }

    private static void extract(Extractor extractor, Path file, String mediaType) throws Exception {
        extractor.extract(file, mediaType, Language.SIMPLE, (done, total) -> {});
    }

    private static double median(List<Double> rates) {
        return rates.stream().sorted().toList().get(rates.size() / 2);
    }
}
