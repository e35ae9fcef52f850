package org.docchat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("In no page or script of ours can text become markup or code")
@Tag("X1")
@Tag("X3")
class PagesTest {
    private static final Path WEBAPP = Path.of("src", "main", "webapp");
    private static final List<Pattern> DOORS = List.of(
            Pattern.compile("escape\\s*=\\s*[\"']?(false|#)"),
            Pattern.compile("innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|createContextualFragment|srcdoc"),
            Pattern.compile("document\\.write|DOMParser|\\beval\\s*\\(|new\\s+Function\\b"),
            Pattern.compile("javascript:"),
            Pattern.compile("<[^>]*\\s(on[a-z]+|style)\\s*=\\s*[\"']"));

    @Test
    void noneHasADoorForIt() throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (var all = Files.walk(WEBAPP)) {
            all.filter(file -> file.toString().matches(".*\\.(xhtml|js)"))
                    .forEach(file -> files.put(WEBAPP.relativize(file).toString(), read(file)));
        }
        assertThat(files).hasSizeGreaterThan(50);

        assertThat(files).allSatisfy((name, text) -> assertThat(DOORS).as(name).noneMatch(door -> door.matcher(text)
                .find()));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
