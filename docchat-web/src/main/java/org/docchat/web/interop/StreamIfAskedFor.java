package org.docchat.web.interop;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.Provider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** OpenAI's clients say in the body whether they want a stream; a method is chosen by what the header accepts. */
@Provider
@PreMatching
public class StreamIfAskedFor implements ContainerRequestFilter {
    private static final int MOST_BYTES = 1 << 20;

    @Override
    public void filter(ContainerRequestContext request) throws IOException {
        if (!request.getMethod().equals("POST")) {
            return;
        }
        var body = request.getEntityStream().readNBytes(MOST_BYTES + 1);
        if (body.length > MOST_BYTES) {
            throw new ClientErrorException(413);
        }
        request.setEntityStream(new ByteArrayInputStream(body));
        var json = object(body);
        boolean streams = json != null && json.get("stream") == JsonValue.TRUE;
        request.getHeaders()
                .putSingle(HttpHeaders.ACCEPT, streams ? MediaType.SERVER_SENT_EVENTS : MediaType.APPLICATION_JSON);
    }

    /** Null for what is no JSON object: the method that is chosen says so. */
    private static @Nullable JsonObject object(byte[] body) {
        try (var reader = Json.createReader(new ByteArrayInputStream(body))) {
            return reader.readValue() instanceof JsonObject object ? object : null;
        } catch (JsonException e) {
            return null;
        }
    }
}
