package org.docchat.web.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.container.AsyncResponse;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.docchat.domain.CollectionId;
import org.docchat.domain.ConversationId;
import org.docchat.domain.DocumentId;
import org.docchat.domain.Failure;
import org.docchat.ingest.Collections;
import org.docchat.query.Librarian;
import org.docchat.web.security.CurrentCaller;
import org.docchat.web.security.Problem;
import org.docchat.web.security.QuestionLimit;
import org.jspecify.annotations.Nullable;

/** What searching and asking have in common, whether one collection is named by the address or several by the body. */
@RequestScoped
public class Asking {
    private static final int MOST_COLLECTIONS = 100;
    private static final int LONGEST_QUESTION = 10_000;

    @Inject
    Librarian librarian;

    @Inject
    Collections collections;

    @Inject
    CurrentCaller current;

    @Inject
    EventStreams streams;

    @Inject
    QuestionLimit limit;

    Views.Findings search(List<CollectionId> ids, Bodies.Search search) {
        int limit = search.limit() == null ? 10 : search.limit();
        if (limit < 1 || limit > 100) {
            throw new Failure.Invalid("invalid_limit", "The limit must be a number from 1 to 100.");
        }
        var mode = search.mode() == null
                ? Librarian.Mode.HYBRID
                : Parameters.choice("mode", search.mode(), Librarian.Mode.values());
        return Views.Findings.of(librarian.search(
                current.caller(),
                new Librarian.Search(
                        Parameters.text("query", search.query(), LONGEST_QUESTION),
                        ids,
                        limit,
                        mode,
                        filter(search.filter()))));
    }

    private static Librarian.Filter filter(Bodies.@Nullable Filter filter) {
        if (filter == null) {
            return Librarian.Filter.NONE;
        }
        var documents = filter.documents() == null ? List.<String>of() : filter.documents();
        if (documents.size() > 1000) {
            throw new Failure.Invalid("invalid_documents", "A filter may name 1000 documents at most.");
        }
        return new Librarian.Filter(
                documents.stream().map(DocumentId::parse).toList(),
                Parameters.optionalText("names", filter.names(), 1000),
                Parameters.time("asOf", filter.asOf()));
    }

    void answer(List<CollectionId> ids, Bodies.Question body, HttpServletResponse raw, AsyncResponse response) {
        var caller = current.caller();
        var question = question(ids, body);
        limit.count(caller, ids, 1);
        var client = new WholeAnswer(
                response, raw, Entitlement.of(current, collections, ids), Problem.MEDIA_TYPE, Problem::json);
        streams.write(client, listener -> Views.GivenAnswer.of(librarian.answer(caller, question, listener)));
    }

    void stream(List<CollectionId> ids, Bodies.Question body, HttpServletResponse response, EventStream stream) {
        var caller = current.caller();
        var question = question(ids, body);
        // What the caller may not see is refused with a status, before the stream begins.
        ids.forEach(id -> collections.get(caller, id));
        limit.count(caller, ids, 1);
        response.setHeader("X-Accel-Buffering", "no");
        var entitlement = Entitlement.of(current, collections, ids);
        // Whoever has too many streams open is told so before anything is written.
        streams.keepAlive(stream);
        streams.write(() -> {
            try {
                var given = librarian.answer(caller, question, new Heard(stream, entitlement));
                entitlement.require();
                stream.send("answer", Views.GivenAnswer.of(given));
            } catch (CancellationException e) {
                if (entitlement.isEnded()) {
                    stream.sendProblem(Entitlement.problem());
                }
            } catch (RuntimeException e) {
                stream.sendProblem(Problems.of(e));
            } finally {
                stream.close();
            }
        });
    }

    private static Librarian.Question question(List<CollectionId> ids, Bodies.Question body) {
        var standalone = Parameters.optionalText("standaloneQuestion", body.standaloneQuestion(), LONGEST_QUESTION);
        return new Librarian.Question(
                Parameters.text("question", body.question(), LONGEST_QUESTION),
                ids,
                body.conversationId() == null ? null : ConversationId.parse(body.conversationId()),
                Parameters.time("asOf", body.asOf()),
                null,
                standalone == null || standalone.isBlank() ? null : standalone);
    }

    static List<CollectionId> collections(@Nullable List<String> ids) {
        if (ids == null || ids.isEmpty() || ids.size() > MOST_COLLECTIONS) {
            throw new Failure.Invalid(
                    "invalid_collections", "\"collections\" must name 1 to " + MOST_COLLECTIONS + " collections.");
        }
        return ids.stream().map(CollectionId::parse).distinct().toList();
    }

    /** Passes on what comes while the client is there and still may hear it. */
    private record Heard(EventStream stream, Entitlement entitlement) implements Librarian.Listener {

        @Override
        public void found(List<Librarian.Found> passages) {
            stream.send(
                    "passages",
                    new Views.FoundPassages(
                            passages.stream().map(Views.Found::of).toList()));
        }

        @Override
        public void token(String text) {
            if (!entitlement.isEnded()) {
                stream.send("token", new Views.Text(text));
            }
        }

        @Override
        public boolean isCancelled() {
            return entitlement.isEnded() || !stream.isOpen();
        }
    }
}
