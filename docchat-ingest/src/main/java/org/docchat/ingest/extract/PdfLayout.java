package org.docchat.ingest.extract;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.docchat.ingest.extract.ExtractedText.Kind;
import org.docchat.ingest.extract.PdfGlyphs.PageLines;
import org.docchat.ingest.extract.PdfParagraphs.Paragraph;
import org.docchat.ingest.extract.PdfParagraphs.Shape;
import org.jspecify.annotations.Nullable;

/** Makes of lines what a reader sees: headings, paragraphs, lists, tables, listings. */
final class PdfLayout {
    private static final int LONGEST_HEADING = 200;
    private static final int OFTEN = 4;

    private final List<PageLines> pages;
    private final PdfOutline outline;
    private final String @Nullable [] labels;
    private final TextBuilder builder;
    private final PdfWriter writer;
    private final float bodySize;
    private final Map<Integer, Integer> levels = new HashMap<>();
    private final Map<String, Integer> titles = new HashMap<>();

    PdfLayout(List<PageLines> pages, PdfOutline outline, String @Nullable [] labels, TextBuilder builder) {
        this.pages = pages;
        this.outline = outline;
        this.labels = labels;
        this.builder = builder;
        this.bodySize = mostFrequentSize();
        this.writer = new PdfWriter(builder, hyphenatedWords());
    }

    void compose(boolean paged) {
        var paragraphs = new PdfParagraphs(RunningLines.of(pages), leading());
        var byPage = new ArrayList<List<Paragraph>>();
        for (PageLines page : pages) {
            byPage.add(paragraphs.of(ReadingOrder.of(page)));
        }
        learnLevels(byPage);
        for (int i = 0; i < pages.size(); i++) {
            PageLines page = pages.get(i);
            if (paged) {
                builder.page(label(i));
            }
            for (Paragraph paragraph : byPage.get(i)) {
                write(paragraph, paged ? page : null);
            }
        }
    }

    private @Nullable String label(int page) {
        String label = labels != null && page < labels.length ? labels[page] : null;
        return label == null || label.equals(String.valueOf(page + 1)) ? null : label;
    }

    private void write(Paragraph paragraph, @Nullable PageLines page) {
        int level = headingLevel(paragraph);
        if (level > 0) {
            writer.prose(paragraph, Kind.HEADING, level, page);
            return;
        }
        switch (paragraph.shape()) {
            case PROSE -> writer.prose(paragraph, Kind.PARAGRAPH, 0, page);
            case ITEM -> writer.prose(paragraph, Kind.LIST_ITEM, 1, page);
            case ROW -> writer.row(paragraph, page);
            case CODE -> writer.code(paragraph, page);
            case ASIDE -> writer.prose(paragraph, null, 0, page);
        }
    }

    private int headingLevel(Paragraph paragraph) {
        int marked = markedLevel(paragraph);
        if (marked > 0) {
            return marked;
        }
        return isHeadingByLooks(paragraph) && !isLabel(paragraph) ? levels.getOrDefault(look(paragraph), 6) : 0;
    }

    /** "Note", "Warning", "Example": what stands over many paragraphs heads no section. */
    private boolean isLabel(Paragraph paragraph) {
        return titles.getOrDefault(text(paragraph), 0) >= OFTEN;
    }

    private int markedLevel(Paragraph paragraph) {
        if (!mayBeHeading(paragraph)
                || !(paragraph.first().bold() || paragraph.first().size() > bodySize * 1.05f)) {
            return 0;
        }
        return outline.level(text(paragraph));
    }

    private static boolean mayBeHeading(Paragraph paragraph) {
        boolean shaped = paragraph.shape() == Shape.PROSE
                || (paragraph.shape() == Shape.ITEM && paragraph.first().size() > 0)
                || (paragraph.shape() == Shape.ROW && paragraph.lines().size() == 1);
        return shaped
                && paragraph.lines().size() <= 4
                && paragraph.lines().stream().mapToInt(PdfLine::characters).sum() <= LONGEST_HEADING;
    }

    private boolean isHeadingByLooks(Paragraph paragraph) {
        if (!mayBeHeading(paragraph) || paragraph.shape() == Shape.ROW) {
            return false;
        }
        PdfLine first = paragraph.first();
        boolean large = first.size() >= bodySize * 1.12f;
        boolean bold = first.bold()
                && first.size() >= bodySize * 0.95f
                && paragraph.lines().size() <= 2;
        if (!large && !bold) {
            return false;
        }
        String text = text(paragraph);
        char end = text.charAt(text.length() - 1);
        long letters = text.codePoints().filter(Character::isLetter).count();
        return letters >= 2 && letters * 2 >= text.length() * 0.8 && end != '.' && end != ',' && end != ';';
    }

    private static String text(Paragraph paragraph) {
        var text = new StringBuilder();
        for (PdfLine line : paragraph.lines()) {
            text.append(text.isEmpty() ? "" : " ").append(line.text());
        }
        return text.toString();
    }

    /** Size and weight in one number, so that the more prominent is the greater. */
    private static int look(Paragraph paragraph) {
        PdfLine first = paragraph.first();
        return Math.round(first.size() * 2) * 2 + (first.bold() ? 1 : 0);
    }

    /** What the outline names tells how deep headings of the same look are; the rest follow by prominence. */
    private void learnLevels(List<List<Paragraph>> byPage) {
        var votes = new TreeMap<Integer, int[]>();
        for (List<Paragraph> page : byPage) {
            for (Paragraph paragraph : page) {
                if (isHeadingByLooks(paragraph)) {
                    titles.merge(text(paragraph), 1, Integer::sum);
                }
            }
        }
        for (List<Paragraph> page : byPage) {
            for (Paragraph paragraph : page) {
                int marked = markedLevel(paragraph);
                if (marked > 0 || (isHeadingByLooks(paragraph) && !isLabel(paragraph))) {
                    votes.computeIfAbsent(look(paragraph), look -> new int[7])[Math.min(6, marked)]++;
                }
            }
        }
        int level = 0;
        for (var entry : votes.descendingMap().entrySet()) {
            int[] marked = entry.getValue();
            int best = 0;
            for (int i = 1; i < marked.length; i++) {
                best = marked[i] > 0 && (best == 0 || marked[i] > marked[best]) ? i : best;
            }
            level = best > 0 ? best : Math.min(6, level + 1);
            levels.put(entry.getKey(), level);
        }
    }

    private float mostFrequentSize() {
        var sizes = new HashMap<Integer, Integer>();
        pages.forEach(page -> page.lines()
                .forEach(line -> sizes.merge(Math.round(line.size() * 2), line.characters(), Integer::sum)));
        return sizes.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(entry -> entry.getKey() / 2f)
                .orElse(10f);
    }

    /** The usual distance from line to line, in sizes of the font. */
    private float leading() {
        var steps = new HashMap<Integer, Integer>();
        for (PageLines page : pages) {
            PdfLine last = null;
            for (PdfLine line : page.lines()) {
                if (last != null && last.sharesColumnWith(line) && Math.abs(line.size() - bodySize) < 0.6f) {
                    float step = (line.y1() - last.y1()) / line.size();
                    if (step > 0.8f && step < 3) {
                        steps.merge(Math.round(step * 20), 1, Integer::sum);
                    }
                }
                last = line;
            }
        }
        return steps.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(entry -> entry.getKey() / 20f)
                .orElse(1.2f);
    }

    /** Words that the document itself writes with a hyphen within a line: they keep it at a line's end. */
    private Set<String> hyphenatedWords() {
        var words = new HashSet<String>();
        for (PageLines page : pages) {
            for (PdfLine line : page.lines()) {
                for (PdfLine.Word word : line.words()) {
                    int hyphen = word.text().indexOf('-');
                    if (hyphen > 0 && hyphen < word.text().length() - 1 && words.size() < 100_000) {
                        words.add(PdfWriter.lettersOf(word.text()));
                    }
                }
            }
        }
        return words;
    }
}
