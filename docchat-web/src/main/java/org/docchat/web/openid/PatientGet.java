package org.docchat.web.openid;

import java.io.IOException;
import java.time.Duration;
import org.jose4j.http.SimpleGet;
import org.jspecify.annotations.Nullable;

/**
 * Asks the provider for something, but not again for a while after it failed: else whoever sends tokens that name
 * unknown keys would have each request wait for a provider that is away.
 */
final class PatientGet implements SimpleGet {
    private final ProviderHttp http;
    private final long pauseNanos;
    private volatile @Nullable Failed failed;

    private record Failed(IOException why, long since) {}

    PatientGet(ProviderHttp http, Duration pause) {
        this.http = http;
        pauseNanos = pause.toNanos();
    }

    /** @throws IOException if it cannot be had, or could not a moment ago */
    @Override
    public ProviderHttp.Reply get(String address) throws IOException {
        var last = failed;
        if (last != null && System.nanoTime() - last.since() < pauseNanos) {
            throw new IOException("the provider did not answer a moment ago", last.why());
        }
        try {
            var reply = http.get(address);
            if (reply.status() != 200) {
                throw new IOException("the provider answers with status " + reply.status());
            }
            failed = null;
            return reply;
        } catch (IOException e) {
            failed = new Failed(e, System.nanoTime());
            throw e;
        }
    }
}
