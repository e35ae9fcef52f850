package org.docchat.web.interop;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.docchat.domain.Answer;
import org.docchat.domain.Caller;
import org.docchat.domain.Collection;
import org.docchat.domain.CollectionId;
import org.docchat.domain.ConversationId;
import org.docchat.domain.Failure;
import org.docchat.domain.Location;
import org.docchat.domain.PassageId;
import org.docchat.query.Librarian;
import org.docchat.web.api.ApiJson;
import org.docchat.web.api.Views;
import org.docchat.web.security.QuestionLimit;
import org.jspecify.annotations.Nullable;

/** What DocChat can do for a model. */
@ApplicationScoped
public class McpTools {
    private static final int MOST_PASSAGES = 50;

    @Inject
    Librarian librarian;

    @Inject
    Models models;

    @Inject
    QuestionLimit limit;

    /**
     * What a tool says.
     *
     * @param text for the model to read
     * @param structured the same for programs, as the REST API writes it
     */
    record Said(String text, JsonObject structured) {}

    /** @throws Failure.Invalid if an argument is missing or of the wrong kind; other failures as they come */
    Said call(Caller caller, String tool, JsonObject arguments, Librarian.Listener listener) {
        return switch (tool) {
            case "list_collections" -> list(caller);
            case "search" -> search(caller, arguments);
            case "ask" -> ask(caller, arguments, listener);
            case "read_passage" -> read(caller, arguments);
            default -> throw new Failure.NotFound("tool");
        };
    }

    private Said list(Caller caller) {
        var all = models.all(caller).stream().map(Views.Collection::of).toList();
        var text = all.stream()
                .map(c -> "- " + c.name() + " (id " + c.id() + "): " + c.documents() + " documents. " + c.description())
                .collect(Collectors.joining("\n"));
        return new Said(all.isEmpty() ? "There are no collections." : text, json(Map.of("collections", all)));
    }

    private Said search(Caller caller, JsonObject arguments) {
        int limit = arguments.get("limit") instanceof JsonNumber number ? number.intValue() : 10;
        var findings = librarian.search(
                caller,
                new Librarian.Search(
                        text(arguments, "query"),
                        collections(caller, arguments),
                        Math.max(1, Math.min(limit, MOST_PASSAGES)),
                        Librarian.Mode.HYBRID,
                        Librarian.Filter.NONE));
        var text = findings.passages().stream()
                .map(Librarian.Found::passage)
                .map(passage -> "[passage " + passage.id() + "] " + passage.documentName() + place(passage.location())
                        + "\n" + passage.text())
                .collect(Collectors.joining("\n\n"));
        return new Said(
                text.isEmpty() ? "Nothing fits." : text,
                json(Map.of(
                        "passages",
                        findings.passages().stream().map(Views.Found::of).toList())));
    }

    private Said ask(Caller caller, JsonObject arguments, Librarian.Listener listener) {
        var conversation = optionalText(arguments, "conversationId");
        var question = new Librarian.Question(
                text(arguments, "question"),
                collections(caller, arguments),
                conversation == null ? null : ConversationId.parse(conversation),
                null,
                null,
                null);
        limit.count(caller, question.collections(), 1);
        var given = librarian.answer(caller, question, listener);
        var text = new StringBuilder(given.answer().text());
        if (given.answer() instanceof Answer.Cited cited) {
            text.append("\n\nSources:");
            for (var citation : cited.citations()) {
                text.append("\n[")
                        .append(citation.number())
                        .append("] ")
                        .append(citation.passage().documentName())
                        .append(place(
                                citation.page(), citation.passage().location().section()))
                        .append(" (passage ")
                        .append(citation.passage().id())
                        .append("): \"")
                        .append(citation.quote())
                        .append('"');
            }
        }
        if (given.notice() != null) {
            text.append("\n\nNotice: ").append(given.notice());
        }
        return new Said(text.toString(), json(Views.GivenAnswer.of(given)));
    }

    private Said read(Caller caller, JsonObject arguments) {
        var passages = librarian.around(caller, PassageId.parse(text(arguments, "id")));
        var first = passages.get(0);
        var text = first.documentName() + place(first.location()) + "\n\n"
                + passages.stream().map(passage -> passage.text()).collect(Collectors.joining("\n\n"));
        return new Said(
                text,
                json(Map.of("passages", passages.stream().map(Views.Passage::of).toList())));
    }

    private static String place(Location location) {
        return place(Objects.requireNonNullElse(location.page(), 0), location.section());
    }

    /** @param page 0 where there are no pages */
    private static String place(int page, @Nullable String section) {
        return (page == 0 ? "" : ", page " + page) + (section == null ? "" : ", " + section);
    }

    /** Those that are named, by id or name; everything that the caller may ask where none is. */
    private List<CollectionId> collections(Caller caller, JsonObject arguments) {
        if (arguments.get("collections") instanceof JsonArray named && !named.isEmpty()) {
            return named.getValuesAs(value -> value instanceof JsonString string ? string.getString() : "").stream()
                    .map(name -> models.named(caller, name).id())
                    .distinct()
                    .toList();
        }
        return models.all(caller).stream().map(Collection::id).toList();
    }

    private static String text(JsonObject arguments, String name) {
        var text = optionalText(arguments, name);
        if (text == null || text.isBlank()) {
            throw new Failure.Invalid("missing_" + name, "The argument \"" + name + "\" is missing.");
        }
        return text;
    }

    private static @Nullable String optionalText(JsonObject arguments, String name) {
        // PostgreSQL's text refuses U+0000, and no word contains it.
        return arguments.get(name) instanceof JsonString string
                ? string.getString().replace("\0", "")
                : null;
    }

    private static JsonObject json(Object view) {
        try (var reader = Json.createReader(new StringReader(ApiJson.JSON.toJson(view)))) {
            return reader.readObject();
        }
    }
}
