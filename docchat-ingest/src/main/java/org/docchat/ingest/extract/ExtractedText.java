package org.docchat.ingest.extract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The text of one file in reading order. The extracted text of a document is the concatenation of its pages' texts;
 * every offset that DocChat stores or shows counts UTF-16 units in it.
 *
 * @param pages in order; formats without pages have one, with number 0
 * @param notes what a reader should know: "Pages 3–7 are images and were not read."
 */
public record ExtractedText(List<Page> pages, List<String> notes) {

    /**
     * A page, slide or sheet.
     *
     * @param number 1-based; 0 for formats without pages
     * @param label what the document calls it, such as a sheet's name or "iv"; null where it says nothing
     * @param text without U+0000 and lone surrogates; ends with a line feed unless empty, so that pages can be joined
     * @param blocks in order, without overlaps, offsets in {@code text}; what no block covers is not worth a passage
     *     (running headers and footers, page numbers)
     * @param words the boxes of the words, in the order of their offsets; empty for formats without a layout
     */
    public record Page(int number, @Nullable String label, String text, List<Block> blocks, List<Word> words) {}

    /**
     * A unit of structure.
     *
     * @param level 1 to 6 for headings, nesting depth for list items, otherwise 0
     */
    public record Block(Kind kind, int level, int start, int end) {}

    /** What a block is. */
    public enum Kind {
        HEADING,
        PARAGRAPH,
        LIST_ITEM,
        /** The row that names a table's columns. */
        TABLE_HEADER,
        /** One row; cells are separated by " | ". */
        TABLE_ROW,
        CODE
    }

    /**
     * A word's box, in fractions of the page's width and height from its upper left corner, as displayed.
     *
     * @param start offset in the page's text
     */
    public record Word(int start, int end, float x, float y, float width, float height) {}
}
