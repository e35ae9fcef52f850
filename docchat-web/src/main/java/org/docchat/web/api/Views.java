package org.docchat.web.api;

import jakarta.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.docchat.domain.Answer;
import org.docchat.domain.CollectionId;
import org.docchat.domain.DocumentState;
import org.docchat.domain.Role;
import org.docchat.domain.Scope;
import org.docchat.domain.Slice;
import org.docchat.ingest.Library;
import org.docchat.ingest.Sharing;
import org.docchat.query.Conversations;
import org.docchat.query.Librarian;
import org.docchat.web.security.ApiKeys;
import org.docchat.web.security.Groups;
import org.docchat.web.security.Sessions;
import org.docchat.web.security.Users;
import org.jspecify.annotations.Nullable;

/** What the API answers. */
public final class Views {
    private Views() {}

    /** A part of a list; not generic, which JSON-B does not do for records. */
    public record Page(List<?> items, @Nullable String nextCursor) {
        static Page of(Slice<?> slice) {
            return new Page(slice.items(), slice.nextCursor());
        }

        static Page of(List<?> all) {
            return new Page(all, null);
        }
    }

    public record Token(String accessToken, String tokenType, long expiresIn) {}

    public record Me(String id, String username, String displayName, boolean admin) {}

    public record User(
            String id, String username, String displayName, boolean admin, boolean enabled, Instant createdAt) {
        static User of(Users.User user) {
            return new User(
                    user.id().toString(),
                    user.username(),
                    user.displayName(),
                    user.admin(),
                    user.enabled(),
                    user.createdAt());
        }
    }

    public record Session(String id, Instant createdAt, Instant seenAt, String address, String agent) {
        static Session of(Sessions.Session session) {
            return new Session(
                    session.id().toString(), session.createdAt(), session.seenAt(), session.address(), session.agent());
        }
    }

    public record ApiKey(
            String id,
            String name,
            String prefix,
            @Nullable List<String> collections,
            String access,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant lastUsedAt) {
        static ApiKey of(ApiKeys.ApiKey key) {
            return new ApiKey(
                    key.id().toString(),
                    key.name(),
                    "dck_" + key.prefix(),
                    collections(key.scope()),
                    access(key.scope()),
                    key.createdAt(),
                    key.expiresAt(),
                    key.lastUsedAt());
        }

        private static @Nullable List<String> collections(Scope scope) {
            var collections = scope.collections();
            return collections == null
                    ? null
                    : collections.stream().map(CollectionId::toString).sorted().toList();
        }

        private static String access(Scope scope) {
            return scope.access().name().toLowerCase(Locale.ROOT);
        }
    }

    /** For administrators: whose it is, too. */
    public record OwnedApiKey(
            String id,
            String username,
            String name,
            String prefix,
            @Nullable List<String> collections,
            String access,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant lastUsedAt) {
        static OwnedApiKey of(ApiKeys.Owned owned) {
            var key = ApiKey.of(owned.key());
            return new OwnedApiKey(
                    key.id(),
                    owned.username(),
                    key.name(),
                    key.prefix(),
                    key.collections(),
                    key.access(),
                    key.createdAt(),
                    key.expiresAt(),
                    key.lastUsedAt());
        }
    }

    public record MadeApiKey(
            String id,
            String name,
            String key,
            @Nullable List<String> collections,
            String access,
            @Nullable Instant expiresAt) {
        static MadeApiKey of(ApiKeys.Made made) {
            var scope = made.key().scope();
            return new MadeApiKey(
                    made.key().id().toString(),
                    made.key().name(),
                    made.secret(),
                    ApiKey.collections(scope),
                    ApiKey.access(scope),
                    made.key().expiresAt());
        }
    }

    public record Collection(
            String id,
            String name,
            String description,
            String language,
            String role,
            long documents,
            long passages,
            boolean paused,
            @Nullable Map<String, Long> states,
            Instant createdAt) {
        public static Collection of(org.docchat.domain.Collection collection) {
            return of(collection, null);
        }

        /** @param states how many documents are in each state; told of one collection, not in lists */
        static Collection of(org.docchat.domain.Collection collection, @Nullable Map<String, Long> states) {
            return new Collection(
                    collection.id().toString(),
                    collection.name(),
                    collection.description(),
                    collection.language().toString(),
                    nameOf(collection.role()),
                    collection.documents(),
                    collection.passages(),
                    collection.paused(),
                    states,
                    collection.createdAt());
        }
    }

    public record Member(String username, String displayName, String role) {
        static Member of(Sharing.Member member) {
            return new Member(member.username(), member.displayName(), nameOf(member.role()));
        }
    }

    public record GroupRole(String name, String role) {
        static GroupRole of(Sharing.Group group) {
            return new GroupRole(group.name(), nameOf(group.role()));
        }
    }

    public record Group(String id, String name, long users, long collections) {
        static Group of(Groups.Group group) {
            return new Group(group.id().toString(), group.name(), group.users(), group.collections());
        }
    }

    public record Progress(String step, int done, int total) {}

    public record DocumentProblem(String code, String detail) {}

    /** @param notes what a reader should know: which pages were not read, or not from text */
    public record Version(
            int version,
            String mediaType,
            long size,
            String sha256,
            String state,
            @Nullable Progress progress,
            @Nullable DocumentProblem problem,
            int pages,
            int passages,
            List<String> notes,
            Instant createdAt,
            @Nullable Instant indexedAt) {
        static Version of(org.docchat.domain.Document.Version version) {
            return new Version(
                    version.number(),
                    version.mediaType(),
                    version.size(),
                    version.sha256(),
                    version.state().label(),
                    progressOf(version.state()),
                    problemOf(version.state()),
                    version.pages(),
                    version.passages(),
                    version.notes(),
                    version.createdAt(),
                    version.indexedAt());
        }
    }

    /** @param searchableVersion the one that answers now; null while there is none */
    public record Document(
            String id,
            String collectionId,
            String name,
            String mediaType,
            long size,
            String sha256,
            int version,
            @Nullable Integer searchableVersion,
            List<Version> versions,
            String state,
            @Nullable Progress progress,
            @Nullable DocumentProblem problem,
            int pages,
            int passages,
            List<String> notes,
            Instant createdAt,
            @Nullable Instant indexedAt) {
        static Document of(org.docchat.domain.Document document) {
            var newest = Version.of(document.newest());
            return new Document(
                    document.id().toString(),
                    document.collectionId().toString(),
                    document.name(),
                    newest.mediaType(),
                    newest.size(),
                    newest.sha256(),
                    newest.version(),
                    document.searchable(),
                    document.versions().stream().map(Version::of).toList(),
                    newest.state(),
                    newest.progress(),
                    newest.problem(),
                    newest.pages(),
                    newest.passages(),
                    newest.notes(),
                    newest.createdAt(),
                    newest.indexedAt());
        }
    }

    /** What became of one file of an upload: either it is a document now, or there is a problem. */
    public record Uploaded(
            @Nullable String id,
            String name,
            @Nullable Integer version,
            @Nullable String sha256,
            @Nullable String state,
            int status,
            @Nullable JsonObject problem) {
        static Uploaded of(Library.Accepted accepted) {
            var document = accepted.document();
            return new Uploaded(
                    document.id().toString(),
                    document.name(),
                    document.newest().number(),
                    document.newest().sha256(),
                    document.newest().state().label(),
                    accepted.isNew() ? 202 : 200,
                    null);
        }
    }

    public record Passage(
            String id,
            int ordinal,
            @Nullable Integer page,
            @Nullable String section,
            String text,
            int start,
            int end) {
        public static Passage of(org.docchat.domain.Passage passage) {
            var location = passage.location();
            return new Passage(
                    passage.id().toString(),
                    passage.ordinal(),
                    location.page(),
                    location.section(),
                    passage.text(),
                    location.start(),
                    location.end());
        }
    }

    /** @param page null for formats without pages */
    public record TextPage(@Nullable Integer page, @Nullable String label, int start, String text) {
        static TextPage of(Library.TextPage page) {
            return new TextPage(page.number() == 0 ? null : page.number(), page.label(), page.start(), page.text());
        }
    }

    public record Ranks(
            @Nullable Integer semantic, @Nullable Integer keyword) {}

    public record Found(
            String id,
            String documentId,
            String documentName,
            int version,
            String collectionId,
            @Nullable Integer page,
            @Nullable String section,
            String text,
            int start,
            int end,
            double score,
            Ranks ranks) {
        public static Found of(Librarian.Found found) {
            var passage = found.passage();
            var location = passage.location();
            return new Found(
                    passage.id().toString(),
                    passage.documentId().toString(),
                    passage.documentName(),
                    passage.version(),
                    passage.collectionId().toString(),
                    location.page(),
                    location.section(),
                    passage.text(),
                    location.start(),
                    location.end(),
                    found.score(),
                    new Ranks(found.semanticRank(), found.keywordRank()));
        }
    }

    public record SearchTimings(long embedMillis, long searchMillis) {}

    public record Findings(
            List<Found> passages,
            SearchTimings timings,
            @Nullable String notice) {
        static Findings of(Librarian.Findings findings) {
            return new Findings(
                    findings.passages().stream().map(Found::of).toList(),
                    new SearchTimings(
                            findings.timings().embedMillis(), findings.timings().searchMillis()),
                    findings.notice());
        }
    }

    public record FoundPassages(List<Found> passages) {}

    public record Text(String text) {}

    public record Citation(
            int number,
            String documentId,
            String documentName,
            int version,
            @Nullable Integer page,
            @Nullable String section,
            String quote,
            int start,
            int end,
            String passageId,
            String collectionId) {
        public static Citation of(org.docchat.domain.Citation citation) {
            var passage = citation.passage();
            return new Citation(
                    citation.number(),
                    passage.documentId().toString(),
                    passage.documentName(),
                    passage.version(),
                    citation.page() == 0 ? null : citation.page(),
                    passage.location().section(),
                    citation.quote(),
                    citation.start(),
                    citation.end(),
                    passage.id().toString(),
                    passage.collectionId().toString());
        }
    }

    public record Usage(int promptTokens, int completionTokens) {}

    public record Timings(long embedMillis, long searchMillis, long writeMillis) {}

    public record GivenAnswer(
            String id,
            String conversationId,
            String question,
            String standaloneQuestion,
            String outcome,
            String text,
            List<Citation> citations,
            double evidence,
            String writer,
            @Nullable String notice,
            Usage usage,
            Timings timings,
            boolean documentsDeleted,
            @Nullable GivenFeedback feedback,
            Instant createdAt) {
        public static GivenAnswer of(Librarian.GivenAnswer given) {
            return of(given, null);
        }

        static GivenAnswer of(Conversations.KeptAnswer kept) {
            var feedback = kept.feedback();
            return of(
                    kept.answer(),
                    feedback == null
                            ? null
                            : new GivenFeedback(feedback.rating().name().toLowerCase(Locale.ROOT), feedback.comment()));
        }

        private static GivenAnswer of(Librarian.GivenAnswer given, @Nullable GivenFeedback feedback) {
            var answer = given.answer();
            return new GivenAnswer(
                    given.id().toString(),
                    given.conversationId().toString(),
                    given.question(),
                    given.standaloneQuestion(),
                    answer instanceof Answer.Cited ? "answered" : "not_found",
                    answer.text(),
                    answer instanceof Answer.Cited cited
                            ? cited.citations().stream().map(Citation::of).toList()
                            : List.of(),
                    answer.evidence(),
                    given.writer(),
                    given.notice(),
                    new Usage(given.usage().promptTokens(), given.usage().completionTokens()),
                    new Timings(
                            given.timings().embedMillis(),
                            given.timings().searchMillis(),
                            given.timings().writeMillis()),
                    given.documentsDeleted(),
                    feedback,
                    given.createdAt());
        }
    }

    /** @param rating {@code up} or {@code down} */
    public record GivenFeedback(String rating, @Nullable String comment) {}

    public record Conversation(String id, String title, Instant createdAt, Instant updatedAt) {
        static Conversation of(Librarian.Conversation conversation) {
            return new Conversation(
                    conversation.id().toString(),
                    conversation.title(),
                    conversation.createdAt(),
                    conversation.updatedAt());
        }
    }

    public record ConversationWithAnswers(
            String id, String title, Instant createdAt, Instant updatedAt, List<GivenAnswer> answers) {}

    private static String nameOf(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable Progress progressOf(DocumentState state) {
        DocumentState.Progress progress = null;
        if (state instanceof DocumentState.Parsing parsing) {
            progress = parsing.progress();
        } else if (state instanceof DocumentState.Embedding embedding) {
            progress = embedding.progress();
        }
        return progress == null ? null : new Progress(progress.step(), progress.done(), progress.total());
    }

    private static @Nullable DocumentProblem problemOf(DocumentState state) {
        DocumentState.Problem problem = null;
        if (state instanceof DocumentState.Rejected rejected) {
            problem = rejected.problem();
        } else if (state instanceof DocumentState.Failed failed) {
            problem = failed.problem();
        }
        return problem == null ? null : new DocumentProblem(problem.code(), problem.detail());
    }
}
