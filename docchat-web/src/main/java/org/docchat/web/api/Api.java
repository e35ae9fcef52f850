package org.docchat.web.api;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Map;
import java.util.Set;
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
            @Tag(name = "Search and answers"),
            @Tag(name = "Administration"),
            @Tag(name = "Evaluations", description = "How well a collection answers."),
            @Tag(name = "OpenAI", description = "For clients of OpenAI's API: a model is a collection."),
            @Tag(name = "MCP", description = "For clients of the Model Context Protocol.")
        })
@SecurityScheme(
        securitySchemeName = "bearer",
        type = SecuritySchemeType.HTTP,
        scheme = "bearer",
        description = "A token from `POST /api/v1/login` or an API key (`dck_…`).")
public class Api extends Application {
    /** Named one by one, as other applications of this WAR speak other protocols. */
    @Override
    public Set<Class<?>> getClasses() {
        return Set.of(
                AnswersResource.class,
                AnswersResource.InCollection.class,
                ApiKeysResource.class,
                AuditResource.class,
                CollectionsResource.class,
                ConversationsResource.class,
                DocumentsResource.class,
                EmbeddingModelResource.class,
                EvaluationsResource.class,
                FeedbackResource.class,
                GroupsResource.class,
                IdentityResource.class,
                ProgressResource.class,
                ProgressResource.OfCollection.class,
                SearchResource.class,
                SearchResource.InCollection.class,
                TraceResource.class,
                TraceResource.Replay.class,
                UploadsResource.class,
                UsersResource.class,
                ApiJson.class,
                JsonLimit.class,
                UnwantedBody.class,
                Problems.class);
    }

    @Override
    public Map<String, Object> getProperties() {
        // OPTIONS answers the methods; the description is /openapi.
        return Map.of("jersey.config.server.wadl.disableWadl", true);
    }
}
