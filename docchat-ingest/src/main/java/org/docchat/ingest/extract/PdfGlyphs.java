package org.docchat.ingest.extract;

import java.io.IOException;
import java.io.Writer;
import java.text.Bidi;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.text.PDFTextStripper;
import org.apache.pdfbox.text.TextPosition;
import org.apache.pdfbox.util.Matrix;

/**
 * Collects the lines of each page in the order in which the file paints them, which in what typesetters and word
 * processors write is the order of reading.
 */
final class PdfGlyphs extends PDFTextStripper {
    private static final String SOFT_HYPHEN = "\u00ad";
    private static final String HYPHEN = "\u2010";

    static final float ASCENT = 0.78f;
    static final float DESCENT = 0.22f;

    /**
     * A page turned so that its text is upright, which it need not be as displayed.
     *
     * @param width in points
     * @param turns by 90 degrees clockwise from this position to that in which the page is displayed
     */
    record PageLines(
            int number,
            float width,
            float height,
            int turns,
            List<PdfLine> lines,
            boolean hasPictures,
            boolean damaged) {

        PageLines asDamaged() {
            return new PageLines(number, width, height, turns, lines, hasPictures, true);
        }

        /** With what is read after turning the page as displayed, by quarters clockwise. */
        PageLines read(int quarters, List<PdfLine> found) {
            boolean swapped = quarters % 2 == 1;
            return new PageLines(
                    number,
                    swapped ? height : width,
                    swapped ? width : height,
                    (4 - quarters) % 4,
                    found,
                    hasPictures,
                    damaged);
        }
    }

    private record Look(boolean bold, boolean mono) {}

    private final Consumer<PageLines> consumer;
    private final Map<PDFont, Look> looks = new IdentityHashMap<>();
    private List<PdfLine> lines = new ArrayList<>();
    private List<PdfLine.Word> words = new ArrayList<>();
    /** Whether the latest word ended with a hyphen that is one at the end of a line only. */
    private boolean endsParted;

    private float cropWidth;
    private float cropHeight;
    private int rotation;
    /** By direction, in quarters of a turn. */
    private int[] glyphs = new int[4];

    private PdfGlyphs(Consumer<PageLines> consumer) {
        this.consumer = consumer;
        setSortByPosition(false);
        // Justified lines are set with spaces narrower than the defaults expect.
        setSpacingTolerance(0.4f);
        setAverageCharTolerance(0.25f);
    }

    static void read(PDDocument document, Consumer<PageLines> consumer) throws IOException {
        new PdfGlyphs(consumer).writeText(document, Writer.nullWriter());
    }

    @Override
    public void processPage(PDPage page) throws IOException {
        int displayed = Math.floorMod(page.getRotation() / 90 * 90, 360);
        boolean damaged = read(page, displayed);
        int upright = mostGlyphsRun();
        if (upright != displayed) {
            // Lines are found in upright text only: what stands on its side falls into letters.
            damaged |= read(page, upright);
        }
        boolean portrait = rotation % 180 == 0;
        consumer.accept(new PageLines(
                getCurrentPageNo(),
                portrait ? cropWidth : cropHeight,
                portrait ? cropHeight : cropWidth,
                Math.floorMod(displayed - rotation, 360) / 90,
                lines,
                hasPictures(page),
                damaged));
    }

    /** The direction of most of the page's text, in degrees; as displayed where there is none. */
    private int mostGlyphsRun() {
        int best = rotation;
        for (int degrees = 0; degrees < 360; degrees += 90) {
            if (glyphs[degrees / 90] > glyphs[best / 90]) {
                best = degrees;
            }
        }
        return best;
    }

    /** Whether the page turned out to be damaged. */
    private boolean read(PDPage page, int turned) throws IOException {
        lines = new ArrayList<>();
        words = new ArrayList<>();
        glyphs = new int[4];
        PDRectangle crop = page.getCropBox();
        cropWidth = crop.getWidth();
        cropHeight = crop.getHeight();
        rotation = turned;
        page.setRotation(turned);
        try {
            super.processPage(page);
            return false;
        } catch (IOException | RuntimeException e) {
            if (Formats.isOurs(e)) {
                throw e;
            }
            // The other pages may be sound.
            e.printStackTrace();
            return true;
        } finally {
            endLine();
        }
    }

    private static boolean hasPictures(PDPage page) {
        var resources = page.getResources();
        return resources != null && resources.getXObjectNames().iterator().hasNext();
    }

    @Override
    protected void writeString(String text, List<TextPosition> positions) {
        endsParted = text.stripTrailing().endsWith(SOFT_HYPHEN);
        String clean = Characters.fold(Characters.clean(text));
        if (clean.isEmpty() || positions.isEmpty()) {
            return;
        }
        int degrees = Math.round(positions.get(0).getDir());
        glyphs[Math.floorMod(degrees, 360) / 90] += positions.size();
        String[] parts = clean.split(" ");
        List<List<TextPosition>> places = parted(positions);
        if (parts.length > 1 && parts.length == places.size() && isLeftToRight(clean)) {
            for (int i = 0; i < parts.length; i++) {
                add(parts[i], places.get(i));
            }
        } else {
            add(clean, positions);
        }
    }

    /** Programs that set spaces as glyphs give a whole line as if it were one word. */
    private static List<List<TextPosition>> parted(List<TextPosition> positions) {
        var parts = new ArrayList<List<TextPosition>>();
        List<TextPosition> open = null;
        for (TextPosition position : positions) {
            String glyph = position.getUnicode();
            if (glyph == null || Characters.clean(glyph).isBlank()) {
                open = null;
            } else {
                if (open == null) {
                    open = new ArrayList<>();
                    parts.add(open);
                }
                open.add(position);
            }
        }
        return parts;
    }

    private static boolean isLeftToRight(String text) {
        char[] characters = text.toCharArray();
        return !Bidi.requiresBidi(characters, 0, characters.length);
    }

    private void add(String clean, List<TextPosition> positions) {
        if (clean.length() == positions.size() && clean.codePoints().anyMatch(PdfGlyphs::isWrittenWithoutSpaces)) {
            // A whole line of Chinese would be one word: mark its characters one by one.
            for (int i = 0; i < clean.length(); i++) {
                words.add(word(clean.substring(i, i + 1), positions.subList(i, i + 1)));
            }
        } else {
            words.add(word(clean, positions));
        }
    }

    static boolean isWrittenWithoutSpaces(int codePoint) {
        return switch (Character.UnicodeScript.of(codePoint)) {
            case HAN, HIRAGANA, KATAKANA -> true;
            default -> false;
        };
    }

    @Override
    protected void writeLineSeparator() {
        endLine();
    }

    @Override
    protected void writeWordSeparator() {
        // Words are apart anyway.
    }

    @Override
    protected void writeParagraphEnd() {
        endLine();
    }

    @Override
    protected void endArticle() {
        endLine();
    }

    private void endLine() {
        if (!words.isEmpty()) {
            if (endsParted) {
                var last = words.remove(words.size() - 1);
                words.add(last.withText(last.text() + HYPHEN));
            }
            lines.add(new PdfLine(words));
            words = new ArrayList<>();
        }
    }

    private PdfLine.Word word(String text, List<TextPosition> positions) {
        float[] box = {Float.MAX_VALUE, Float.MAX_VALUE, -Float.MAX_VALUE, -Float.MAX_VALUE};
        for (TextPosition position : positions) {
            include(box, position);
        }
        TextPosition first = positions.get(0);
        Look look = looks.computeIfAbsent(first.getFont(), PdfGlyphs::look);
        return new PdfLine.Word(text, box[0], box[1], box[2], box[3], size(first), look.bold(), look.mono());
    }

    private void include(float[] box, TextPosition position) {
        Matrix matrix = position.getTextMatrix();
        float size = size(position);
        float upX = matrix.getShearX();
        float upY = matrix.getScaleY();
        float length = (float) Math.hypot(upX, upY);
        upX = length == 0 ? 0 : upX / length * size;
        upY = length == 0 ? size : upY / length * size;
        float x = matrix.getTranslateX();
        float y = matrix.getTranslateY();
        corner(box, x + ASCENT * upX, y + ASCENT * upY);
        corner(box, x - DESCENT * upX, y - DESCENT * upY);
        corner(box, position.getEndX() + ASCENT * upX, position.getEndY() + ASCENT * upY);
        corner(box, position.getEndX() - DESCENT * upX, position.getEndY() - DESCENT * upY);
    }

    /** From the page's own coordinates, which go up, to those of the page as turned, which go down. */
    private void corner(float[] box, float x, float y) {
        float right =
                switch (rotation) {
                    case 90 -> y;
                    case 180 -> cropWidth - x;
                    case 270 -> cropHeight - y;
                    default -> x;
                };
        float down =
                switch (rotation) {
                    case 90 -> x;
                    case 180 -> y;
                    case 270 -> cropWidth - x;
                    default -> cropHeight - y;
                };
        box[0] = Math.min(box[0], right);
        box[1] = Math.min(box[1], down);
        box[2] = Math.max(box[2], right);
        box[3] = Math.max(box[3], down);
    }

    private static float size(TextPosition position) {
        Matrix matrix = position.getTextMatrix();
        float size = (float) Math.hypot(matrix.getShearX(), matrix.getScaleY());
        // Type 3 fonts scale as they like; the height of the glyph is some measure then.
        return size >= 1 && size <= 500 ? size : Math.max(1, Math.min(500, position.getHeight() * 1.4f));
    }

    private static Look look(PDFont font) {
        String name = String.valueOf(font.getName()).toLowerCase(Locale.ROOT);
        var descriptor = font.getFontDescriptor();
        boolean bold = name.contains("bold")
                || name.contains("black")
                || name.contains("heavy")
                || name.contains("cmbx")
                || (descriptor != null && (descriptor.isForceBold() || descriptor.getFontWeight() >= 600));
        boolean mono = name.contains("mono")
                || name.contains("courier")
                || name.contains("consol")
                || name.contains("typewriter")
                || name.contains("cmtt")
                || (descriptor != null && descriptor.isFixedPitch());
        return new Look(bold, mono);
    }
}
