package org.docchat.ingest.extract;

import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLStreamException;
import org.docchat.ingest.extract.PdfGlyphs.PageLines;
import org.jspecify.annotations.Nullable;

/** Pages that are pictures of text: found, turned upright, read. */
final class ScannedPages {
    /** What Tesseract's models were made for. */
    private static final int DOTS_PER_INCH = 300;
    /** A page of the format A3; larger ones are read at fewer dots per inch. */
    private static final double MOST_DOTS = 18e6;

    /** A page is read up to so many times. */
    static final int MOST_TURNS = 4;

    /** Takes pictures of pages. */
    @FunctionalInterface
    interface Camera {
        /**
         * @param page from 1
         * @return of one byte for each dot
         */
        BufferedImage picture(int page, int dotsPerInch) throws IOException;
    }

    private final Camera camera;
    private final Recognition recognition;
    private final TextBuilder builder;
    private final List<Integer> read = new ArrayList<>();
    private final List<Integer> wordless = new ArrayList<>();
    private final List<Integer> unread = new ArrayList<>();

    ScannedPages(Camera camera, Recognition recognition, TextBuilder builder) {
        this.camera = camera;
        this.recognition = recognition;
        this.builder = builder;
    }

    /** Puts what is read in the place of pages that are pictures, and notes what has become of them. */
    void read(List<PageLines> pages) throws IOException {
        List<Integer> scans = new ArrayList<>();
        for (int i = 0; i < pages.size(); i++) {
            if (isScan(pages.get(i))) {
                scans.add(i);
            }
        }
        for (int i = 0; i < scans.size(); i++) {
            int at = scans.get(i);
            PageLines page = pages.get(at);
            if (!recognition.isOpen()) {
                unread.add(page.number());
                continue;
            }
            builder.scans(i, scans.size());
            PageLines found = read(page);
            pages.set(at, found);
            builder.expectCharacters(
                    found.lines().stream().mapToInt(PdfLine::characters).sum());
        }
        builder.noteOfPages(unread, "is an image and was not read" + why(), "are images and were not read" + why());
        builder.noteOfPages(
                read,
                "is an image; its text was recognized (OCR) and may have errors.",
                "are images; their text was recognized (OCR) and may have errors.");
        builder.noteOfPages(
                wordless,
                "is an image, and no text was recognized in it (OCR).",
                "are images, and no text was recognized in them (OCR).");
    }

    private static boolean isScan(PageLines page) {
        return page.lines().isEmpty() && page.hasPictures() && !page.damaged();
    }

    private String why() {
        return recognition.isPossible() ? ": recognizing text (OCR) failed or took too long." : ".";
    }

    private PageLines read(PageLines page) throws IOException {
        double inches = page.width() / 72.0 * page.height() / 72.0;
        int dots = (int) Math.min(DOTS_PER_INCH, Math.sqrt(MOST_DOTS / inches));
        BufferedImage picture;
        try {
            picture = camera.picture(page.number(), Math.max(1, dots));
        } catch (IOException | RuntimeException e) {
            // The other pages may be sound.
            e.printStackTrace();
            return page.asDamaged();
        }
        Hocr.@Nullable Reading best = null;
        int turned = 0;
        // Upside down, or on its side: then what is read as it stands is hardly better than guessed.
        for (int turns : new int[] {0, 1, 3, 2}) {
            var reading = read(turned(picture, turns), dots);
            if (reading != null && (best == null || reading.certainty() > best.certainty())) {
                best = reading;
                turned = turns;
            }
            if (!recognition.isOpen() || (best != null && best.confident())) {
                break;
            }
        }
        if (best == null) {
            unread.add(page.number());
            return page;
        }
        (best.lines().isEmpty() ? wordless : read).add(page.number());
        return page.read(turned, best.lines());
    }

    private Hocr.@Nullable Reading read(BufferedImage picture, int dots) throws IOException {
        String hocr = recognition.read(picture, dots);
        try {
            return hocr == null ? null : Hocr.read(hocr, 72f / dots);
        } catch (XMLStreamException e) {
            e.printStackTrace();
            return null;
        }
    }

    /** By quarters, clockwise. */
    static BufferedImage turned(BufferedImage picture, int turns) {
        if (turns == 0) {
            return picture;
        }
        int width = turns == 2 ? picture.getWidth() : picture.getHeight();
        int height = turns == 2 ? picture.getHeight() : picture.getWidth();
        var turned = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D graphics = turned.createGraphics();
        var transform = AffineTransform.getTranslateInstance(width / 2.0, height / 2.0);
        transform.quadrantRotate(turns);
        transform.translate(-picture.getWidth() / 2.0, -picture.getHeight() / 2.0);
        graphics.drawImage(picture, transform, null);
        graphics.dispose();
        return turned;
    }
}
