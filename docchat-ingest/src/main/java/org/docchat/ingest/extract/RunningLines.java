package org.docchat.ingest.extract;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.docchat.ingest.extract.PdfGlyphs.PageLines;

/** Finds what stands on every page and says nothing: running headers and footers, page numbers. */
final class RunningLines {
    private static final float MARGIN = 0.13f;
    private static final int FEWEST = 3;
    /** In points: paper does not lie on the glass alike each time. */
    private static final float ALIKE = 6;

    private RunningLines() {}

    static Set<PdfLine> of(List<PageLines> pages) {
        Set<PdfLine> running = Collections.newSetFromMap(new IdentityHashMap<>());
        Map<String, List<PdfLine>> alike = new HashMap<>();
        List<PdfLine> apart = new ArrayList<>();
        for (PageLines page : pages) {
            var byHeight = new ArrayList<>(page.lines());
            byHeight.sort(Comparator.comparingDouble(PdfLine::y0));
            for (int i = 0; i < byHeight.size(); i++) {
                PdfLine line = byHeight.get(i);
                boolean top = line.y1() < page.height() * MARGIN;
                boolean bottom = line.y0() > page.height() * (1 - MARGIN);
                if (!top && !bottom) {
                    continue;
                }
                alike.computeIfAbsent(pattern(line.text()), key -> new ArrayList<>())
                        .add(line);
                if (isApart(byHeight, i, top)) {
                    apart.add(line);
                }
            }
        }
        int many = Math.max(FEWEST, pages.size() / 10);
        alike.values().forEach(lines -> addLevel(lines, many, running));
        addLevel(apart, Math.max(FEWEST, pages.size() / 2), running);
        return running;
    }

    /** Adds the lines that stand as high on the page as so many others. */
    private static void addLevel(List<PdfLine> lines, int many, Set<PdfLine> running) {
        var byHeight = new ArrayList<>(lines);
        byHeight.sort(Comparator.comparingDouble(PdfLine::y1));
        int from = 0;
        int to = 0;
        for (PdfLine line : byHeight) {
            while (byHeight.get(from).y1() < line.y1() - ALIKE) {
                from++;
            }
            while (to < byHeight.size() && byHeight.get(to).y1() <= line.y1() + ALIKE) {
                to++;
            }
            if (to - from >= many) {
                running.add(line);
            }
        }
    }

    /** The same on every page but for its numbers. */
    private static String pattern(String text) {
        String pattern = text.replaceAll("\\d+", "#");
        return pattern.matches("[ivxlc]+") ? "#" : pattern;
    }

    /** Whether the line is the outermost and further from the next one than lines of a paragraph are. */
    private static boolean isApart(List<PdfLine> byHeight, int i, boolean top) {
        PdfLine line = byHeight.get(i);
        int step = top ? 1 : -1;
        for (int j = i - step; j >= 0 && j < byHeight.size(); j -= step) {
            if (!onOneLine(byHeight.get(j), line)) {
                return false;
            }
        }
        for (int j = i + step; j >= 0 && j < byHeight.size(); j += step) {
            PdfLine next = byHeight.get(j);
            if (!onOneLine(next, line)) {
                float gap = top ? next.y0() - line.y1() : line.y0() - next.y1();
                return gap > line.size() * 0.7f;
            }
        }
        return byHeight.size() == 1;
    }

    private static boolean onOneLine(PdfLine a, PdfLine b) {
        return Math.abs(a.y1() - b.y1()) < Math.max(a.size(), b.size()) * 0.5f;
    }
}
