package org.docchat.web.api;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The body of a request; tells a client that went away from a disk or database that fails. */
final class Upload extends FilterInputStream {
    /** The client's side failed, not ours. */
    static final class Broken extends IOException {
        Broken(IOException cause) {
            super(cause);
        }
    }

    Upload(InputStream in) {
        super(in);
    }

    @Override
    public int read() throws IOException {
        try {
            return super.read();
        } catch (IOException e) {
            throw new Broken(e);
        }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            return super.read(buffer, offset, length);
        } catch (IOException e) {
            throw new Broken(e);
        }
    }
}
