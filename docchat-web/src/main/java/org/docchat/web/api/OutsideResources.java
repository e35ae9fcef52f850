package org.docchat.web.api;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import org.docchat.web.security.Problem;

/** Programs are answered in their language where no resource is, and people who look for the API find its pages. */
@WebFilter(
        urlPatterns = {"/api/*", "/v1/*", "/mcp"},
        asyncSupported = true)
public class OutsideResources extends HttpFilter {
    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        var path = request.getRequestURI().substring(request.getContextPath().length());
        if (path.equals("/api") || path.equals("/api/")) {
            response.setStatus(HttpServletResponse.SC_FOUND);
            response.setHeader("Location", request.getContextPath() + "/api/index.html");
            return;
        }
        chain.doFilter(request, new HttpServletResponseWrapper(response) {
            @Override
            public void sendError(int status) throws IOException {
                sendError(status, "");
            }

            @Override
            public void sendError(int status, String message) throws IOException {
                var code = status == 404 ? "not_found" : "error_" + status;
                Problem.of(status, code, Problem.title(status) + ".")
                        .answer(request, (HttpServletResponse) getResponse());
            }
        });
    }
}
