package org.docchat.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.docchat.domain.Failure;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("U3")
class FormatSnifferTest {
    private static final String PDF = "%PDF-1.7\n1 0 obj\n";

    @ParameterizedTest
    @CsvSource({
        "report.pdf, PDF",
        "REPORT.PDF, PDF",
        "notes.txt, TXT",
        "notes.md, MARKDOWN",
        "table.csv, CSV",
        "page.html, HTML",
        "letter.rtf, RTF",
        "mail.eml, EML",
        "scan.png, PNG",
        "photo.JPG, JPEG",
        "fax.tif, TIFF"
    })
    void aNameThatTheContentBearsOutIsAFormat(String name, DocumentFormat format) {
        String content =
                switch (format) {
                    case PDF -> PDF;
                    case HTML -> "<!DOCTYPE html><html><body>hello</body></html>";
                    case RTF -> "{\\rtf1 hello}";
                    case EML -> "From: a@example.org\r\nSubject: hello\r\n\r\nhello";
                    case PNG -> "\u0089PNG\r\n\u001a\n\0\0\0\rIHDR";
                    case JPEG -> "\u00ff\u00d8\u00ff\u00e0\0\u0010JFIF\0";
                    case TIFF -> "II*\0\b\0\0\0\0";
                    default -> "hello, world\n";
                };

        assertThat(sniff(name, bytes(content))).isEqualTo(format);
    }

    @ParameterizedTest
    @ValueSource(strings = {"program.pdf", "program.docx", "program.txt", "program.html"})
    void aProgramIsNoDocumentWhateverItsName(String name) {
        assertRefused(name, bytes("MZ\u0090\0\u0003\0\0\0" + PDF));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PKD1 inhibits AMPK",
                "MZ twins",
                "BZh",
                "Rar! she said",
                "GIF8 is a format",
                "RIFF",
                "%!PS is Adobe's"
            })
    void aTextMayBeginWithTheLettersOfAnotherFormat(String text) {
        assertThat(sniff("note.txt", bytes(text))).isEqualTo(DocumentFormat.TXT);
    }

    @Test
    void aWebPageNamedPdfIsRefused() {
        assertRefused("page.pdf", bytes("<html><body>hello</body></html>"));
    }

    @Test
    void aWebPageNamedTxtIsPlainText() {
        assertThat(sniff("page.txt", bytes("<html><body>hello</body></html>"))).isEqualTo(DocumentFormat.TXT);
    }

    @Test
    void anArchiveNamedDocxIsRefused() throws IOException {
        assertRefused("archive.docx", zip("readme.txt", "pictures/cat.png"));
    }

    @Test
    void aPictureOfAnotherKindIsRefused() {
        assertRefused("scan.png", bytes("\u00ff\u00d8\u00ff\u00e0\0\u0010JFIF\0"));
        assertRefused("scan.png", bytes("GIF89a\0\0\0\0"));
        assertRefused("scan.tiff", bytes(PDF));
    }

    @Test
    void aPdfNamedDocxIsRefused() {
        assertRefused("report.docx", bytes(PDF));
    }

    @Test
    void aBinaryNamedTxtIsRefused() {
        assertRefused("data.txt", bytes("\0\u0001\u0002\u0003".repeat(100)));
        assertRefused("picture.txt", bytes("\u0089PNG\r\n\u001a\n"));
    }

    @Test
    void anEndingThatIsNotReadIsRefusedWithThoseThatAre() {
        assertThatThrownBy(() -> sniff("program.exe", bytes("MZ")))
                .isInstanceOfSatisfying(Failure.UnsupportedMediaType.class, failure -> assertThat(failure.supported())
                        .contains("pdf", "docx", "epub")
                        .doesNotContain("exe"));
    }

    @Test
    void officeDocumentsAreToldApartByWhatIsInside() throws IOException {
        assertThat(sniff("a.docx", zip("[Content_Types].xml", "_rels/.rels", "word/document.xml")))
                .isEqualTo(DocumentFormat.DOCX);
        assertThat(sniff("a.xlsx", zip("[Content_Types].xml", "xl/workbook.xml")))
                .isEqualTo(DocumentFormat.XLSX);
        assertThat(sniff("a.pptx", zip("ppt/presentation.xml", "[Content_Types].xml")))
                .isEqualTo(DocumentFormat.PPTX);
        assertRefused("a.docx", zip("[Content_Types].xml", "xl/workbook.xml"));
    }

    @Test
    void aDocumentWithinAnArchiveDoesNotMakeTheArchiveADocument() throws IOException {
        byte[] inner = zip("[Content_Types].xml", "word/document.xml");
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            var entry = new ZipEntry("inner.docx");
            entry.setMethod(ZipEntry.STORED);
            entry.setSize(inner.length);
            var crc = new CRC32();
            crc.update(inner);
            entry.setCrc(crc.getValue());
            zip.putNextEntry(entry);
            zip.write(inner);
        }

        assertRefused("outer.docx", bytes.toByteArray());
    }

    @Test
    void aPdfMayHaveJunkBeforeItsHeaderUnlessTheJunkIsAnotherFormat() throws IOException {
        assertThat(sniff("junk.pdf", bytes("x".repeat(900) + PDF))).isEqualTo(DocumentFormat.PDF);
        assertRefused("junk.pdf", bytes("x".repeat(2_000) + PDF));
        assertRefused("both.pdf", zip("%PDF-1.7"));
    }

    /** Programs that read archives look for them from the end of a file. */
    @Test
    void aPdfWithAnArchiveBehindItIsAPdfAndNothingElse() throws IOException {
        byte[] document = zip("[Content_Types].xml", "word/document.xml");
        var both = new ByteArrayOutputStream();
        both.writeBytes(bytes(PDF));
        both.writeBytes(document);

        assertThat(sniff("both.pdf", both.toByteArray())).isEqualTo(DocumentFormat.PDF);
        for (var name : List.of("both.docx", "both.epub", "both.html", "both.txt", "both.zip")) {
            assertRefused(name, both.toByteArray());
        }
        both.reset();
        both.writeBytes(document);
        both.writeBytes(bytes(PDF));
        assertRefused("both.pdf", both.toByteArray());
    }

    private static void assertRefused(String name, byte[] bytes) {
        assertThatThrownBy(() -> sniff(name, bytes)).isInstanceOf(Failure.UnsupportedMediaType.class);
    }

    /** In pieces of every small size, as a network delivers them. */
    private static DocumentFormat sniff(String name, byte[] bytes) {
        DocumentFormat format = null;
        for (int size : new int[] {1, 7, 1_000, 1 << 20}) {
            var sniffer = new FormatSniffer();
            for (int i = 0; i < bytes.length; i += size) {
                sniffer.update(bytes, i, Math.min(size, bytes.length - i));
            }
            DocumentFormat found = sniffer.finish(name);
            assertThat(format).isIn(null, found);
            format = found;
        }
        return java.util.Objects.requireNonNull(format);
    }

    private static byte[] bytes(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] zip(String... names) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (String name : names) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(bytes(name.repeat(50)));
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }
}
