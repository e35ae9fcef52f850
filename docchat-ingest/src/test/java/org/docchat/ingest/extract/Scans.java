package org.docchat.ingest.extract;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.apache.pdfbox.pdmodel.graphics.image.JPEGFactory;
import org.apache.pdfbox.rendering.ImageType;
import org.apache.pdfbox.rendering.PDFRenderer;

/** Documents as a scanner makes them, and the machine's Tesseract. */
final class Scans {
    private static final List<String> LINES = List.of(
            "The reserve for warranty claims was raised",
            "to 4,711 thousand in the third quarter.",
            "Everything else remained unchanged.");

    private Scans() {}

    /** Skips the test where there is none; fails it where one is required. */
    static Ocr tesseract() {
        var program = Arrays.stream(
                        Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator))
                .map(directory -> Path.of(directory, "tesseract"))
                .filter(Files::isExecutable)
                .findFirst();
        if (program.isEmpty() && "required".equals(System.getProperty("tesseract"))) {
            throw new AssertionError("Tesseract is required (-Dtesseract=required) and is not on the PATH");
        }
        assumeTrue(program.isPresent(), "there is no Tesseract on this machine's PATH");
        return new Ocr(program.get(), Duration.ofSeconds(60), Duration.ofMinutes(10));
    }

    /** A page of text. */
    static Path letter(Path target) throws IOException {
        try (var document = new PDDocument()) {
            var page = new PDPage();
            document.addPage(page);
            try (var content = new PDPageContentStream(document, page)) {
                content.beginText();
                content.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), 12);
                content.newLineAtOffset(100, 600);
                for (String line : LINES) {
                    content.showText(line);
                    content.newLineAtOffset(0, -15);
                }
                content.endText();
            }
            document.save(target.toFile());
        }
        return target;
    }

    /**
     * Pages of a document as pictures of a somewhat dirty glass, without text.
     *
     * @param turns how the paper lay, by quarters
     * @param pages from 1
     */
    static Path of(Path document, Path target, int dots, int turns, int... pages) throws IOException {
        try (var from = Loader.loadPDF(document.toFile());
                var to = new PDDocument()) {
            var renderer = new PDFRenderer(from);
            for (int page : pages) {
                add(to, turned(dirty(renderer.renderImageWithDPI(page - 1, dots, ImageType.GRAY)), turns), dots);
            }
            to.save(target.toFile());
        }
        return target;
    }

    static void add(PDDocument document, BufferedImage picture, int dots) throws IOException {
        var page = new PDPage(new PDRectangle(picture.getWidth() * 72f / dots, picture.getHeight() * 72f / dots));
        document.addPage(page);
        try (var content = new PDPageContentStream(document, page)) {
            content.drawImage(
                    JPEGFactory.createFromImage(document, picture, 0.7f),
                    0,
                    0,
                    page.getCropBox().getWidth(),
                    page.getCropBox().getHeight());
        }
    }

    /** Gray paper with grain. */
    private static BufferedImage dirty(BufferedImage picture) {
        var random = new Random(picture.getWidth());
        var raster = picture.getRaster();
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                int gray = 20 + raster.getSample(x, y, 0) * 210 / 255 + (int) (random.nextGaussian() * 8);
                raster.setSample(x, y, 0, Math.max(0, Math.min(255, gray)));
            }
        }
        return picture;
    }

    /** By quarters, clockwise. */
    static BufferedImage turned(BufferedImage picture, int turns) {
        var turned = picture;
        for (int i = 0; i < turns; i++) {
            var next = new BufferedImage(turned.getHeight(), turned.getWidth(), BufferedImage.TYPE_BYTE_GRAY);
            for (int y = 0; y < turned.getHeight(); y++) {
                for (int x = 0; x < turned.getWidth(); x++) {
                    next.getRaster()
                            .setSample(
                                    turned.getHeight() - 1 - y,
                                    x,
                                    0,
                                    turned.getRaster().getSample(x, y, 0));
                }
            }
            turned = next;
        }
        return turned;
    }
}
