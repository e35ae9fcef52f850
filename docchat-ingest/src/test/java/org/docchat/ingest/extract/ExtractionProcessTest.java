package org.docchat.ingest.extract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.docchat.domain.Language;
import org.docchat.ingest.extract.Extractor.Unreadable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("NullAway.Init")
class ExtractionProcessTest {
    private static final Extractor.Listener NOBODY = (done, total) -> {};

    @TempDir
    Path scratch;

    @TempDir
    Path files;

    @Test
    void aProcessServesManyDocumentsAndLeavesNothingBehind() throws Exception {
        try (var extraction = extraction(Duration.ofSeconds(30), 256)) {
            assertThat(read(extraction, "one")).isEqualTo("one\n");
            var first = children();
            assertThat(read(extraction, "two")).isEqualTo("two\n");

            assertThat(children()).isEqualTo(first).hasSize(1);
        }
        assertThat(children()).isEmpty();
        assertThat(scratch).isEmptyDirectory();
    }

    @Tag("U9")
    @Test
    void aProcessThatIsKilledWhileIdleIsReplaced() throws Exception {
        try (var extraction = extraction(Duration.ofSeconds(30), 256)) {
            read(extraction, "one");
            children().forEach(child -> {
                child.destroyForcibly();
                child.onExit().join();
            });

            assertThat(read(extraction, "two")).isEqualTo("two\n");
        }
    }

    @Tag("U9")
    @Test
    void aProcessThatIsKilledAtWorkIsWorthAnotherAttempt() throws Exception {
        Path pdf = pages(3_000);
        try (var extraction = extraction(Duration.ofSeconds(60), 512)) {
            assertThatThrownBy(() ->
                            extraction.extract(pdf, "application/pdf", Language.ENGLISH, (done, total) -> children()
                                    .forEach(ProcessHandle::destroyForcibly)))
                    .isInstanceOf(UncheckedIOException.class);

            assertThat(read(extraction, "next")).isEqualTo("next\n");
        }
    }

    /** Whatever has taken the process over by what it read. */
    @Tag("U9")
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "noise                  | while (args.length == 0) out.write(0);                                 | crashed_parser",
                "progress without end   | while (args.length == 0) { out.write('P'); out.writeLong(1); }         | took_too_long",
                "pages without end      | while (args.length == 0) { page(out, 0); }                             | crashed_parser",
                "a page without end     | page(out, Integer.MAX_VALUE);                              | crashed_parser",
                "notes without end      | out.write('E'); out.writeInt(Integer.MAX_VALUE);           | crashed_parser",
                "complaints without end | while (args.length == 0) System.err.print(\"complaint\");            | took_too_long",
                "a part, and then quiet | page(out, 0); out.flush(); Thread.sleep(100_000);          | took_too_long",
                "a part, and then done  | page(out, 0); out.flush(); Runtime.getRuntime().halt(0);   | crashed_parser",
                "a part, and then crash | page(out, 0); out.flush(); Runtime.getRuntime().halt(134); | crashed_parser",
                "a part, and then none  | page(out, 0); out.flush(); Runtime.getRuntime().halt(137); | again"
            })
    void whatAProcessSaysWithoutAnEndIsNoText(String what, String instead, String end) throws Exception {
        var limits = new Limits(64, Duration.ofSeconds(3), 1_000_000, 5_000, 10, Duration.ofMinutes(1));
        try (var extraction = new ExtractionProcess(compiled(instead), limits, null, scratch)) {
            if (end.equals("again")) {
                assertThatThrownBy(() -> read(extraction, "one")).isInstanceOf(UncheckedIOException.class);
            } else {
                assertRefused(end, () -> read(extraction, "one"));
            }
        }
        assertThat(children()).isEmpty();
        assertThat(scratch).isEmptyDirectory();
    }

    /** The class path of a program that stands in for the extraction process, and does this when it is asked. */
    private String compiled(String instead) throws IOException {
        Path source = files.resolve("ExtractionMain.java");
        Files.writeString(source, """
                package org.docchat.ingest.extract;
                import java.io.*;
                public class ExtractionMain {
                    public static void main(String[] args) throws Exception {
                        var out = new DataOutputStream(new BufferedOutputStream(System.out));
                        System.in.read();
                        %s
                        out.flush();
                    }
                    static void page(DataOutputStream out, int length) throws IOException {
                        out.write('G');
                        out.writeInt(1);
                        out.writeBoolean(false);
                        out.writeInt(length);
                        out.writeInt(0);
                        out.writeInt(0);
                    }
                }
                """.formatted(instead));
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "-d", files.toString(), source.toString());
        assertThat(failed).isZero();
        return files.toString();
    }

    @Tag("U8")
    @Test
    void aDocumentThatTakesTooLongIsGivenUp() throws Exception {
        try (var extraction = extraction(Duration.ofMillis(1), 256)) {
            assertRefused("took_too_long", () -> read(extraction, "one"));
            assertThat(children()).isEmpty();
            assertThat(scratch).isEmptyDirectory();
        }
    }

    @Tag("U8")
    @Test
    void aTextThatMustBeTooLongIsRefusedBeforeItIsRead() throws Exception {
        Path large = files.resolve("large.txt");
        Files.writeString(large, "word ".repeat(12_000_000));
        try (var extraction = extraction(Duration.ofSeconds(60), 64)) {
            assertRefused("too_much_text", () -> extraction.extract(large, "text/plain", Language.ENGLISH, NOBODY));
        }
    }

    @Tag("U8")
    @Test
    void aDocumentThatTakesTooMuchMemoryIsRefusedAndTheNextOneIsRead() throws Exception {
        Path large = files.resolve("large.txt");
        Files.writeString(large, "word ".repeat(12_000_000));
        var limits = new Limits(64, Duration.ofSeconds(60), 20_000_000, 5_000, 10, Duration.ofMinutes(1));
        try (var extraction = new ExtractionProcess(System.getProperty("java.class.path"), limits, null, scratch)) {
            assertRefused(
                    "took_too_much_memory", () -> extraction.extract(large, "text/plain", Language.ENGLISH, NOBODY));

            assertThat(read(extraction, "next")).isEqualTo("next\n");
        }
    }

    @Tag("U4")
    @Test
    void moreTextThanAllowedIsRefused() throws Exception {
        Path large = files.resolve("large.txt");
        Files.writeString(large, "word ".repeat(300_000));
        try (var extraction = extraction(Duration.ofSeconds(60), 256)) {
            assertRefused("too_much_text", () -> extraction.extract(large, "text/plain", Language.ENGLISH, NOBODY));
        }
    }

    @Test
    void aProcessThatHasNothingToReadEndsAndTheNextDocumentIsRead() throws Exception {
        var limits = new Limits(64, Duration.ofSeconds(60), 1_000_000, 5_000, 10, Duration.ofMillis(300));
        try (var extraction = new ExtractionProcess(System.getProperty("java.class.path"), limits, null, scratch)) {
            for (int i = 0; i < 2; i++) {
                assertThat(read(extraction, "some " + i)).isEqualTo("some " + i + "\n");
                assertThat(children()).hasSize(1);
                for (int waited = 0; waited < 100 && !left().isEmpty(); waited++) {
                    Thread.sleep(100);
                }
                assertThat(left()).isEmpty();
            }
        }
    }

    @Test
    void interruptingTheCallKillsItsProcess() throws Exception {
        Path pdf = pages(3_000);
        try (var extraction = extraction(Duration.ofSeconds(60), 512)) {
            var started = new CountDownLatch(1);
            var thrown = new AtomicReference<Throwable>();
            var thread = new Thread(() -> {
                try {
                    extraction.extract(pdf, "application/pdf", Language.ENGLISH, (done, total) -> started.countDown());
                } catch (Unreadable | InterruptedException | RuntimeException e) {
                    thrown.set(e);
                }
            });
            thread.start();
            started.await();
            thread.interrupt();
            thread.join(5_000);

            assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
            assertThat(children()).isEmpty();
        }
    }

    @Test
    void theProcessSeesNothingOfTheServersEnvironment() throws Exception {
        try (var extraction = extraction(Duration.ofSeconds(30), 256)) {
            read(extraction, "one");
            Path environment = Path.of("/proc/" + children().get(0).pid() + "/environ");
            assumeTrue(Files.exists(environment), "needs /proc");

            assertThat(Files.readString(environment)).isEqualTo("LC_ALL=C.UTF-8\0");
        }
    }

    @Test
    void readingGivesWayToWhoeverAsks() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/stat")) && Files.exists(Path.of("/usr/bin/nice")), "needs Linux");
        try (var extraction = extraction(Duration.ofSeconds(30), 256)) {
            read(extraction, "one");

            assertThat(niceness(String.valueOf(children().get(0).pid())))
                    .isEqualTo(Math.min(19, niceness("self") + Child.NICENESS));
        }
    }

    /** As proc(5) has it. */
    private static int niceness(String process) throws IOException {
        var stat = Files.readString(Path.of("/proc", process, "stat"));
        // The second field is the name, which may hold anything, in brackets.
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 90, 180, 270})
    void theBoxOfAWordIsWhereThePageShowsIt(int rotation) throws Exception {
        Path file = files.resolve("rotated.pdf");
        try (var document = new PDDocument()) {
            var page = new PDPage(new PDRectangle(100, 200, 400, 800));
            page.setCropBox(new PDRectangle(100, 200, 400, 600));
            page.setRotation(rotation);
            document.addPage(page);
            try (var content = new PDPageContentStream(document, page)) {
                content.beginText();
                content.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), 20);
                // A tenth from the left, a tenth from the bottom of what is cropped.
                content.newLineAtOffset(140, 260);
                content.showText("Marker");
                content.endText();
            }
            document.save(file.toFile());
        }
        float[] expected =
                switch (rotation) {
                    case 90 -> new float[] {0.1f, 0.1f};
                    case 180 -> new float[] {0.9f, 0.1f};
                    case 270 -> new float[] {0.9f, 0.9f};
                    default -> new float[] {0.1f, 0.9f};
                };
        try (var extraction = extraction(Duration.ofSeconds(30), 256)) {
            var page = extraction
                    .extract(file, "application/pdf", Language.ENGLISH, NOBODY)
                    .pages()
                    .get(0);
            var word = page.words().get(0);

            assertThat(page.text().substring(word.start(), word.end())).isEqualTo("Marker");
            assertThat(expected[0]).isBetween(word.x() - 0.01f, word.x() + word.width() + 0.01f);
            assertThat(expected[1]).isBetween(word.y() - 0.01f, word.y() + word.height() + 0.01f);
        }
    }

    @Test
    void everyWordHasABoxOfItsOwnAlsoWhereSpacesAreSetAsGlyphs() throws Exception {
        try (var extraction = extraction(Duration.ofSeconds(30), 256)) {
            var page = extraction
                    .extract(pages(1), "application/pdf", Language.ENGLISH, NOBODY)
                    .pages()
                    .get(0);

            assertThat(page.words())
                    .extracting(word -> page.text().substring(word.start(), word.end()))
                    .startsWith("This", "is", "line", "0", "of", "page", "0");
            for (int i = 1; i < 7; i++) {
                var before = page.words().get(i - 1);
                assertThat(page.words().get(i).x()).isGreaterThan(before.x() + before.width());
            }
        }
    }

    private static void assertRefused(String code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(Unreadable.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }

    private String read(ExtractionProcess extraction, String text)
            throws IOException, Unreadable, InterruptedException {
        Path file = files.resolve("document.txt");
        Files.writeString(file, text);
        return extraction
                .extract(file, "text/plain", Language.ENGLISH, NOBODY)
                .pages()
                .get(0)
                .text();
    }

    private Path pages(int count) throws IOException {
        Path file = files.resolve("pages.pdf");
        try (var document = new PDDocument()) {
            var font = new PDType1Font(Standard14Fonts.FontName.HELVETICA);
            for (int i = 0; i < count; i++) {
                var page = new PDPage();
                document.addPage(page);
                try (var content = new PDPageContentStream(document, page)) {
                    content.beginText();
                    content.setFont(font, 12);
                    content.newLineAtOffset(100, 700);
                    for (int line = 0; line < 20; line++) {
                        content.showText("This is line " + line + " of page " + i);
                        content.newLineAtOffset(0, -20);
                    }
                    content.endText();
                }
            }
            document.save(file.toFile());
        }
        return file;
    }

    private ExtractionProcess extraction(Duration wallClock, int heap) {
        return new ExtractionProcess(
                System.getProperty("java.class.path"),
                new Limits(heap, wallClock, 1_000_000, 5_000, 10, Duration.ofMinutes(1)),
                null,
                scratch);
    }

    /** Processes and their files. */
    private List<Object> left() throws IOException {
        try (var written = Files.list(scratch)) {
            return Stream.concat(children().stream(), written)
                    .map(Object.class::cast)
                    .toList();
        }
    }

    /** The extraction processes of this test run. */
    private static List<ProcessHandle> children() {
        return ProcessHandle.current()
                .children()
                .filter(child -> child.info().command().orElse("").endsWith("java"))
                .filter(ProcessHandle::isAlive)
                .toList();
    }
}
