package org.docchat.ingest.extract;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.io.MemoryUsageSetting;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;
import org.apache.pdfbox.rendering.ImageType;
import org.apache.pdfbox.rendering.PDFRenderer;
import org.docchat.ingest.extract.PdfGlyphs.PageLines;
import org.jspecify.annotations.Nullable;

/** Reads PDF with PDFBox: text, structure as far as its looks tell, and where each word stands. */
final class PdfReader {
    private static final long CACHE_IN_MEMORY = 32L << 20;
    private static final long CACHE = 1L << 30;

    private PdfReader() {}

    static void read(Path file, Recognition recognition, TextBuilder builder) throws IOException {
        read(file, recognition, builder, true);
    }

    /** As a part of another document, which has pages of its own or none. */
    static void readEmbedded(Path file, Recognition recognition, TextBuilder builder) throws IOException {
        read(file, recognition, builder, false);
    }

    private static void read(Path file, Recognition recognition, TextBuilder builder, boolean paged)
            throws IOException {
        try (PDDocument document = open(file.toFile())) {
            if (!document.getCurrentAccessPermission().canExtractContent()) {
                throw new Refused(
                        "encrypted",
                        "Whoever made the file forbids taking text from it. Remove that restriction and upload it"
                                + " again.");
            }
            int total = Math.max(0, document.getNumberOfPages());
            builder.expectPages(total);
            var pages = new ArrayList<PageLines>();
            PdfGlyphs.read(document, page -> {
                pages.add(page);
                builder.progress(page.number(), total);
                builder.expectCharacters(
                        page.lines().stream().mapToInt(PdfLine::characters).sum());
            });
            new ScannedPages(camera(document), recognition, builder).read(pages);
            noteDamaged(pages, builder);
            new PdfLayout(pages, PdfOutline.of(document), labels(document), builder).compose(paged);
        }
    }

    static void noteDamaged(List<PageLines> pages, TextBuilder builder) {
        builder.noteOfPages(
                pages.stream().filter(PageLines::damaged).map(PageLines::number).toList(),
                "is damaged and was not read, or not to its end.",
                "are damaged and were not read, or not to their ends.");
    }

    private static ScannedPages.Camera camera(PDDocument document) {
        var renderer = new PDFRenderer(document);
        // Of a picture with more dots than are wanted here, not all are decoded.
        renderer.setSubsamplingAllowed(true);
        return (page, dotsPerInch) -> renderer.renderImageWithDPI(page - 1, dotsPerInch, ImageType.GRAY);
    }

    private static PDDocument open(File file) throws IOException {
        var cache = MemoryUsageSetting.setupMixed(CACHE_IN_MEMORY, CACHE).streamCache;
        try {
            return Loader.loadPDF(file, "", null, null, cache);
        } catch (InvalidPasswordException e) {
            throw Refused.encrypted();
        }
    }

    private static String @Nullable [] labels(PDDocument document) {
        try {
            var labels = document.getDocumentCatalog().getPageLabels();
            return labels == null ? null : labels.getLabelsByPageIndices();
        } catch (IOException | RuntimeException e) {
            // Pages are found by their numbers, too.
            e.printStackTrace();
            return null;
        }
    }
}
