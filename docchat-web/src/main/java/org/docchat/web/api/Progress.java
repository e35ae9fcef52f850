package org.docchat.web.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Document;
import org.docchat.domain.DocumentId;
import org.docchat.domain.DocumentState;
import org.docchat.domain.Failure;
import org.docchat.domain.Slice;
import org.docchat.ingest.Collections;
import org.docchat.ingest.Library;
import org.docchat.web.security.CurrentCaller;
import org.jspecify.annotations.Nullable;

/** Tells how documents come along. Each look has the caller's rights of that moment, and credentials that are still good. */
@RequestScoped
public class Progress {
    @Inject
    Collections collections;

    @Inject
    Library library;

    @Inject
    CurrentCaller current;

    @Inject
    EventStreams streams;

    /** Until the document is final. */
    void follow(DocumentId document, HttpServletResponse response, EventStream stream) {
        var caller = current.caller();
        // What the caller may not see is refused with a status, before the stream begins.
        library.document(caller, document);
        watch(response, stream, Duration.ofSeconds(1), new OneDocument(library, caller, document, stream));
    }

    /** Until the client hangs up. */
    void follow(CollectionId collection, HttpServletResponse response, EventStream stream) {
        var caller = current.caller();
        collections.get(caller, collection);
        watch(response, stream, Duration.ofSeconds(2), new AllDocuments(library, caller, collection, stream));
    }

    private void watch(HttpServletResponse response, EventStream stream, Duration pause, BooleanSupplier look) {
        response.setHeader("X-Accel-Buffering", "no");
        // The bean ends with its request, the stream does not.
        var standing = current.standing();
        streams.watch(stream, pause, () -> standing.getAsBoolean() && look.getAsBoolean());
    }

    private static final class OneDocument implements BooleanSupplier {
        private final Library library;
        private final Caller caller;
        private final DocumentId id;
        private final EventStream stream;
        private @Nullable DocumentState told;

        OneDocument(Library library, Caller caller, DocumentId id, EventStream stream) {
            this.library = library;
            this.caller = caller;
            this.id = id;
            this.stream = stream;
        }

        @Override
        public boolean getAsBoolean() {
            Document document;
            try {
                document = library.document(caller, id);
            } catch (Failure.NotFound e) {
                return false; // deleted, or no longer shared
            }
            var state = document.newest().state();
            if (!state.equals(told)) {
                told = state;
                stream.send("progress", Views.Document.of(document));
            }
            return !state.isFinal();
        }
    }

    /** Looks only at documents that are on their way: a collection may hold very many that are not. */
    private static final class AllDocuments implements BooleanSupplier {
        private static final Set<String> ON_THEIR_WAY = Set.of("received", "parsing", "embedding");

        private final Library library;
        private final Caller caller;
        private final CollectionId id;
        private final EventStream stream;
        private final Map<DocumentId, DocumentState> told = new HashMap<>();

        AllDocuments(Library library, Caller caller, CollectionId id, EventStream stream) {
            this.library = library;
            this.caller = caller;
            this.id = id;
            this.stream = stream;
        }

        @Override
        public boolean getAsBoolean() {
            try {
                var gone = new HashSet<>(told.keySet());
                for (var state : ON_THEIR_WAY) {
                    for (var document : library.documents(caller, id, state, null, new Slice.Request(200, null))
                            .items()) {
                        gone.remove(document.id());
                        tell(document);
                    }
                }
                gone.forEach(this::tellLast);
                return true;
            } catch (Failure.NotFound e) {
                return false; // deleted, or no longer shared
            }
        }

        private void tell(Document document) {
            var state = document.newest().state();
            if (!state.equals(told.put(document.id(), state))) {
                stream.send("progress", Views.Document.of(document));
            }
        }

        private void tellLast(DocumentId document) {
            try {
                tell(library.document(caller, document));
            } catch (Failure.NotFound e) {
                // Deleted on its way: there is nothing to tell of it.
            }
            told.remove(document);
        }
    }
}
