package org.docchat.web.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.EmbeddingModelContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The bundled embedding model")
class OnnxEmbeddingModelTest implements EmbeddingModelContract {
    private static final Path DIRECTORY = Path.of("target/war/WEB-INF/model");
    private static final OnnxEmbeddingModel MODEL = OnnxEmbeddingModel.bgeSmall(DIRECTORY, 2);

    @AfterAll
    static void close() throws Exception {
        MODEL.close();
    }

    @Override
    public EmbeddingModel model() {
        return MODEL;
    }

    @Test
    void isLoadedAgainWhenTheApplicationIsDeployedAgainInTheSameProcess() throws Exception {
        var thread = Thread.currentThread();
        var before = thread.getContextClassLoader();
        for (int i = 0; i < 3; i++) {
            try (var deployment = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
                thread.setContextClassLoader(deployment);
                var model = deployment.loadClass(OnnxEmbeddingModel.class.getName());
                var loaded = model.getMethod("bgeSmall", Path.class, int.class).invoke(null, DIRECTORY, 1);
                assertThat(model.getMethod("countTokens", String.class).invoke(loaded, "two words"))
                        .isEqualTo(2);
                model.getMethod("close").invoke(loaded);
            } finally {
                thread.setContextClassLoader(before);
            }
        }
    }

    /** As the server has it: the native libraries unpacked beside the classes. */
    private static URL[] classPath() throws MalformedURLException {
        var urls = new ArrayList<URL>();
        urls.add(Path.of("target/war/WEB-INF/classes").toUri().toURL());
        for (var path : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(Path.of(path).toUri().toURL());
        }
        return urls.toArray(URL[]::new);
    }
}
