package org.docchat.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.docchat.domain.Sentences;
import org.docchat.ingest.extract.ExtractedText.Kind;

/**
 * The least that a passage is made of: a sentence, a row, a line of code, a heading; or, of a sentence too long for
 * any passage, as many words as fit.
 *
 * @param page index of the page
 * @param start offset in the concatenated text
 * @param tokens that it takes in the embedding model
 * @param opens whether its block begins with it
 * @param blockTokens of the whole block
 */
record Piece(Kind kind, int level, int page, int start, int end, int tokens, boolean opens, int blockTokens) {

    /** Cuts blocks into pieces. */
    static final class Cutter {
        /** A word longer than this is none: it is cut, so that counting its tokens stays cheap. */
        private static final int LONGEST_WORD = 64;

        private final ToIntFunction<String> tokens;
        private final int most;

        /** @param most tokens of a piece */
        Cutter(ToIntFunction<String> tokens, int most) {
            this.tokens = tokens;
            this.most = most;
        }

        int count(String text) {
            return tokens.applyAsInt(text);
        }

        List<Piece> cut(Kind kind, int level, int page, int offset, String text) {
            var pieces = new ArrayList<Piece>();
            switch (kind) {
                case HEADING, TABLE_HEADER, TABLE_ROW -> add(pieces, kind, level, page, offset, text, 0, text.length());
                case CODE -> {
                    for (int start = 0; start < text.length(); ) {
                        int end = text.indexOf('\n', start);
                        int next = end < 0 ? text.length() : end + 1;
                        add(pieces, kind, level, page, offset, text, start, next);
                        start = next;
                    }
                }
                case PARAGRAPH, LIST_ITEM -> {
                    for (Sentences.Range sentence : Sentences.of(text)) {
                        add(pieces, kind, level, page, offset, text, sentence.start(), sentence.end());
                    }
                }
            }
            int sum = pieces.stream().mapToInt(Piece::tokens).sum();
            return pieces.stream()
                    .map(p -> new Piece(p.kind, p.level, p.page, p.start, p.end, p.tokens, p.opens, sum))
                    .toList();
        }

        private void add(
                List<Piece> pieces, Kind kind, int level, int page, int offset, String text, int from, int to) {
            int start = from;
            int end = to;
            while (start < end && Character.isWhitespace(text.charAt(start)) && kind != Kind.CODE) {
                start++;
            }
            while (start < end && Character.isWhitespace(text.charAt(end - 1))) {
                end--;
            }
            if (start == end) {
                return;
            }
            // What has few characters cannot have many tokens; only what is long is counted word by word.
            int count = end - start <= most * 2 ? tokens.applyAsInt(text.substring(start, end)) : most + 1;
            if (count <= most) {
                pieces.add(new Piece(kind, level, page, offset + start, offset + end, count, pieces.isEmpty(), 0));
            } else {
                addWords(pieces, kind, level, page, offset, text, start, end);
            }
        }

        private void addWords(
                List<Piece> pieces, Kind kind, int level, int page, int offset, String text, int from, int to) {
            int start = from;
            int end = from;
            int sum = 0;
            while (end < to) {
                int next = wordEnd(text, end, to);
                int count = tokens.applyAsInt(text.substring(end, next));
                if (sum + count > most && end > start) {
                    pieces.add(new Piece(kind, level, page, offset + start, offset + end, sum, pieces.isEmpty(), 0));
                    start = end;
                    sum = 0;
                }
                sum += count;
                end = next;
            }
            if (!text.substring(start, end).isBlank()) {
                pieces.add(new Piece(kind, level, page, offset + start, offset + end, sum, pieces.isEmpty(), 0));
            }
        }

        /** Behind the white space that follows the word. */
        private static int wordEnd(String text, int start, int limit) {
            int end = start;
            while (end < limit && end - start < LONGEST_WORD && !Character.isWhitespace(text.charAt(end))) {
                end++;
            }
            while (end < limit && end - start < 2 * LONGEST_WORD && Character.isWhitespace(text.charAt(end))) {
                end++;
            }
            if (end < limit && Character.isLowSurrogate(text.charAt(end))) {
                end++;
            }
            return end;
        }
    }
}
