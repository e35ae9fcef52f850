package org.docchat.web.api;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;
import org.eclipse.microprofile.openapi.annotations.servers.Server;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Where the REST API begins. */
@ApplicationPath("/api/v1")
@OpenAPIDefinition(
        info =
                @Info(
                        title = "DocChat",
                        version = "1",
                        description = "Upload documents, ask questions, get answers made of evidence from them."
                                + " Lists answer `{\"items\":[…],\"nextCursor\":null|\"…\"}`; errors are RFC 9457"
                                + " `application/problem+json` with a stable `code`."),
        // As it is reached, whatever this node is called inside.
        servers = @Server(url = "/"),
        security = @SecurityRequirement(name = "bearer"),
        tags = {
            @Tag(name = "Identity"),
            @Tag(name = "Collections"),
            @Tag(name = "Documents"),
            @Tag(name = "Search and answers")
        })
@SecurityScheme(
        securitySchemeName = "bearer",
        type = SecuritySchemeType.HTTP,
        scheme = "bearer",
        description = "A token from `POST /api/v1/login` or an API key (`dck_…`).")
public class Api extends Application {
    @Override
    public Map<String, Object> getProperties() {
        // OPTIONS answers the methods; the description is /openapi.
        return Map.of("jersey.config.server.wadl.disableWadl", true);
    }
}
