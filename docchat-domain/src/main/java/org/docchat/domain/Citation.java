package org.docchat.domain;

/**
 * The evidence for a statement: words that stand in a passage.
 *
 * @param number as it stands in the answer's text: {@code [1]}, {@code [2]} …
 * @param passage the passage that holds the quote
 * @param quote an exact substring of the passage's text
 * @param start first character of the quote in the extracted text of the document's version
 * @param page the 1-based page on which the quote begins; 0 for formats without pages
 */
public record Citation(int number, Passage passage, String quote, int start, int page) {
    public Citation {
        if (number < 1) {
            throw new IllegalArgumentException("citations count from 1: " + number);
        }
        int offset = start - passage.location().start();
        if (quote.isBlank() || offset < 0 || !passage.text().startsWith(quote, offset)) {
            throw new IllegalArgumentException("the quote of citation " + number + " does not stand in its passage");
        }
    }

    /** Behind the last character of the quote in the extracted text. */
    public int end() {
        return start + quote.length();
    }
}
