package org.docchat;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.docchat.domain.Failure;
import org.docchat.domain.Language;
import org.docchat.ingest.extract.Clamd;
import org.docchat.ingest.extract.ExtractedText;
import org.docchat.ingest.extract.Extractor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("U12")
@DisplayName("Nothing is read that the virus scanner has not cleared")
class ClamdTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final ExtractedText TEXT = new ExtractedText(List.of(), List.of());

    private final List<Path> read = new ArrayList<>();

    @TempDir
    private Path directory;

    private FakeClamd scanner;

    @BeforeEach
    void open() throws IOException {
        scanner = new FakeClamd();
    }

    @AfterEach
    void close() throws IOException {
        scanner.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 3_000_000})
    void itIsShownEachByteOnceAndWhatIsCleanIsRead(int size) throws Exception {
        var bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        var file = file(bytes);

        assertThat(extract(scanner.address(), PATIENCE, file)).isSameAs(TEXT);

        assertThat(scanner.seen()).hasSize(1);
        assertThat(scanner.seen().get(0)).isEqualTo(bytes);
        assertThat(read).containsExactly(file);
    }

    @Test
    void whatIsInfectedIsRefusedByNameAndNotRead() throws IOException {
        var file = file(("A letter.\n" + FakeClamd.EICAR).getBytes(US_ASCII));

        assertThatThrownBy(() -> extract(scanner.address(), PATIENCE, file))
                .isInstanceOfSatisfying(Extractor.Unreadable.class, unreadable -> assertThat(unreadable.code())
                        .isEqualTo("infected"))
                .hasMessageContaining("Eicar-Test-Signature");

        assertThat(read).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = FakeClamd.Mood.class, names = "WELL", mode = EnumSource.Mode.EXCLUDE)
    void aScannerInTroubleMeansAnotherAttemptAndNothingIsRead(FakeClamd.Mood mood) throws IOException {
        scanner.is(mood);
        var file = file("A letter.".getBytes(US_ASCII));
        long began = System.nanoTime();

        isUnavailable(() -> extract(scanner.address(), Duration.ofSeconds(1), file));

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
        assertThat(read).isEmpty();
    }

    @Test
    void aScannerThatIsNotThereMeansAnotherAttempt() throws IOException {
        var nobody = InetSocketAddress.createUnresolved("127.0.0.1", Installation.freePort());
        var file = file("A letter.".getBytes(US_ASCII));

        isUnavailable(() -> extract(nobody, PATIENCE, file));

        assertThat(read).isEmpty();
    }

    @Test
    void whatIsTooLargeForTheScannerIsNotTakenForClean() throws IOException {
        scanner.takesAtMost(1_000);
        var file = file(new byte[1_001]);

        isUnavailable(() -> extract(scanner.address(), PATIENCE, file));

        assertThat(read).isEmpty();
    }

    private static void isUnavailable(ThrowingCallable scan) {
        assertThatThrownBy(scan).isInstanceOf(Failure.Unavailable.class).hasMessageContaining("scanner");
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(directory.resolve("document"), bytes);
    }

    private ExtractedText extract(InetSocketAddress address, Duration patience, Path file)
            throws Extractor.Unreadable, InterruptedException {
        Extractor reading = (given, mediaType, language, listener) -> {
            read.add(given);
            return TEXT;
        };
        return new Clamd(address, patience, reading).extract(file, "text/plain", Language.ENGLISH, (done, total) -> {});
    }
}
