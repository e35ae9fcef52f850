package org.docchat.ingest.extract;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Gathers the lines of a page into paragraphs, list items, table rows and listings. */
final class PdfParagraphs {
    private static final Pattern BULLET = Pattern.compile("[•●○◦▪▫■□‣⁃∙·*–—-]|\\(?(\\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]");
    private static final Pattern LEADER = Pattern.compile(".*(\\. ?){4,}\\s*[\\divxlc]{1,6}");

    enum Shape {
        PROSE,
        ITEM,
        ROW,
        CODE,
        /** Headers, footers, lines of a table of contents: text that is evidence of nothing. */
        ASIDE
    }

    record Paragraph(Shape shape, List<PdfLine> lines) {
        PdfLine first() {
            return lines.get(0);
        }

        PdfLine last() {
            return lines.get(lines.size() - 1);
        }
    }

    private final Set<PdfLine> running;
    private final float leading;

    /** @param leading from line to line within the prose of this document, in sizes of its font */
    PdfParagraphs(Set<PdfLine> running, float leading) {
        this.running = running;
        this.leading = leading;
    }

    List<Paragraph> of(List<PdfLine> lines) {
        var paragraphs = new ArrayList<Paragraph>();
        // A running line may be painted between two lines of one paragraph.
        for (PdfLine line : lines) {
            if (running.contains(line)) {
                paragraphs.add(new Paragraph(Shape.ASIDE, List.of(line)));
            }
        }
        Paragraph open = null;
        for (int i = 0; i < lines.size(); i++) {
            PdfLine line = lines.get(i);
            if (running.contains(line)) {
                continue;
            }
            Shape shape = shape(lines, i);
            if (open == null || isBreak(open, shape, line, lines)) {
                open = new Paragraph(shape, new ArrayList<>());
                paragraphs.add(open);
            }
            open.lines().add(line);
        }
        return paragraphs;
    }

    private Shape shape(List<PdfLine> lines, int i) {
        PdfLine line = lines.get(i);
        if (line.mono()) {
            return Shape.CODE;
        }
        if (LEADER.matcher(line.text()).matches()) {
            return Shape.ASIDE;
        }
        if (isItem(line)) {
            return Shape.ITEM;
        }
        boolean row = line.isRow() && (isRowNear(lines, i - 1, line) || isRowNear(lines, i + 1, line));
        return row ? Shape.ROW : Shape.PROSE;
    }

    private boolean isRowNear(List<PdfLine> lines, int i, PdfLine line) {
        return i >= 0
                && i < lines.size()
                && lines.get(i).isRow()
                && Math.abs(lines.get(i).y1() - line.y1()) < 3 * leading * line.size();
    }

    private static boolean isItem(PdfLine line) {
        return line.words().size() > 1
                && BULLET.matcher(line.words().get(0).text()).matches();
    }

    private boolean isBreak(Paragraph open, Shape shape, PdfLine line, List<PdfLine> lines) {
        PdfLine last = open.last();
        if (shape == Shape.ITEM || shape == Shape.ROW || shape == Shape.ASIDE || open.shape() == Shape.ROW) {
            return true;
        }
        float step = (line.y1() - last.y1()) / line.size();
        if (shape == Shape.CODE || open.shape() == Shape.CODE) {
            return shape != open.shape() || step < 0 || step > 2 * leading;
        }
        if (open.shape() == Shape.ASIDE) {
            return true;
        }
        boolean sizeChanges = Math.abs(line.size() - last.size()) > Math.max(0.6f, 0.08f * last.size());
        if (sizeChanges || line.bold() != last.bold()) {
            return true;
        }
        if (step < 0 || !line.sharesColumnWith(last)) {
            // The next column: mid-sentence, the paragraph goes on.
            return last.endsSentence() || !startsLowerCase(line);
        }
        return step < 0.4f || step > 1.3f * leading || isIndented(open, line) || isShort(last, line, lines);
    }

    private static boolean startsLowerCase(PdfLine line) {
        return Character.isLowerCase(line.words().get(0).text().codePointAt(0));
    }

    private static boolean isIndented(Paragraph open, PdfLine line) {
        float by = line.x0() - open.last().x0();
        float em = line.size();
        if (open.shape() == Shape.ITEM) {
            return by < -0.5f * em;
        }
        if (open.lines().size() == 1) {
            return Math.abs(by) > 0.8f * em && open.last().endsSentence();
        }
        return Math.abs(by) > 0.8f * em && open.last().endsSentence();
    }

    /** Whether the last line ends a sentence well before the right edge of its column. */
    private static boolean isShort(PdfLine last, PdfLine line, List<PdfLine> lines) {
        if (!last.endsSentence() || startsLowerCase(line)) {
            return false;
        }
        float edge = last.x1();
        for (PdfLine other : lines) {
            if (Math.abs(other.x0() - last.x0()) < 3 * last.size()) {
                edge = Math.max(edge, other.x1());
            }
        }
        return last.x1() < edge - 0.2f * (edge - last.x0());
    }
}
