package org.docchat.web.interop;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import org.docchat.web.api.Problems;
import org.docchat.web.security.Problem;

/** Says what went wrong in the form that OpenAI's clients read. */
@Provider
public class OpenAiErrors implements ExceptionMapper<Throwable> {
    @Override
    public Response toResponse(Throwable thrown) {
        return Problems.response(thrown, MediaType.APPLICATION_JSON, Problem::openAi);
    }
}
