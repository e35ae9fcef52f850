package org.docchat.ingest.extract;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.docchat.ingest.extract.ExtractedText.Kind;
import org.docchat.ingest.extract.PdfGlyphs.PageLines;
import org.docchat.ingest.extract.PdfParagraphs.Paragraph;
import org.jspecify.annotations.Nullable;

/** Writes paragraphs word by word, so that each word's box keeps its exact place in the text. */
final class PdfWriter {
    private final TextBuilder builder;
    private final Set<String> hyphenated;

    PdfWriter(TextBuilder builder, Set<String> hyphenated) {
        this.builder = builder;
        this.hyphenated = hyphenated;
    }

    /**
     * Lines joined, words that were parted at their ends mended.
     *
     * @param kind null for text that is no block
     * @param page null where boxes are not wanted
     */
    void prose(Paragraph paragraph, @Nullable Kind kind, int level, @Nullable PageLines page) {
        int start = builder.length();
        List<PdfLine> lines = paragraph.lines();
        for (int i = 0; i < lines.size(); i++) {
            List<PdfLine.Word> words = lines.get(i).words();
            String next = i + 1 < lines.size() ? lines.get(i + 1).words().get(0).text() : "";
            for (int j = 0; j < words.size(); j++) {
                boolean last = j == words.size() - 1;
                String text = words.get(j).text();
                String following = last ? next : words.get(j + 1).text();
                if (last && isParted(text, next)) {
                    boolean keep = hyphenated.contains(lettersOf(text + next));
                    word(keep ? text : text.substring(0, text.length() - 1), words.get(j), page);
                } else {
                    word(text, words.get(j), page);
                    if (!following.isEmpty() && isSpaceBetween(text, following)) {
                        builder.append(" ");
                    }
                }
            }
        }
        finish(kind, level, start);
    }

    /** One line of a table; the gaps between its columns become bars. */
    void row(Paragraph paragraph, @Nullable PageLines page) {
        int start = builder.length();
        for (PdfLine line : paragraph.lines()) {
            for (int i = 0; i < line.words().size(); i++) {
                if (i > 0) {
                    builder.append(line.isGapBefore(i) ? " | " : " ");
                }
                word(line.words().get(i).text(), line.words().get(i), page);
            }
        }
        boolean header = paragraph.first().bold();
        finish(header ? Kind.TABLE_HEADER : Kind.TABLE_ROW, 0, start);
    }

    /** Lines as they stand, with their indentation. */
    void code(Paragraph paragraph, @Nullable PageLines page) {
        int start = builder.length();
        float left = Float.MAX_VALUE;
        for (PdfLine line : paragraph.lines()) {
            left = Math.min(left, line.x0());
        }
        for (PdfLine line : paragraph.lines()) {
            if (builder.length() > start) {
                builder.append("\n");
            }
            PdfLine.Word before = null;
            for (PdfLine.Word word : line.words()) {
                float width = Math.max(
                        1,
                        (word.x1() - word.x0())
                                / word.text().codePointCount(0, word.text().length()));
                float gap = before == null ? word.x0() - left : word.x0() - before.x1();
                int spaces = Math.min(80, Math.round(gap / width));
                builder.append(" ".repeat(Math.max(before == null ? 0 : 1, spaces)));
                word(word.text(), word, page);
                before = word;
            }
        }
        finish(Kind.CODE, 0, start);
    }

    private void finish(@Nullable Kind kind, int level, int start) {
        if (kind == null) {
            builder.append("\n");
        } else {
            builder.close(kind, level, start);
        }
    }

    private void word(String text, PdfLine.Word word, @Nullable PageLines page) {
        if (page == null || page.width() <= 0 || page.height() <= 0) {
            builder.append(text);
            return;
        }
        float[] box = {
            word.x0() / page.width(), word.y0() / page.height(), word.x1() / page.width(), word.y1() / page.height()
        };
        for (int i = 0; i < page.turns(); i++) {
            box = new float[] {1 - box[3], box[0], 1 - box[1], box[2]};
        }
        float x0 = fraction(box[0]);
        float y0 = fraction(box[1]);
        float x1 = fraction(box[2]);
        float y1 = fraction(box[3]);
        if (x1 > x0 && y1 > y0 && !text.isEmpty()) {
            builder.word(text, x0, y0, x1 - x0, y1 - y0);
        } else {
            // Beyond the edge of the page: text, but nowhere to mark it.
            builder.append(text);
        }
    }

    private static float fraction(float value) {
        return value > 0 ? Math.min(1, value) : 0;
    }

    /** Letters and hyphens only, in lower case. */
    static String lettersOf(String word) {
        return word.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}-]", "");
    }

    private static boolean isParted(String text, String next) {
        int length = text.length();
        return length > 2
                && !next.isEmpty()
                && (text.charAt(length - 1) == '-' || text.charAt(length - 1) == '\u2010')
                && Character.isLetter(text.charAt(length - 2))
                && Character.isLowerCase(next.codePointAt(0));
    }

    private static boolean isSpaceBetween(String text, String next) {
        return !PdfGlyphs.isWrittenWithoutSpaces(text.codePointBefore(text.length()))
                || !PdfGlyphs.isWrittenWithoutSpaces(next.codePointAt(0));
    }
}
