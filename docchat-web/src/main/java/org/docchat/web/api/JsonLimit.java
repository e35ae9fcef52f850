package org.docchat.web.api;

import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads no more than a megabyte into JSON, of an evaluation's questions eight; documents, which come as streams, have a limit of their own. */
@Provider
public class JsonLimit implements ReaderInterceptor {
    private static final long MOST_BYTES = 1 << 20;
    private static final long MOST_BYTES_OF_QUESTIONS = 8 << 20;

    @Override
    public Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
        if (context.getType() != InputStream.class) {
            context.setInputStream(new Limited(
                    context.getInputStream(),
                    context.getType() == Bodies.NewEvaluation.class ? MOST_BYTES_OF_QUESTIONS : MOST_BYTES));
        }
        return context.proceed();
    }

    private static final class Limited extends FilterInputStream {
        private long left;

        Limited(InputStream in, long most) {
            super(in);
            left = most;
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            count(Math.max(read, 0));
            return read;
        }

        private void count(int bytes) {
            left -= bytes;
            if (left < 0) {
                throw new ClientErrorException(413);
            }
        }
    }
}
