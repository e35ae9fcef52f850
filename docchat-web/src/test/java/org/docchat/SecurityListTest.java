package org.docchat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("SECURITY.md promises what tests prove, and no more")
class SecurityListTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern ROW = Pattern.compile("(?m)^\\| ([A-Z]\\d+) \\|.*\\|([^|]*)\\|$");
    private static final Pattern TAG = Pattern.compile("@Tag\\(\"([A-Z]\\d+)\"\\)");
    private static final Pattern NAMED = Pattern.compile("`([^`]+)`");
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+(?:IT|Test|Contract))`");

    /** What stands in the last column of each row of the list, by the threat's id. */
    private final Map<String, String> proofs = new LinkedHashMap<>();

    /** The ids that a test class is tagged with, by the class's simple name. */
    private final Map<String, Set<String>> tags = new TreeMap<>();

    private final String text = read(ROOT.resolve("SECURITY.md"));

    SecurityListTest() throws IOException {
        var rows = ROW.matcher(text);
        while (rows.find()) {
            assertThat(proofs.put(rows.group(1), rows.group(2).strip()))
                    .as("a second row of " + rows.group(1))
                    .isNull();
        }
        for (var module : List.of("docchat-domain", "docchat-ingest", "docchat-query", "docchat-web")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(file -> {
                    var ids = new TreeSet<String>();
                    TAG.matcher(read(file)).results().forEach(tag -> ids.add(tag.group(1)));
                    tags.put(file.getFileName().toString().replace(".java", ""), ids);
                });
            }
        }
    }

    @Test
    void everyThreatThatATestTriesIsInTheList() {
        assertThat(tags.values()).anySatisfy(ids -> assertThat(ids).contains("A3"));
        assertThat(tags).allSatisfy((test, ids) -> assertThat(proofs.keySet())
                .as("the list, of what " + test + " tries")
                .containsAll(ids));
    }

    @Test
    void everyProofIsThereAndTriesTheThreat() {
        assertThat(proofs).hasSizeGreaterThan(80);
        proofs.forEach((id, proof) -> {
            var named = NAMED.matcher(proof).results().map(one -> one.group(1)).toList();
            assertThat(named).allSatisfy(name -> {
                if (name.contains("/")) {
                    assertThat(ROOT.resolve(name)).exists();
                } else {
                    assertThat(tags.getOrDefault(name, Set.of()))
                            .as("what " + name + " tries")
                            .contains(id);
                }
            });
            assertThat(proof)
                    .as("the proof of " + id + ", or why there is none")
                    .isNotEmpty();
        });
    }

    @Test
    void everyTestThatIsNamedAnywhereIsThere() {
        var named = new ArrayList<String>();
        TEST.matcher(text).results().forEach(one -> named.add(one.group(1)));
        assertThat(named).isNotEmpty();
        assertThat(tags.keySet()).containsAll(named);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
