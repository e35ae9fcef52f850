package org.docchat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.apache.pdfbox.rendering.PDFRenderer;

/** PDFs whose words the tests know. */
final class Pdf {
    private Pdf() {}

    /** Each page a list of lines. */
    @SafeVarargs
    static byte[] of(List<String>... pages) {
        var font = new PDType1Font(Standard14Fonts.FontName.HELVETICA);
        var bytes = new ByteArrayOutputStream();
        try (var document = new PDDocument()) {
            for (var lines : pages) {
                var page = new PDPage(PDRectangle.A4);
                document.addPage(page);
                try (var content = new PDPageContentStream(document, page)) {
                    content.beginText();
                    content.setFont(font, 12);
                    content.setLeading(18);
                    content.newLineAtOffset(72, 720);
                    for (var line : lines) {
                        content.showText(line);
                        content.newLine();
                    }
                    content.endText();
                }
            }
            document.save(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** The first page of a PDF as a camera takes it. */
    static byte[] photograph(byte[] pdf) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var document = Loader.loadPDF(pdf)) {
            ImageIO.write(new PDFRenderer(document).renderImageWithDPI(0, 150), "jpeg", bytes);
        }
        return bytes.toByteArray();
    }
}
