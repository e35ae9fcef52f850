package org.docchat.ingest;

import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderBy;
import jakarta.persistence.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Document;
import org.docchat.domain.DocumentId;

@Entity
@Table(name = "document")
class DocumentRow {
    @Id
    UUID id = UUID.randomUUID();

    UUID collectionId = new UUID(0, 0);
    String name = "";

    @OneToMany(fetch = FetchType.LAZY)
    @JoinColumn(name = "documentId", insertable = false, updatable = false)
    @OrderBy("number desc")
    List<VersionRow> versions = new ArrayList<>();

    DocumentRow() {}

    Document toDocument() {
        return new Document(
                new DocumentId(id),
                new CollectionId(collectionId),
                name,
                versions.stream().map(VersionRow::toVersion).toList(),
                versions.stream()
                        .filter(VersionRow::isCurrent)
                        .map(row -> row.number)
                        .findFirst()
                        .orElse(null));
    }
}
