package org.docchat.ingest.extract;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.docchat.ingest.extract.PdfGlyphs.PageLines;

/**
 * The order in which the lines of a page are read. Mostly it is the order of painting; where that jumps up and down,
 * the page is cut along its widest gaps instead (recursive XY-cut), columns before rows.
 */
final class ReadingOrder {
    private static final int DEEPEST = 20;

    private ReadingOrder() {}

    static List<PdfLine> of(PageLines page) {
        List<PdfLine> lines = page.lines();
        int jumps = 0;
        for (int i = 1; i < lines.size(); i++) {
            PdfLine line = lines.get(i);
            PdfLine last = lines.get(i - 1);
            if (line.y1() < last.y0() && line.sharesColumnWith(last)) {
                jumps++;
            }
        }
        if (jumps <= 2 || jumps * 8 < lines.size()) {
            return lines;
        }
        var ordered = new ArrayList<PdfLine>(lines.size());
        cut(lines, ordered, 0);
        return ordered;
    }

    private static void cut(List<PdfLine> lines, List<PdfLine> ordered, int depth) {
        if (lines.size() > 1 && depth < DEEPEST) {
            float size = lines.get(lines.size() / 2).size();
            double column = gap(lines, PdfLine::x0, PdfLine::x1, size);
            if (!Double.isNaN(column) && isColumns(lines, column)) {
                cut(lines.stream().filter(line -> line.x0() < column).toList(), ordered, depth + 1);
                cut(lines.stream().filter(line -> line.x0() >= column).toList(), ordered, depth + 1);
                return;
            }
            double row = gap(lines, PdfLine::y0, PdfLine::y1, size * 0.4f);
            if (!Double.isNaN(row)) {
                cut(lines.stream().filter(line -> line.y0() < row).toList(), ordered, depth + 1);
                cut(lines.stream().filter(line -> line.y0() >= row).toList(), ordered, depth + 1);
                return;
            }
        }
        lines.stream()
                .sorted(Comparator.comparingDouble((PdfLine line) -> Math.round(line.y1() / 3))
                        .thenComparingDouble(PdfLine::x0))
                .forEach(ordered::add);
    }

    private static boolean isColumns(List<PdfLine> lines, double at) {
        long left = lines.stream().filter(line -> line.x0() < at).count();
        return left >= 2 && lines.size() - left >= 2;
    }

    private interface Edge {
        float of(PdfLine line);
    }

    /** Where the widest gap ends that no line crosses; NaN if none is as wide as asked. */
    private static double gap(List<PdfLine> lines, Edge from, Edge to, float width) {
        var sorted = new ArrayList<>(lines);
        sorted.sort(Comparator.comparingDouble(from::of));
        float end = to.of(sorted.get(0));
        float widest = width;
        double at = Double.NaN;
        for (PdfLine line : sorted) {
            float gap = from.of(line) - end;
            if (gap > widest) {
                widest = gap;
                at = from.of(line);
            }
            end = Math.max(end, to.of(line));
        }
        return at;
    }
}
