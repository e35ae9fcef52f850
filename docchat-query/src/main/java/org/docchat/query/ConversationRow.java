package org.docchat.query;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.docchat.domain.ConversationId;

@Entity
@Table(name = "conversation")
class ConversationRow {
    @Id
    UUID id = UUID.randomUUID();

    UUID userId = new UUID(0, 0);
    String title = "";
    Instant createdAt = Instant.now();
    Instant updatedAt = createdAt;

    ConversationRow() {}

    Librarian.Conversation toConversation() {
        return new Librarian.Conversation(new ConversationId(id), title, createdAt, updatedAt);
    }
}
