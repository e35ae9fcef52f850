package org.docchat.ingest;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.docchat.domain.Caller;
import org.docchat.domain.Language;

@Entity
@Table(name = "collection")
class CollectionRow {
    @Id
    UUID id = UUID.randomUUID();

    String name = "";
    String description = "";
    String language = "";
    UUID createdBy = new UUID(0, 0);
    Instant createdAt = Instant.now();

    CollectionRow() {}

    CollectionRow(Caller caller, String name, String description, Language language) {
        this.name = name;
        this.description = description;
        this.language = language.toString();
        this.createdBy = caller.id().value();
    }
}
