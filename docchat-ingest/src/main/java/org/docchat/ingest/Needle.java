package org.docchat.ingest;

import java.nio.charset.StandardCharsets;

/** Looks for one pattern in bytes that pass by (Knuth, Morris and Pratt). */
final class Needle {
    private final byte[] pattern;
    private final int[] fallback;
    private int matched;
    private boolean found;

    private Needle(byte[] pattern) {
        this.pattern = pattern;
        this.fallback = new int[pattern.length + 1];
        for (int i = 1, length = 0; i < pattern.length; i++) {
            while (length > 0 && pattern[i] != pattern[length]) {
                length = fallback[length];
            }
            if (pattern[i] == pattern[length]) {
                length++;
            }
            fallback[i + 1] = length;
        }
    }

    /** The name of a stream in an OLE container. */
    static Needle utf16(String name) {
        return new Needle((name + "\0").getBytes(StandardCharsets.UTF_16LE));
    }

    void update(byte[] bytes, int offset, int count) {
        for (int i = offset; i < offset + count && !found; i++) {
            while (matched > 0 && pattern[matched] != bytes[i]) {
                matched = fallback[matched];
            }
            if (pattern[matched] == bytes[i]) {
                matched++;
            }
            found = matched == pattern.length;
        }
    }

    boolean isFound() {
        return found;
    }
}
