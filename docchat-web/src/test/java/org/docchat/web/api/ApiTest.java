package org.docchat.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Application;
import jakarta.ws.rs.ext.Provider;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.docchat.Product;
import org.docchat.web.interop.McpApi;
import org.docchat.web.interop.OpenAiApi;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The REST applications")
class ApiTest {
    /** The description knows them by these names, and would mix up what shares one. */
    @Test
    void takeAndAnswerNoTwoThingsOfOneName() {
        assertThat(Stream.of(Bodies.class, Views.class, TraceViews.class, EvaluationViews.class)
                        .flatMap(type -> Arrays.stream(type.getDeclaredClasses()))
                        .filter(Class::isRecord)
                        .map(Class::getSimpleName))
                .hasSizeGreaterThan(40)
                .doesNotHaveDuplicates();
    }

    @Test
    void haveEveryResourceAndProviderThatThereIs() {
        var written = Product.classesIn("org.docchat.web").stream()
                .filter(type -> type.isAnnotatedWith(Path.class) || type.isAnnotatedWith(Provider.class))
                .map(JavaClass::reflect)
                .collect(Collectors.toSet());
        var registered = new HashSet<Class<?>>();
        for (Application application : Set.of(new Api(), new OpenAiApi(), new McpApi())) {
            registered.addAll(application.getClasses());
        }

        assertThat(written).hasSizeGreaterThan(18);
        assertThat(registered).isEqualTo(written);
    }
}
