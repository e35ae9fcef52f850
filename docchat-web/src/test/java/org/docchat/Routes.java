package org.docchat;

import com.tngtech.archunit.core.domain.JavaClass;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.docchat.web.api.Api;
import org.docchat.web.interop.McpApi;
import org.docchat.web.interop.OpenAiApi;

/** Every way in, as the classes of the API declare it, {@code GET collections/{id}}, and those of the other protocols. */
final class Routes {
    /** What tools have for a verb. */
    static final String CALL = "CALL";

    private Routes() {}

    static SortedSet<String> all() {
        var routes = new TreeSet<String>();
        Product.classesIn(Api.class.getPackageName()).stream()
                .filter(type -> type.isAnnotatedWith(Path.class))
                .map(JavaClass::reflect)
                .flatMap(Routes::of)
                .forEach(routes::add);
        return routes;
    }

    /** {@code GET v1/models}; of the Model Context Protocol, whose messages all come the same way, a call for each tool. */
    static SortedSet<String> ofOtherProtocols() {
        var routes = new TreeSet<String>();
        new OpenAiApi()
                .getClasses().stream()
                        .filter(type -> type.isAnnotationPresent(Path.class))
                        .flatMap(Routes::of)
                        .forEach(route -> routes.add(route.replace(" ", " v1/")));
        try (var reader = Json.createReader(McpApi.class.getResourceAsStream("mcp-tools.json"))) {
            reader.readObject().getJsonArray("tools").getValuesAs(JsonObject.class).stream()
                    .map(tool -> CALL + " mcp/" + tool.getString("name"))
                    .forEach(routes::add);
        }
        return routes;
    }

    private static Stream<String> of(Class<?> resource) {
        var root = resource.getAnnotation(Path.class).value();
        return Arrays.stream(resource.getMethods())
                .flatMap(method -> verbs(method).map(verb -> verb + " " + template(root, method)));
    }

    private static String template(String root, Method method) {
        var path = method.getAnnotation(Path.class);
        var joined = root.equals("/") ? "" : root;
        return path == null
                ? joined
                : (joined.isEmpty() ? "" : joined + "/") + path.value().replaceAll("\\{(\\w+):[^}]*}", "{$1}");
    }

    private static Stream<String> verbs(Method method) {
        return Arrays.stream(method.getAnnotations())
                .map(annotation -> annotation.annotationType().getAnnotation(HttpMethod.class))
                .filter(verb -> verb != null)
                .map(HttpMethod::value);
    }
}
