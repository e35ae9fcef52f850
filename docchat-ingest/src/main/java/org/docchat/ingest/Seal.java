package org.docchat.ingest;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * Ends a stream with the SHA-256 of everything before it, in 64 hexadecimal digits, so that a changed byte anywhere is
 * seen. In a zip they are its comment: the zip announces one of that length, and the seal writes over it.
 */
final class Seal extends FilterOutputStream {
    static final int LENGTH = 64;
    /** What must stand where the seal is to be. */
    static final String BLANK = "0".repeat(LENGTH);

    private final MessageDigest digest = Uploads.sha256();
    private final byte[] last = new byte[LENGTH];
    private int held;

    Seal(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int passing = Math.max(0, held + length - LENGTH);
        int fromHeld = Math.min(held, passing);
        pass(last, 0, fromHeld);
        System.arraycopy(last, fromHeld, last, 0, held - fromHeld);
        held -= fromHeld;
        pass(bytes, offset, passing - fromHeld);
        int kept = length - (passing - fromHeld);
        System.arraycopy(bytes, offset + length - kept, last, held, kept);
        held += kept;
    }

    private void pass(byte[] bytes, int offset, int length) throws IOException {
        digest.update(bytes, offset, length);
        out.write(bytes, offset, length);
    }

    /** Writes the seal in the place of the last bytes. Without it, what was written is void. */
    void finish() throws IOException {
        out.write(HexFormat.of().formatHex(digest.digest()).getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }
}
