package org.docchat.web.model;

import jakarta.json.Json;
import jakarta.json.JsonNumber;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The tokenizer of BERT's uncased models: words are cleaned, lower-cased and stripped of accents, then cut greedily
 * into the longest pieces that the vocabulary has.
 *
 * @see <a href="https://arxiv.org/abs/1810.04805">BERT, section 3</a>
 */
final class WordPiece {
    private static final int LONGEST_WORD = 100;

    private final Map<String, Integer> vocabulary;
    private final int unknown;
    private final int first;
    private final int last;

    private WordPiece(Map<String, Integer> vocabulary) {
        this.vocabulary = vocabulary;
        this.unknown = id("[UNK]");
        this.first = id("[CLS]");
        this.last = id("[SEP]");
    }

    /** Reads the vocabulary from a Hugging Face {@code tokenizer.json}. */
    static WordPiece of(Path tokenizerJson) throws IOException {
        try (var reader = Json.createReader(Files.newBufferedReader(tokenizerJson))) {
            var entries = reader.readObject().getJsonObject("model").getJsonObject("vocab");
            var vocabulary = new HashMap<String, Integer>(entries.size() * 2);
            entries.forEach((piece, id) -> vocabulary.put(piece, ((JsonNumber) id).intValue()));
            return new WordPiece(vocabulary);
        }
    }

    private int id(String piece) {
        var id = vocabulary.get(piece);
        if (id == null) {
            throw new IllegalArgumentException("the vocabulary lacks " + piece);
        }
        return id;
    }

    /** How many pieces a text has. */
    int count(String text) {
        return pieces(text, Integer.MAX_VALUE).length;
    }

    /** The ids of a text's first pieces between the two that frame every text. */
    long[] encode(String text, int mostPieces) {
        var pieces = pieces(text, mostPieces);
        var ids = new long[pieces.length + 2];
        ids[0] = first;
        System.arraycopy(pieces, 0, ids, 1, pieces.length);
        ids[ids.length - 1] = last;
        return ids;
    }

    private long[] pieces(String text, int most) {
        var cleaned = clean(text);
        var ids = new long[Math.min(most, Math.max(16, cleaned.length() / 3))];
        int count = 0;
        int at = 0;
        while (at < cleaned.length() && count < most) {
            int c = cleaned.codePointAt(at);
            int end = at + Character.charCount(c);
            if (Character.isWhitespace(c)) {
                at = end;
                continue;
            }
            if (!standsAlone(c)) {
                while (end < cleaned.length()) {
                    int next = cleaned.codePointAt(end);
                    if (Character.isWhitespace(next) || standsAlone(next)) {
                        break;
                    }
                    end += Character.charCount(next);
                }
            }
            if (count + (end - at) > ids.length) {
                ids = Arrays.copyOf(ids, Math.max(ids.length * 2, count + (end - at)));
            }
            count = cut(cleaned.substring(at, end), ids, count);
            at = end;
        }
        return Arrays.copyOf(ids, Math.min(count, most));
    }

    /** Appends the pieces of one word; a word that cannot be cut into known pieces is one unknown. */
    private int cut(String word, long[] ids, int count) {
        if (word.codePointCount(0, word.length()) > LONGEST_WORD) {
            ids[count] = unknown;
            return count + 1;
        }
        int next = count;
        int start = 0;
        while (start < word.length()) {
            Integer id = null;
            int end = word.length();
            for (; end > start; end--) {
                id = vocabulary.get(start == 0 ? word.substring(0, end) : "##" + word.substring(start, end));
                if (id != null) {
                    break;
                }
            }
            if (id == null) {
                ids[count] = unknown;
                return count + 1;
            }
            ids[next++] = id;
            start = end;
        }
        return next;
    }

    private static String clean(String text) {
        var kept = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            if (c == '\t' || c == '\n' || c == '\r' || Character.getType(c) == Character.SPACE_SEPARATOR) {
                kept.append(' ');
            } else if (c != 0 && c != 0xFFFD && !isControl(c)) {
                kept.appendCodePoint(c);
            }
        });
        // Accents are decided after decomposition, and dropped.
        var decomposed = Normalizer.normalize(kept, Normalizer.Form.NFD);
        var plain = new StringBuilder(decomposed.length());
        decomposed
                .codePoints()
                .filter(c -> Character.getType(c) != Character.NON_SPACING_MARK)
                // One by one: of a whole text, a sigma's lower case would depend on where it stands.
                .map(Character::toLowerCase)
                .forEach(plain::appendCodePoint);
        return plain.toString();
    }

    private static boolean isControl(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE -> true;
            default -> false;
        };
    }

    /** Punctuation and Chinese characters are words of their own. */
    private static boolean standsAlone(int c) {
        if ((c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) || (c >= 123 && c <= 126)) {
            return true;
        }
        return switch (Character.getType(c)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> isChinese(c);
        };
    }

    private static boolean isChinese(int c) {
        return (c >= 0x4E00 && c <= 0x9FFF)
                || (c >= 0x3400 && c <= 0x4DBF)
                || (c >= 0x20000 && c <= 0x2A6DF)
                || (c >= 0x2A700 && c <= 0x2CEAF)
                || (c >= 0xF900 && c <= 0xFAFF)
                || (c >= 0x2F800 && c <= 0x2FA1F);
    }
}
