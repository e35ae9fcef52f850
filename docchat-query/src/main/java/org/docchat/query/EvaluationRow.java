package org.docchat.query;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;

@Entity
@Table(name = "evaluation")
class EvaluationRow {
    @Id
    UUID id = UUID.randomUUID();

    UUID collectionId = new UUID(0, 0);
    UUID userId = new UUID(0, 0);
    String name = "";
    String writer = "";
    String embeddingModel = "";
    double threshold;
    int questions;
    Instant createdAt = Instant.now();

    EvaluationRow() {}
}
