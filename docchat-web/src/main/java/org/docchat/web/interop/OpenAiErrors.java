package org.docchat.web.interop;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import org.docchat.web.api.Problems;

/** Says what went wrong in the form that OpenAI's clients read. */
@Provider
public class OpenAiErrors implements ExceptionMapper<Throwable> {
    @Override
    public Response toResponse(Throwable thrown) {
        var response = new Problems().toResponse(thrown);
        var problem = Problems.of(thrown);
        return Response.fromResponse(response)
                .status(problem.status())
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(problem.openAi().toString())
                .build();
    }
}
