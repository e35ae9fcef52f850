package org.docchat;

import com.tngtech.archunit.core.domain.JavaClass;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.docchat.web.api.Api;

/** Every way into the API, as its classes declare it: {@code GET collections/{id}}. */
final class Routes {
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
