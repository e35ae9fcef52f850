package org.docchat.web.api;

import jakarta.json.bind.JsonbBuilder;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.jspecify.annotations.Nullable;

/** What the server does not see in our records: what may be null, and what is a time. */
final class RecordSchemas {
    private static final Map<String, Class<?>> ANSWERS = Stream.of(
                    Views.class,
                    TraceViews.class,
                    EvaluationViews.class,
                    AuditResource.class,
                    EmbeddingModelResource.class)
            .flatMap(type -> Arrays.stream(type.getDeclaredClasses()))
            .filter(Class::isRecord)
            .collect(Collectors.toMap(Class::getSimpleName, type -> type));

    private RecordSchemas() {}

    /** Completes the schemas of what is answered. */
    static void complete(Map<String, Schema> schemas) {
        schemas.forEach((name, schema) -> {
            var type = ANSWERS.get(name);
            if (type != null && schema.getProperties() != null) {
                for (var component : type.getRecordComponents()) {
                    var property = schema.getProperties().get(component.getName());
                    if (property != null) {
                        schema.addProperty(component.getName(), completed(property, component));
                    }
                }
            }
        });
    }

    /** A copy, which an annotation that names the class makes, becomes what it is a copy of. */
    static void refer(MediaType body, Map<String, Schema> schemas) {
        var copy = body.getSchema();
        if (copy != null && copy.getRef() == null && copy.getProperties() != null) {
            schemas.entrySet().stream()
                    .filter(schema -> ANSWERS.containsKey(schema.getKey())
                            && schema.getValue().getProperties() != null
                            && schema.getValue()
                                    .getProperties()
                                    .keySet()
                                    .equals(copy.getProperties().keySet()))
                    .findFirst()
                    .ifPresent(
                            schema -> body.setSchema(OASFactory.createSchema().ref(schema.getKey())));
        }
    }

    private static Schema completed(Schema property, RecordComponent component) {
        var schema = component.getType() == Instant.class
                ? OASFactory.createSchema().type(Schema.SchemaType.STRING).format("date-time")
                : property;
        if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
            return schema;
        }
        // Beside a reference nothing else counts.
        return schema.getRef() == null
                ? schema.nullable(true)
                : OASFactory.createSchema().nullable(true).allOf(List.of(schema));
    }

    /** An annotation sets all that it does not name, to limits that nothing keeps; its example is a text. */
    static void tidy(Schema schema) {
        if (Integer.valueOf(0).equals(schema.getMaxProperties())) {
            schema.setMaxProperties(null);
        }
        if (Boolean.FALSE.equals(schema.getExclusiveMaximum())) {
            schema.setExclusiveMaximum(null);
        }
        if (Boolean.FALSE.equals(schema.getExclusiveMinimum())) {
            schema.setExclusiveMinimum(null);
        }
        if (schema.getExample() instanceof String text && text.startsWith("{")) {
            schema.setExample(JsonbBuilder.create().fromJson(text, Map.class));
        }
    }
}
