package org.docchat.query;

import java.nio.ByteBuffer;

/**
 * Signatures as a search compares them: sixty-four bits at a time.
 *
 * @param words how many of {@code signs} a passage has
 * @param passages their ids
 * @param signs of each passage in turn; behind the last dimension they are 0
 */
record SignatureBlock(int words, long[] passages, long[] signs) {
    /** Of a signature as it is stored: the passage's id, and how many bits follow. */
    private static final int HEAD = Long.BYTES + Integer.BYTES;

    /** @param sent as {@code signature_block.signatures} (029-signatures.sql) */
    static SignatureBlock of(byte[] sent, int dimensions) {
        int bytes = (dimensions + 7) / 8;
        int words = words(dimensions);
        int size = sent.length / (HEAD + bytes);
        var passages = new long[size];
        var signs = new long[size * words];
        for (int i = 0, at = 0; i < size; i++, at += HEAD + bytes) {
            passages[i] = ByteBuffer.wrap(sent, at, Long.BYTES).getLong();
            for (int b = 0; b < bytes; b++) {
                signs[i * words + b / 8] |= (sent[at + HEAD + b] & 0xffL) << 56 - 8 * (b % 8);
            }
        }
        return new SignatureBlock(words, passages, signs);
    }

    static int words(int dimensions) {
        return (dimensions + 63) / 64;
    }

    long bytes() {
        return Long.BYTES * ((long) passages.length + signs.length);
    }
}
