package org.docchat.ingest.extract;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A line of a PDF page as displayed, in points from the page's upper left corner. PDF knows neither lines nor words;
 * these are found by where the glyphs stand.
 */
final class PdfLine {
    private static final String ENDS_SENTENCE = ".!?:;。！？";

    /** A word with its box and the look of its letters. */
    record Word(String text, float x0, float y0, float x1, float y1, float size, boolean bold, boolean mono) {
        Word withText(String other) {
            return new Word(other, x0, y0, x1, y1, size, bold, mono);
        }
    }

    private final List<Word> words;
    private final float x0;
    private final float y0;
    private final float x1;
    private final float y1;
    private final float size;
    private final boolean bold;
    private final boolean mono;
    private final int characters;

    PdfLine(List<Word> words) {
        this.words = List.copyOf(words);
        float left = Float.MAX_VALUE;
        float top = Float.MAX_VALUE;
        float right = -Float.MAX_VALUE;
        float bottom = -Float.MAX_VALUE;
        float sizes = 0;
        int all = 0;
        int boldOnes = 0;
        int monoOnes = 0;
        for (Word word : words) {
            int length = word.text().length();
            left = Math.min(left, word.x0());
            top = Math.min(top, word.y0());
            right = Math.max(right, word.x1());
            bottom = Math.max(bottom, word.y1());
            sizes += word.size() * length;
            all += length;
            boldOnes += word.bold() ? length : 0;
            monoOnes += word.mono() ? length : 0;
        }
        x0 = left;
        y0 = top;
        x1 = right;
        y1 = bottom;
        characters = all;
        size = sizes / all;
        bold = boldOnes >= all * 0.9;
        mono = monoOnes >= all * 0.8;
    }

    List<Word> words() {
        return words;
    }

    float x0() {
        return x0;
    }

    float y0() {
        return y0;
    }

    float x1() {
        return x1;
    }

    float y1() {
        return y1;
    }

    /** Of the font, as displayed, in points. */
    float size() {
        return size;
    }

    boolean bold() {
        return bold;
    }

    boolean mono() {
        return mono;
    }

    int characters() {
        return characters;
    }

    String text() {
        return words.stream().map(Word::text).collect(Collectors.joining(" "));
    }

    boolean endsSentence() {
        String last = words.get(words.size() - 1).text();
        return ENDS_SENTENCE.indexOf(last.charAt(last.length() - 1)) >= 0;
    }

    /** Whether a gap between words is so wide that they stand in different columns of a table. */
    boolean isRow() {
        for (int i = 1; i < words.size(); i++) {
            if (isGapBefore(i)) {
                return true;
            }
        }
        return false;
    }

    boolean isGapBefore(int word) {
        return words.get(word).x0() - words.get(word - 1).x1() > 1.6f * size;
    }

    boolean sharesColumnWith(PdfLine other) {
        return Math.min(x1, other.x1) - Math.max(x0, other.x0) > 0;
    }
}
