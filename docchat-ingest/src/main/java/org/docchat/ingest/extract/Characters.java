package org.docchat.ingest.extract;

import java.text.Normalizer;

/** What may stand in extracted text: composed Unicode that PostgreSQL stores and that a page shows as it is stored. */
final class Characters {
    private Characters() {}

    /**
     * Removes what cannot be stored (U+0000, lone surrogates), what nobody sees (controls, zero-width spaces, soft
     * hyphens) and what reorders the text around it (bidirectional overrides); folds spaces of any width into the
     * space, line ends into the line feed, and ligatures into their letters.
     */
    static String clean(String text) {
        if (isPlain(text)) {
            return text;
        }
        var clean = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (c == '\r') {
                if (i == text.length() || text.charAt(i) != '\n') {
                    clean.append('\n');
                }
            } else if (c == '\u2028' || c == '\u2029' || c == '\u0085') {
                clean.append('\n');
            } else if (Character.getType(c) == Character.SPACE_SEPARATOR) {
                clean.append(' ');
            } else if (c >= 0xFB00 && c <= 0xFB06) {
                clean.append(Normalizer.normalize(Character.toString(c), Normalizer.Form.NFKC));
            } else if (!isDropped(c)) {
                clean.appendCodePoint(c);
            }
        }
        return Normalizer.isNormalized(clean, Normalizer.Form.NFC)
                ? clean.toString()
                : Normalizer.normalize(clean, Normalizer.Form.NFC);
    }

    /** On one line: runs of white space become one space, none at the ends. */
    static String fold(String text) {
        var folded = new StringBuilder(text.length());
        boolean space = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ' ' || c == '\n' || c == '\t') {
                space = !folded.isEmpty();
            } else {
                if (space) {
                    folded.append(' ');
                    space = false;
                }
                folded.append(c);
            }
        }
        return folded.toString();
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 0x7e || (c < ' ' && c != '\n' && c != '\t')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDropped(int c) {
        if (c == '\n' || c == '\t') {
            return false;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.SURROGATE -> true;
            default ->
                c == 0x00AD
                        || c == 0x200B
                        || c == 0x2060
                        || c == 0xFEFF
                        || (c >= 0x202A && c <= 0x202E)
                        || (c >= 0x2066 && c <= 0x2069)
                        || (c & 0xFFFE) == 0xFFFE
                        || (c >= 0xFFF9 && c <= 0xFFFB);
        };
    }
}
