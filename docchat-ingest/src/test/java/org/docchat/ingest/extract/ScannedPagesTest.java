package org.docchat.ingest.extract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pdfbox.Loader;
import org.docchat.domain.Language;
import org.docchat.ingest.SharedFiles;
import org.docchat.ingest.extract.ExtractedText.Page;
import org.docchat.ingest.extract.ExtractedText.Word;
import org.docchat.ingest.extract.Extractor.Unreadable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("NullAway.Init")
class ScannedPagesTest {
    @TempDir
    Path scratch;

    @TempDir
    Path files;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void theWordsOfAScanAreWhereThePictureShowsThemHoweverThePaperLay(int turns) throws Exception {
        var ocr = Scans.tesseract();
        Page original = read(letter(), null).pages().get(0);

        var text = read(Scans.of(letter(), files.resolve("scan.pdf"), 200, turns, 1), ocr);

        Page page = text.pages().get(0);
        assertThat(wordsOf(page)).isEqualTo(wordsOf(original));
        assertThat(text.notes())
                .containsExactly("Page 1 is an image; its text was recognized (OCR) and may have errors.");
        for (int i = 0; i < original.words().size(); i++) {
            Word expected = original.words().get(i);
            float[] middle = {expected.x() + expected.width() / 2, expected.y() + expected.height() / 2};
            for (int turn = 0; turn < turns; turn++) {
                middle = new float[] {1 - middle[1], middle[0]};
            }
            Word word = page.words().get(i);

            assertThat(middle[0]).isBetween(word.x(), word.x() + word.width());
            assertThat(middle[1]).isBetween(word.y(), word.y() + word.height());
        }
    }

    @Test
    void pagesWithTextAreReadAsEverAndTheOthersBetweenThem() throws Exception {
        var ocr = Scans.tesseract();
        Path mixed = files.resolve("mixed.pdf");
        try (var document = Loader.loadPDF(letter().toFile());
                var scan = Loader.loadPDF(
                        Scans.of(letter(), files.resolve("scan.pdf"), 200, 0, 1).toFile())) {
            document.importPage(scan.getPage(0));
            document.importPage(document.getPage(0));
            document.importPage(scan.getPage(0));
            document.save(mixed.toFile());
        }
        var progress = new ArrayList<String>();

        var text = extraction(ocr).extract(mixed, "application/pdf", Language.GERMAN, new Extractor.Listener() {
            @Override
            public void pages(int done, int total) {}

            @Override
            public void scans(int done, int total) {
                progress.add(done + " of " + total);
            }
        });

        assertThat(text.pages()).extracting(Page::text).hasSize(4).allMatch(page -> page.contains("4,711 thousand"));
        assertThat(progress).containsExactly("0 of 2", "1 of 2");
        assertThat(text.notes())
                .containsExactly(
                        "Page 2 is an image; its text was recognized (OCR) and may have errors.",
                        "Page 4 is an image; its text was recognized (OCR) and may have errors.");
    }

    @Test
    void aRealPageIsReadAlmostWithoutAnError() throws Exception {
        var ocr = Scans.tesseract();
        Path manual = SharedFiles.require("long/debian-faq.en.pdf");
        int page = 20;
        String original = wordsOf(read(manual, null).pages().get(page - 1));

        String recognized = wordsOf(read(Scans.of(manual, files.resolve("scan.pdf"), 200, 0, page), ocr)
                .pages()
                .get(0));

        assertThat(accuracy(original.split(" "), recognized.split(" "))).isGreaterThan(0.97);
    }

    @Test
    void withoutTesseractTheDocumentSaysWhichPagesWereNotRead() throws Exception {
        Path mixed = files.resolve("mixed.pdf");
        try (var document = Loader.loadPDF(letter().toFile());
                var scan = Loader.loadPDF(Scans.of(letter(), files.resolve("scan.pdf"), 100, 0, 1, 1)
                        .toFile())) {
            document.importPage(scan.getPage(0));
            document.importPage(scan.getPage(1));
            document.save(mixed.toFile());
        }

        assertThat(read(mixed, null).notes()).containsExactly("Pages 2–3 are images and were not read.");
    }

    @Tag("U8")
    @Test
    void aPageThatTakesTooLongStaysUnreadAndTheRestIsThere() throws Exception {
        var slow = new Ocr(program("exec sleep 100"), Duration.ofSeconds(1), Duration.ofSeconds(10));

        var text = read(withScan(), slow);

        assertThat(text.pages().get(0).text()).contains("4,711");
        assertThat(text.notes())
                .containsExactly(
                        "Page 2 is an image and was not read: recognizing text (OCR) failed or took too long.");
        assertThat(recognizing()).isEmpty();
    }

    @Tag("U8")
    @Test
    void aDocumentKeepsTheTextThatItHasIfAPictureIsTooMuch() throws Exception {
        // Takes the extraction process with it, as rendering a hostile picture may.
        var deadly = new Ocr(program("kill -SEGV $PPID"), Duration.ofSeconds(9), Duration.ofSeconds(10));

        var text = read(withScan(), deadly);

        assertThat(text.pages().get(0).text()).contains("4,711");
        assertThat(text.notes()).containsExactly("Page 2 is an image and was not read.");
    }

    @Tag("U9")
    @Test
    void whoeverListensEndsTheReadingAndTesseractWithIt() throws Exception {
        var slow = new Ocr(program("exec sleep 100"), Duration.ofSeconds(90), Duration.ofSeconds(90));
        Path scan = withScan();
        var extraction = extraction(slow);
        var thrown = new AtomicReference<@Nullable Throwable>();
        var reading = new Thread(() -> {
            try {
                extraction.extract(scan, "application/pdf", Language.ENGLISH, (done, total) -> {});
            } catch (Unreadable | InterruptedException | RuntimeException e) {
                thrown.set(e);
            }
        });
        reading.start();
        while (recognizing().isEmpty()) {
            Thread.sleep(50);
        }

        reading.interrupt();
        reading.join(10_000);

        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        for (int i = 0; i < 50 && !recognizing().isEmpty(); i++) {
            Thread.sleep(100);
        }
        assertThat(recognizing()).isEmpty();
        assertThat(scratch).isEmptyDirectory();
    }

    @Test
    void whatAListenerThrowsIsThrownOn() throws Exception {
        var ocr = new Ocr(program("exec sleep 100"), Duration.ofSeconds(90), Duration.ofSeconds(90));
        Path scan = withScan();
        var listener = new Extractor.Listener() {
            @Override
            public void pages(int done, int total) {}

            @Override
            public void scans(int done, int total) {
                throw new IllegalStateException("not mine");
            }
        };

        assertThatThrownBy(() -> extraction(ocr).extract(scan, "application/pdf", Language.ENGLISH, listener))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("not mine");
    }

    private ExtractedText read(Path file, @Nullable Ocr ocr) throws Exception {
        try (var extraction = extraction(ocr)) {
            return extraction.extract(file, "application/pdf", Language.ENGLISH, (done, total) -> {});
        } finally {
            assertThat(scratch).isEmptyDirectory();
        }
    }

    private ExtractionProcess extraction(@Nullable Ocr ocr) {
        return new ExtractionProcess(System.getProperty("java.class.path"), Limits.standard(), ocr, scratch);
    }

    /** What is run as Tesseract: it knows English, and for a page does this. */
    private Path program(String page) throws IOException {
        Path program = files.resolve("tesseract-stub");
        Files.writeString(program, "#!/bin/sh\n[ \"$1\" = --list-langs ] && echo List && echo eng && exit\n" + page);
        return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }

    private static List<ProcessHandle> recognizing() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").endsWith("sleep 100"))
                .toList();
    }

    private Path letter() throws IOException {
        return Scans.letter(files.resolve("letter.pdf"));
    }

    /** A page of text, and its picture. */
    private Path withScan() throws IOException {
        Path mixed = files.resolve("with-scan.pdf");
        try (var document = Loader.loadPDF(letter().toFile());
                var scan = Loader.loadPDF(
                        Scans.of(letter(), files.resolve("scan.pdf"), 100, 0, 1).toFile())) {
            document.importPage(scan.getPage(0));
            document.save(mixed.toFile());
        }
        return mixed;
    }

    private static String wordsOf(Page page) {
        return page.text().replaceAll("[^\\p{L}\\p{N}.]+", " ").strip();
    }

    /** One minus the edit distance in words over their number. */
    private static double accuracy(String[] expected, String[] found) {
        int[] last = new int[found.length + 1];
        for (int j = 0; j <= found.length; j++) {
            last[j] = j;
        }
        for (int i = 1; i <= expected.length; i++) {
            int[] row = new int[found.length + 1];
            row[0] = i;
            for (int j = 1; j <= found.length; j++) {
                int replaced = last[j - 1] + (expected[i - 1].equals(found[j - 1]) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(last[j], row[j - 1]) + 1);
            }
            last = row;
        }
        double accuracy = 1 - last[found.length] / (double) expected.length;
        System.out.printf("%.1f %% of %d words were recognized%n", accuracy * 100, expected.length);
        return accuracy;
    }
}
