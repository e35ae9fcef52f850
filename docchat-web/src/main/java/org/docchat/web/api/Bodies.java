package org.docchat.web.api;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What callers send. Anything may be absent, whatever the contract says; what is not named here is ignored. */
public final class Bodies {
    private static final String PASSWORD =
            "8 to 1,024 characters, and none that is guessed first: no common one, and none"
                    + " made of the user's name";

    private Bodies() {}

    @Schema(example = "{\"username\":\"ann\",\"password\":\"correct horse battery\"}")
    public record Login(@Nullable String username, @Nullable String password) {}

    @Schema(example = "{\"name\":\"nightly import\",\"expiresInDays\":90}")
    public record NewApiKey(
            @Nullable String name,

            @Nullable @Schema(description = "1 to 3650; absent: it does not expire")
            Integer expiresInDays,

            @Nullable @Schema(description = "Ids; absent: all, also those to come")
            List<String> collections,

            @Nullable
            @Schema(
                    enumeration = {"read", "write"},
                    defaultValue = "write")
            String access) {}

    @Schema(example = "{\"username\":\"ann\",\"password\":\"correct horse battery\",\"displayName\":\"Ann Lee\"}")
    public record NewUser(
            @Nullable String username,
            @Nullable @Schema(description = PASSWORD) String password,
            @Nullable String displayName,
            @Nullable Boolean admin) {}

    @Schema(example = "{\"enabled\":false}")
    public record UserChange(
            @Nullable String displayName,
            @Nullable @Schema(description = PASSWORD) String password,
            @Nullable Boolean admin,
            @Nullable Boolean enabled) {}

    @Schema(example = "{\"name\":\"Policies\",\"description\":\"What holds for everybody\",\"language\":\"english\"}")
    public record NewCollection(
            @Nullable String name,
            @Nullable String description,
            @Nullable @Schema(defaultValue = "english") String language) {}

    @Schema(example = "{\"name\":\"Policies 2027\"}")
    public record CollectionChange(
            @Nullable String name, @Nullable String description) {}

    @Schema(example = "{\"name\":\"nomic-embed-text\"}")
    public record EmbeddingModelName(@Nullable String name) {}

    @Schema(example = "{\"name\":\"Legal\"}")
    public record NewGroup(@Nullable String name) {}

    @Schema(example = "{\"role\":\"viewer\"}")
    public record Share(
            @Nullable @Schema(enumeration = {"viewer", "editor", "owner"})
            String role) {}

    @Schema(
            example =
                    "{\"collections\":[\"…\"],\"query\":\"refund deadline\",\"limit\":10,\"filter\":{\"names\":\"*.pdf\"}}")
    public record Search(
            @Nullable List<String> collections,
            @Nullable String query,

            @Nullable @Schema(defaultValue = "10", minimum = "1", maximum = "100")
            Integer limit,

            @Nullable
            @Schema(
                    enumeration = {"hybrid", "semantic", "keyword"},
                    defaultValue = "hybrid")
            String mode,

            @Nullable Filter filter) {}

    public record Filter(
            @Nullable List<String> documents,
            @Nullable String names,
            @Nullable String asOf) {}

    public record Question(
            @Nullable List<String> collections,
            @Nullable String question,
            @Nullable String conversationId,
            @Nullable String asOf,
            @Nullable String standaloneQuestion) {}

    @Schema(example = "{\"title\":\"Refunds\"}")
    public record ConversationChange(@Nullable String title) {}

    @Schema(example = "{\"rating\":\"down\",\"comment\":\"The deadline has changed\"}")
    public record Feedback(
            @Nullable @Schema(enumeration = {"up", "down"}) String rating,
            @Nullable String comment) {}

    @Schema(
            example =
                    "{\"name\":\"Before the new handbook\",\"questions\":[{\"question\":\"How long do refunds take?\","
                            + "\"expected\":[{\"document\":\"policy.pdf\",\"page\":3}]},"
                            + "{\"question\":\"Who won the cup in 1998?\",\"answerable\":false}]}")
    public record NewEvaluation(
            @Nullable String name,

            @Nullable @Schema(description = "1 to 2000") List<EvaluationQuestion> questions,

            @Nullable
            @Schema(
                    description =
                            "Compare by this model's embeddings, which must be complete; absent: by those that answer")
            String embeddingModel) {}

    public record EvaluationQuestion(
            @Nullable String question,
            @Nullable List<ExpectedPlace> expected,
            @Nullable @Schema(defaultValue = "true") Boolean answerable) {}

    public record ExpectedPlace(
            @Nullable @Schema(description = "Name or id") String document,

            @Nullable @Schema(description = "From 1; null or absent: any", nullable = true)
            Integer page) {}
}
