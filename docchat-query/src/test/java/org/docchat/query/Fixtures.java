package org.docchat.query;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.docchat.domain.CollectionId;
import org.docchat.domain.DocumentId;
import org.docchat.domain.Location;
import org.docchat.domain.Passage;
import org.docchat.domain.PassageId;

/** Passages in the domain's words. */
final class Fixtures {
    private static final CollectionId HANDBOOK = new CollectionId(new UUID(0, 1));

    private static final Pattern ESCAPE = Pattern.compile("\\\\u([0-9a-f]{4})");

    private Fixtures() {}

    /** What documents have been made to say so that a model does something else, one of each kind. */
    static Stream<String> injections() throws IOException {
        try (var in = Objects.requireNonNull(Fixtures.class.getResourceAsStream("injections.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> ESCAPE.matcher(line)
                            .replaceAll(escape -> Character.toString(Integer.parseInt(escape.group(1), 16))))
                    .map(line -> line.replace("\\n", "\n"));
        }
    }

    static Passage passage(long id, String text) {
        return new Passage(
                new PassageId(id),
                HANDBOOK,
                new DocumentId(new UUID(1, id)),
                "handbook-" + id + ".pdf",
                1,
                0,
                new Location(1, null, 100, 100 + text.length()),
                text);
    }
}
