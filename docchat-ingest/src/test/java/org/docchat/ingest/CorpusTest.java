package org.docchat.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.docchat.domain.Failure;
import org.docchat.domain.Language;
import org.docchat.ingest.SharedFiles.Sample;
import org.docchat.ingest.extract.ExtractedText;
import org.docchat.ingest.extract.ExtractionProcess;
import org.docchat.ingest.extract.Extractor.Unreadable;
import org.docchat.ingest.extract.Limits;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Real files of all formats, sound and hostile, through the same two gates as an upload: sniffer, then extraction. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CorpusTest {
    /** What these files do not yield, and why. */
    private static final Map<String, String> KNOWN =
            Map.of("good/testEXCEL.strict.xlsx", "the strict variant of Office Open XML");

    /** Listed as encrypted, but open without a password. */
    private static final Set<String> OPEN = Set.of("hostile/protected_agile.docx", "hostile/issue15893_reduced.pdf");

    private ExtractionProcess extraction;

    @BeforeAll
    void start(@TempDir Path scratch) {
        extraction = new ExtractionProcess(
                System.getProperty("java.class.path"),
                new Limits(256, Duration.ofSeconds(20), 20_000_000, 5_000, 200, Duration.ofMinutes(1)),
                null,
                scratch);
    }

    @AfterAll
    void stop() {
        extraction.close();
    }

    @TestFactory
    Stream<DynamicTest> everySoundFileYieldsItsPhrase() {
        return SharedFiles.samples("good/").stream()
                .filter(sample -> !KNOWN.containsKey(sample.path()))
                .map(sample -> DynamicTest.dynamicTest(sample.path(), () -> {
                    ExtractedText text = read(sample);
                    Invariants.hold(text);
                    assertThat(SharedFiles.folded(SharedFiles.textOf(text)))
                            .contains(SharedFiles.folded(sample.expected()));
                }));
    }

    @Test
    void theStrictVariantOfOfficeFilesIsRefusedByItsName() {
        Sample strict = SharedFiles.samples("good/testEXCEL.strict.xlsx").get(0);

        assertThatThrownBy(() -> read(strict))
                .isInstanceOf(Unreadable.class)
                .extracting(refusal -> ((Unreadable) refusal).code())
                .isEqualTo("strict_variant");
    }

    @Tag("U4")
    @Tag("U5")
    @Tag("U6")
    @Tag("U7")
    @Tag("U8")
    @TestFactory
    Stream<DynamicTest> everyHostileFileEndsInTextOrInARefusal() {
        Sample sound = SharedFiles.samples("good/testWORD.docx").get(0);
        return SharedFiles.samples("hostile/").stream()
                .map(sample -> DynamicTest.dynamicTest(sample.path() + ": " + sample.expected(), () -> {
                    String end = "text";
                    try {
                        ExtractedText text = read(sample);
                        Invariants.hold(text);
                        assertThat(SharedFiles.textOf(text)).doesNotContain("root:");
                    } catch (Unreadable e) {
                        end = e.code();
                    } catch (Failure.UnsupportedMediaType e) {
                        end = e.code();
                    }
                    if (sample.expected().contains("password needed") && !OPEN.contains(sample.path())) {
                        assertThat(end).isIn("encrypted", "unsupported_media_type");
                    }
                    assertThat(SharedFiles.textOf(read(sound))).contains("Sample Word Document");
                }));
    }

    @Test
    void wordsThatArePartedBySoftHyphensAtTheEndsOfLinesAreMended() throws Exception {
        Sample sample = SharedFiles.samples("good/bug1997343.pdf").get(0);

        assertThat(SharedFiles.textOf(read(sample)))
                .contains("including titles", "two-column document incorporating", "mathematics.")
                .doesNotContain("docu ment", "\u00ad");
    }

    @Tag("U8")
    @Test
    void aValueInTheLastCellOfASheetIsFound() throws Exception {
        Sample sample =
                SharedFiles.samples("hostile/synthetic-huge-dimension.xlsx").get(0);

        assertThat(SharedFiles.textOf(read(sample))).contains("needle in the last cell");
    }

    private ExtractedText read(Sample sample) throws Exception {
        return extraction.extract(sample.file(), Sniffing.mediaType(sample), Language.ENGLISH, (done, total) -> {});
    }
}
