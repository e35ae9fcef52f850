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
import org.docchat.ingest.extract.PdfGlyphs.PageLines;
import org.jspecify.annotations.Nullable;

/** Reads PDF with PDFBox: text, structure as far as its looks tell, and where each word stands. */
final class PdfReader {
    private static final long CACHE_IN_MEMORY = 32L << 20;
    private static final long CACHE = 1L << 30;

    private PdfReader() {}

    static void read(Path file, TextBuilder builder) throws IOException {
        read(file, builder, true);
    }

    /** As a part of another document, which has pages of its own or none. */
    static void readEmbedded(Path file, TextBuilder builder) throws IOException {
        read(file, builder, false);
    }

    private static void read(Path file, TextBuilder builder, boolean paged) throws IOException {
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
            notes(pages, builder);
            new PdfLayout(pages, PdfOutline.of(document), labels(document), builder).compose(paged);
        }
    }

    private static PDDocument open(File file) throws IOException {
        var cache = MemoryUsageSetting.setupMixed(CACHE_IN_MEMORY, CACHE).streamCache;
        try {
            return Loader.loadPDF(file, "", null, null, cache);
        } catch (InvalidPasswordException e) {
            throw Refused.encrypted();
        }
    }

    private static void notes(List<PageLines> pages, TextBuilder builder) {
        ranges(
                pages.stream()
                        .filter(page -> page.lines().isEmpty() && page.hasPictures() && !page.damaged())
                        .map(PageLines::number)
                        .toList(),
                "is an image and was not read.",
                "are images and were not read.",
                builder);
        ranges(
                pages.stream().filter(PageLines::damaged).map(PageLines::number).toList(),
                "is damaged and was not read, or not to its end.",
                "are damaged and were not read, or not to their ends.",
                builder);
    }

    private static void ranges(List<Integer> numbers, String one, String many, TextBuilder builder) {
        for (int i = 0; i < numbers.size(); ) {
            int first = numbers.get(i);
            int last = first;
            while (++i < numbers.size() && numbers.get(i) == last + 1) {
                last++;
            }
            builder.note(first == last ? "Page " + first + " " + one : "Pages " + first + "–" + last + " " + many);
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
