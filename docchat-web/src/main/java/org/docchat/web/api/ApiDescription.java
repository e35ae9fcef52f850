package org.docchat.web.api;

import org.docchat.web.security.Problem;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/** Completes what the server finds out about the resources by itself; named in microprofile-config.properties. */
public class ApiDescription implements OASFilter {
    private static final String UPLOADS = "/api/v1/collections/{id}/documents";

    @Override
    public Operation filterOperation(Operation operation) {
        var responses = operation.getResponses();
        var found = responses.getAPIResponse("default");
        if (found != null) {
            responses.removeAPIResponse("default");
            if (isEmpty(found)) {
                responses.addAPIResponse("204", OASFactory.createAPIResponse().description("Done"));
            } else {
                responses.addAPIResponse("200", found.description("What was asked for"));
            }
        }
        responses.addAPIResponse(
                "default",
                OASFactory.createAPIResponse()
                        .description("A problem")
                        .content(content(
                                Problem.MEDIA_TYPE, OASFactory.createSchema().ref("Problem"))));
        return operation;
    }

    /** Methods without a result are found as answering some object. */
    private static boolean isEmpty(APIResponse response) {
        var content = response.getContent();
        var json = content == null ? null : content.getMediaType("application/json");
        var schema = json == null ? null : json.getSchema();
        return schema != null && schema.getRef() == null && schema.getProperties() == null;
    }

    @Override
    public void filterOpenAPI(OpenAPI openApi) {
        openApi.getComponents().addSchema("Problem", problem());
        var paths = openApi.getPaths();
        var uploads = paths.getPathItem(UPLOADS);
        if (uploads != null && uploads.getPOST() != null) {
            uploads.getPOST()
                    .setRequestBody(OASFactory.createRequestBody()
                            .required(true)
                            .content(content(
                                    "multipart/form-data",
                                    object().addProperty(
                                                    "file",
                                                    text().format("binary").description("Any number of parts"))
                                            .addRequired("file"))));
        }
        // A template of OpenAPI has no pattern.
        var raw = paths.getPathItem(UPLOADS + "/{name: .+}");
        if (raw != null) {
            paths.removePathItem(UPLOADS + "/{name: .+}");
            paths.addPathItem(UPLOADS + "/{name}", raw);
        }
    }

    private static Schema problem() {
        return object().description("RFC 9457")
                .addProperty("type", text())
                .addProperty("title", text())
                .addProperty("status", OASFactory.createSchema().type(Schema.SchemaType.INTEGER))
                .addProperty("detail", text().description("What happened and what to do"))
                .addProperty("instance", text().description("The incident's id, also in the log"))
                .addProperty("code", text().description("Stable, such as unsupported_media_type"));
    }

    private static Schema object() {
        return OASFactory.createSchema().type(Schema.SchemaType.OBJECT);
    }

    private static Schema text() {
        return OASFactory.createSchema().type(Schema.SchemaType.STRING);
    }

    private static Content content(String mediaType, Schema schema) {
        return OASFactory.createContent()
                .addMediaType(mediaType, OASFactory.createMediaType().schema(schema));
    }
}
