package org.docchat.query;

import java.util.UUID;
import org.docchat.domain.CollectionId;
import org.docchat.domain.DocumentId;
import org.docchat.domain.Location;
import org.docchat.domain.Passage;
import org.docchat.domain.PassageId;

/** Passages in the domain's words. */
final class Fixtures {
    private static final CollectionId HANDBOOK = new CollectionId(new UUID(0, 1));

    private Fixtures() {}

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
