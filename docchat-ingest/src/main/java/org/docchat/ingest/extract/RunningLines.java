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

    private RunningLines() {}

    static Set<PdfLine> of(List<PageLines> pages) {
        Set<PdfLine> running = Collections.newSetFromMap(new IdentityHashMap<>());
        Map<String, List<PdfLine>> alike = new HashMap<>();
        Map<Integer, List<PdfLine>> apart = new HashMap<>();
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
                int height = Math.round(line.y1() / 4);
                alike.computeIfAbsent(height + pattern(line.text()), key -> new ArrayList<>())
                        .add(line);
                if (isApart(byHeight, i, top)) {
                    apart.computeIfAbsent(height, key -> new ArrayList<>()).add(line);
                }
            }
        }
        int many = Math.max(FEWEST, pages.size() / 10);
        alike.values().stream().filter(lines -> lines.size() >= many).forEach(running::addAll);
        int most = Math.max(FEWEST, pages.size() / 2);
        apart.values().stream().filter(lines -> lines.size() >= most).forEach(running::addAll);
        return running;
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
