package org.docchat.web.api;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.docchat.web.security.Problem;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.tags.Tag;

/** Completes what the server finds out about the resources by itself; named in microprofile-config.properties. */
public class ApiDescription implements OASFilter {
    private static final String UPLOADS = "/api/v1/collections/{id}/documents";
    private static final String ASK_SEVERAL = "Ask several collections";

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
        responses.addAPIResponse("default", problemResponse());
        return operation;
    }

    /** They are read as texts, so that a wrong one is refused by its name; what is right is described here. */
    @Override
    public Parameter filterParameter(Parameter parameter) {
        if (parameter.getIn() == Parameter.In.QUERY) {
            switch (parameter.getName()) {
                case "limit" ->
                    parameter.setSchema(
                            number(1).maximum(BigDecimal.valueOf(200)).defaultValue(50));
                case "version", "page" -> parameter.setSchema(number(1));
                case "start", "end" -> parameter.required(true).setSchema(number(0));
                case "since" -> parameter.setSchema(text().format("date-time"));
                default -> {}
            }
        }
        return parameter;
    }

    private static Schema number(int least) {
        return OASFactory.createSchema().type(Schema.SchemaType.INTEGER).minimum(BigDecimal.valueOf(least));
    }

    @Override
    public Schema filterSchema(Schema schema) {
        RecordSchemas.tidy(schema);
        return schema;
    }

    /** An example that an annotation gives is found as a body of any type beside the one that is read. */
    private static void tidyBody(Operation operation) {
        var body = operation.getRequestBody();
        var content = body == null ? null : body.getContent();
        if (content != null
                && content.getMediaType("*/*") != null
                && content.getMediaTypes().size() > 1) {
            var any = content.getMediaType("*/*");
            content.removeMediaType("*/*");
            content.getMediaTypes().values().forEach(type -> {
                if (type.getExample() == null) {
                    type.setExample(any.getExample());
                }
            });
        }
    }

    /** Methods without a result are found as answering some object. */
    private static boolean isEmpty(APIResponse response) {
        var content = response.getContent();
        var json = content == null ? null : content.getMediaType("application/json");
        var schema = json == null ? null : json.getSchema();
        return schema != null
                && schema.getRef() == null
                && (schema.getProperties() == null || schema.getProperties().isEmpty());
    }

    @Override
    public void filterOpenAPI(OpenAPI openApi) {
        openApi.getComponents().addSchema("Problem", problem());
        var schemas = openApi.getComponents().getSchemas();
        RecordSchemas.complete(schemas);
        openApi.getPaths().getPathItems().values().stream()
                .flatMap(item -> item.getOperations().values().stream())
                .flatMap(operation -> operation.getResponses().getAPIResponses().values().stream())
                .filter(response -> response.getContent() != null)
                .flatMap(response -> response.getContent().getMediaTypes().values().stream())
                .forEach(body -> RecordSchemas.refer(body, schemas));
        // Once for each class that has it, says the server; the first has the description.
        var tags = new LinkedHashMap<String, Tag>();
        for (var tag : openApi.getTags()) {
            tags.merge(tag.getName(), tag, (one, other) -> one.getDescription() == null ? other : one);
        }
        openApi.setTags(List.copyOf(tags.values()));
        var paths = openApi.getPaths();
        paths.getPathItems().values().stream()
                .flatMap(item -> item.getOperations().values().stream())
                .forEach(ApiDescription::tidyBody);
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
        paths.addPathItem("/api/v1/answers", answers(ASK_SEVERAL));
        paths.addPathItem(
                "/api/v1/collections/{id}/answers",
                answers("Ask a collection")
                        .addParameter(OASFactory.createParameter()
                                .name("id")
                                .in(Parameter.In.PATH)
                                .required(true)
                                .schema(text())));
        paths.addPathItem(
                "/v1/chat/completions",
                called(
                        "OpenAI",
                        "Answer a chat from a collection",
                        "As OpenAI's API has it, also with `\"stream\":true`. The answer has `outcome`, `evidence`,"
                                + " `citations`, `writer` and, where there is something to know, `notice` besides. In a stream the text comes once its citations are checked.",
                        Map.of(
                                "model",
                                "Policies",
                                "messages",
                                List.of(Map.of("role", "user", "content", "How long do refunds take?")))));
        paths.addPathItem(
                "/mcp",
                called(
                        "MCP",
                        "Speak the Model Context Protocol",
                        "Streamable HTTP without sessions. Tools: `list_collections`, `search`, `ask`, `read_passage`.",
                        Map.of("jsonrpc", "2.0", "id", 1, "method", "tools/list")));
        paths.getPathItems().forEach((path, item) -> {
            // They have forms of their own for what goes wrong.
            if (path.startsWith("/v1/") || path.equals("/mcp")) {
                item.getOperations().values().forEach(operation -> operation
                        .getResponses()
                        .addAPIResponse(
                                "default",
                                OASFactory.createAPIResponse()
                                        .description("An error, as the protocol has it")
                                        .content(content("application/json", object())
                                                .addMediaType(
                                                        Problem.MEDIA_TYPE,
                                                        OASFactory.createMediaType()
                                                                .schema(OASFactory.createSchema()
                                                                        .ref("Problem"))))));
            }
        });
        // A template of OpenAPI has no pattern.
        var raw = paths.getPathItem(UPLOADS + "/{name: .+}");
        if (raw != null) {
            paths.removePathItem(UPLOADS + "/{name: .+}");
            paths.addPathItem(UPLOADS + "/{name}", raw);
        }
    }

    /** A protocol that others describe. */
    private static PathItem called(String tag, String summary, String description, Object example) {
        return OASFactory.createPathItem()
                .POST(OASFactory.createOperation()
                        .addTag(tag)
                        .summary(summary)
                        .description(description)
                        .requestBody(OASFactory.createRequestBody()
                                .required(true)
                                .content(OASFactory.createContent()
                                        .addMediaType(
                                                "application/json",
                                                OASFactory.createMediaType()
                                                        .schema(object())
                                                        .example(example))))
                        .responses(OASFactory.createAPIResponses()
                                .addAPIResponse(
                                        "200",
                                        OASFactory.createAPIResponse()
                                                .description("The answer")
                                                .content(content("application/json", object())))
                                .addAPIResponse("default", problemResponse())));
    }

    /** The server finds no method that answers later, nor two on one path. */
    private static PathItem answers(String summary) {
        var question = object().addProperty("question", text())
                .addProperty("conversationId", text().nullable(true).description("Null or absent begins a new one"))
                .addProperty("asOf", text().nullable(true).format("date-time"))
                .addProperty(
                        "standaloneQuestion",
                        text().nullable(true)
                                .description("What to search for; null or absent: the question, and of the conversation"
                                        + " before it what the question leans on"))
                .addRequired("question");
        if (summary.equals(ASK_SEVERAL)) {
            question.addProperty(
                            "collections",
                            OASFactory.createSchema()
                                    .type(Schema.SchemaType.ARRAY)
                                    .items(text()))
                    .addRequired("collections");
        }
        var answer = content("application/json", OASFactory.createSchema().ref("GivenAnswer"))
                .addMediaType("text/event-stream", OASFactory.createMediaType().schema(text()));
        var post = OASFactory.createOperation()
                .addTag("Search and answers")
                .summary(summary)
                .description(
                        "With `Accept: text/event-stream`: `passages`, `token` …, then `answer`, `error` or `shutdown`."
                                + " A chat model stops when whoever listens or waits has gone. An answer as JSON that takes"
                                + " longer than eight seconds begins with spaces, which JSON allows; what fails after that is"
                                + " a problem as the body of a 200.")
                .requestBody(OASFactory.createRequestBody()
                        .required(true)
                        .content(OASFactory.createContent()
                                .addMediaType(
                                        "application/json",
                                        OASFactory.createMediaType()
                                                .schema(question)
                                                .example(Map.of("question", "How long do refunds take?")))))
                .responses(OASFactory.createAPIResponses()
                        .addAPIResponse(
                                "200",
                                OASFactory.createAPIResponse()
                                        .description("The answer")
                                        .content(answer))
                        .addAPIResponse("default", problemResponse()));
        return OASFactory.createPathItem().POST(post);
    }

    private static APIResponse problemResponse() {
        return OASFactory.createAPIResponse()
                .description("A problem")
                .content(content(Problem.MEDIA_TYPE, OASFactory.createSchema().ref("Problem")));
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
