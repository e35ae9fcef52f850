package org.docchat.ingest.extract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.rendering.ImageType;
import org.apache.pdfbox.rendering.PDFRenderer;
import org.docchat.domain.Language;
import org.docchat.ingest.extract.Extractor.Unreadable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("NullAway.Init")
class PictureReaderTest {
    private static final String READ = "Page 1 is an image; its text was recognized (OCR) and may have errors.";

    @TempDir
    Path scratch;

    @TempDir
    Path files;

    /** A fax, a screen, a scanner. */
    @ParameterizedTest
    @CsvSource({"png, 100, ARGB", "png, 300, BINARY", "jpeg, 150, RGB", "jpeg, 600, GRAY", "tiff, 200, BINARY"})
    void theWordsOfAPictureAreWhereItShowsThem(String format, int dots, ImageType colours) throws Exception {
        var ocr = Scans.tesseract();
        var letter = Scans.letter(files.resolve("letter.pdf"));
        var original = read(letter, "application/pdf", null).pages().get(0);

        var text = read(file(format, picture(letter, dots, colours)), "image/" + format, ocr);

        assertThat(text.notes()).containsExactly(READ);
        assertThat(text.pages()).hasSize(1);
        var page = text.pages().get(0);
        assertThat(words(page.text())).isEqualTo(words(original.text()));
        for (int i = 0; i < original.words().size(); i++) {
            var expected = original.words().get(i);
            var found = page.words().get(i);
            assertThat(expected.x() + expected.width() / 2).isBetween(found.x(), found.x() + found.width());
            assertThat(expected.y() + expected.height() / 2).isBetween(found.y(), found.y() + found.height());
        }
    }

    /** As telephones store what they show upright: on its side, and say so. */
    @Test
    void aPictureThatSaysHowItWasTurnedIsReadAsItIsShown() throws Exception {
        var ocr = Scans.tesseract();
        var letter = Scans.letter(files.resolve("letter.pdf"));
        var upright = read(file("jpeg", picture(letter, 150, ImageType.GRAY)), "image/jpeg", ocr)
                .pages()
                .get(0);
        // Three quarters clockwise, so that one more puts it right.
        var stored = Files.readAllBytes(file("jpeg", Scans.turned(picture(letter, 150, ImageType.GRAY), 3)));
        // One field, the orientation: 6.
        var exif = HexFormat.of()
                .parseHex("ffe10022" + "457869660000" + "4d4d002a00000008" + "0001" + "011200030000000100060000"
                        + "00000000");
        var bytes = new ByteArrayOutputStream();
        bytes.write(stored, 0, 2);
        bytes.write(exif);
        bytes.write(stored, 2, stored.length - 2);

        var page = read(Files.write(files.resolve("phone.jpg"), bytes.toByteArray()), "image/jpeg", ocr)
                .pages()
                .get(0);

        assertThat(words(page.text())).isEqualTo(words(upright.text()));
        var first = page.words().get(0);
        assertThat(first.x()).isCloseTo(upright.words().get(0).x(), within(0.01f));
        assertThat(first.y()).isCloseTo(upright.words().get(0).y(), within(0.01f));
    }

    @Test
    void eachFrameOfAFaxIsAPage() throws Exception {
        var ocr = Scans.tesseract();
        var page = picture(Scans.letter(files.resolve("letter.pdf")), 200, ImageType.BINARY);

        var text = read(file("tiff", page, page, page), "image/tiff", ocr);

        assertThat(text.pages()).extracting(ExtractedText.Page::number).containsExactly(1, 2, 3);
        assertThat(text.pages()).allSatisfy(each -> assertThat(each.text()).contains("4,711 thousand"));
    }

    @Test
    void withoutTesseractItSaysThatPicturesAreNotRead() throws Exception {
        var page = file("png", picture(Scans.letter(files.resolve("letter.pdf")), 100, ImageType.GRAY));

        assertThatThrownBy(() -> read(page, "image/png", null))
                .isInstanceOfSatisfying(
                        Unreadable.class, e -> assertThat(e.code()).isEqualTo("no_text"))
                .hasMessageContaining("recognition");
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpeg", "tiff"})
    void halfAPictureIsDamagedOrReadAsFarAsItGoes(String format) throws Exception {
        var ocr = Scans.tesseract();
        var whole = file(format, picture(Scans.letter(files.resolve("letter.pdf")), 150, ImageType.RGB));
        var half = files.resolve("half");
        Files.write(half, Arrays.copyOf(Files.readAllBytes(whole), (int) Files.size(whole) / 2));

        try {
            assertThat(read(half, "image/" + format, ocr).notes()).isNotEmpty();
        } catch (Unreadable e) {
            assertThat(e.code()).isIn("damaged", "no_text");
        }
    }

    /** Fifty thousand dots square: ten gigabytes, if they were decoded. */
    @Test
    @Tag("U8")
    void aFloodOfDotsIsRefusedByItsHead() throws Exception {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        var head = new ByteArrayOutputStream();
        var fields = new DataOutputStream(head);
        fields.writeBytes("IHDR");
        fields.writeInt(50_000);
        fields.writeInt(50_000);
        fields.write(new byte[] {8, 6, 0, 0, 0});
        var sum = new CRC32();
        sum.update(head.toByteArray());
        out.writeInt(13);
        out.write(head.toByteArray());
        out.writeInt((int) sum.getValue());
        out.writeInt(0);
        out.writeBytes("IDAT");
        out.writeInt(0x35af061e);
        var flood = Files.write(files.resolve("flood.png"), bytes.toByteArray());

        assertThatThrownBy(() -> read(flood, "image/png", null))
                .isInstanceOfSatisfying(
                        Unreadable.class, e -> assertThat(e.code()).isEqualTo("too_large"))
                .hasMessageContaining("50000 × 50000");
    }

    private ExtractedText read(Path file, String mediaType, @Nullable Ocr ocr) throws Exception {
        try (var extraction =
                new ExtractionProcess(System.getProperty("java.class.path"), Limits.standard(), ocr, scratch)) {
            return extraction.extract(file, mediaType, Language.ENGLISH, (done, total) -> {});
        } finally {
            assertThat(scratch).isEmptyDirectory();
        }
    }

    private static BufferedImage picture(Path document, int dots, ImageType colours) throws IOException {
        try (var from = Loader.loadPDF(document.toFile())) {
            return new PDFRenderer(from).renderImageWithDPI(0, dots, colours);
        }
    }

    private Path file(String format, BufferedImage... frames) throws IOException {
        var file = files.resolve("picture." + format);
        var writer = ImageIO.getImageWritersByFormatName(format).next();
        try (var out = ImageIO.createImageOutputStream(file.toFile())) {
            writer.setOutput(out);
            if (frames.length == 1) {
                writer.write(frames[0]);
            } else {
                writer.prepareWriteSequence(null);
                for (var frame : List.of(frames)) {
                    writer.writeToSequence(new IIOImage(frame, null, null), null);
                }
                writer.endWriteSequence();
            }
        } finally {
            writer.dispose();
        }
        return file;
    }

    private static String words(String text) {
        return text.replaceAll("[^\\p{L}\\p{N}.]+", " ").strip();
    }
}
