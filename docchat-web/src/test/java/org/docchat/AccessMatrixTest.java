package org.docchat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("The table of who may do what is complete, and shown as it is tried")
@Tag("A3")
class AccessMatrixTest {
    @Test
    void everyRouteHasItsRow() {
        var known = new TreeSet<>(AccessMatrix.OWN);
        AccessMatrix.ROWS.forEach(row -> known.add(row.route()));

        var all = new TreeSet<>(Routes.all());
        all.addAll(Routes.ofOtherProtocols());
        assertThat(known).containsExactlyElementsOf(all);
        assertThat(known).hasSize(AccessMatrix.OWN.size() + AccessMatrix.ROWS.size());
    }

    @Test
    void thePageIsWhatIsTried() throws IOException {
        var made = Files.writeString(Path.of("target/access.md"), AccessMatrix.markdown());
        var shown = Path.of("..", "docs", "access.md");

        assertThat(shown).as("replace it by docchat-web/%s", made).hasSameTextualContentAs(made);
    }
}
