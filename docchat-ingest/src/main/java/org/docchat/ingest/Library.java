package org.docchat.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.docchat.domain.Caller;
import org.docchat.domain.Collection;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Document;
import org.docchat.domain.DocumentId;
import org.docchat.domain.Language;
import org.docchat.domain.Passage;
import org.docchat.domain.Role;
import org.docchat.domain.Slice;
import org.jspecify.annotations.Nullable;

/**
 * The collections and their documents: the way in to ingestion. Every method acts with the rights of the caller that
 * it is given; what the caller may not see does not exist ({@link org.docchat.domain.Failure.NotFound}).
 */
public final class Library {

    public Collection create(Caller caller, String name, String description, Language language) {
        throw new UnsupportedOperationException();
    }

    /** The collections that the caller is a member of, by name. */
    public Slice<Collection> collections(Caller caller, Slice.Request request) {
        throw new UnsupportedOperationException();
    }

    public Collection collection(Caller caller, CollectionId id) {
        throw new UnsupportedOperationException();
    }

    /** Changes what is not null. The language cannot be changed: the passages' lexemes depend on it. */
    public Collection change(Caller caller, CollectionId id, @Nullable String name, @Nullable String description) {
        throw new UnsupportedOperationException();
    }

    /** Deletes a collection with everything in it; when this returns, nothing of it can be retrieved. */
    public void delete(Caller caller, CollectionId id) {
        throw new UnsupportedOperationException();
    }

    public List<Member> members(Caller caller, CollectionId id) {
        throw new UnsupportedOperationException();
    }

    /** Gives a user a role, or another one. The last owner stays one (409). */
    public void share(Caller caller, CollectionId id, String username, Role role) {
        throw new UnsupportedOperationException();
    }

    /** Takes a user's role away. The last owner cannot be removed (409). */
    public void unshare(Caller caller, CollectionId id, String username) {
        throw new UnsupportedOperationException();
    }

    /**
     * Stores a document and queues it; when this returns the bytes are safe. Reads the stream to its end in pieces, so
     * that neither the heap nor a database connection is held by a slow or large upload.
     *
     * @param name the document's name; a path is cut to its last part, control characters are removed
     * @return the document; not {@link Accepted#isNew()} where the same bytes already stand under the name
     * @throws IOException if the caller's stream fails: nothing is kept
     */
    public Accepted accept(Caller caller, CollectionId id, String name, InputStream bytes) throws IOException {
        throw new UnsupportedOperationException();
    }

    /**
     * The documents of a collection, those with problems first, then newest first.
     *
     * @param state label of a state, such as "indexed"; null for all
     * @param name a part of the name, in any case; null for all
     */
    public Slice<Document> documents(
            Caller caller, CollectionId id, @Nullable String state, @Nullable String name, Slice.Request request) {
        throw new UnsupportedOperationException();
    }

    /** How many documents of a collection are in each state, by the state's label. */
    public java.util.Map<String, Long> states(Caller caller, CollectionId id) {
        throw new UnsupportedOperationException();
    }

    public Document document(Caller caller, DocumentId id) {
        throw new UnsupportedOperationException();
    }

    /** Deletes a document with all its versions; when this returns, nothing of it can be retrieved. */
    public void delete(Caller caller, DocumentId id) {
        throw new UnsupportedOperationException();
    }

    /** Queues the newest version again, if it is failed or rejected. */
    public Document retry(Caller caller, DocumentId id) {
        throw new UnsupportedOperationException();
    }

    /**
     * Writes the original bytes.
     *
     * @param version null for the newest
     */
    public void content(Caller caller, DocumentId id, @Nullable Integer version, OutputStream out) throws IOException {
        throw new UnsupportedOperationException();
    }

    /**
     * The passages of a version in order.
     *
     * @param version null for the one that answers now
     * @param page only those that begin on this page; null for all
     */
    public Slice<Passage> passages(
            Caller caller, DocumentId id, @Nullable Integer version, @Nullable Integer page, Slice.Request request) {
        throw new UnsupportedOperationException();
    }

    /**
     * The extracted text that overlaps [start, end), page by page, cut to that range.
     *
     * @param version null for the one that answers now
     */
    public List<TextPage> text(Caller caller, DocumentId id, @Nullable Integer version, int start, int end) {
        throw new UnsupportedOperationException();
    }

    /**
     * The boxes of the words in [start, end) of the extracted text, merged line by line; empty for formats without a
     * layout.
     */
    public List<Mark> marks(Caller caller, DocumentId id, @Nullable Integer version, int start, int end) {
        throw new UnsupportedOperationException();
    }

    /** A user's part in a collection. */
    public record Member(String username, String displayName, Role role) {}

    /** What became of an upload. */
    public record Accepted(Document document, boolean isNew) {}

    /**
     * Some of a page's text.
     *
     * @param number 1-based; 0 for formats without pages
     * @param label what the document calls the page, such as a sheet's name
     * @param start offset of {@code text} in the extracted text of the version
     */
    public record TextPage(int number, @Nullable String label, int start, String text) {}

    /** A box on a page, in fractions of its displayed width and height from the upper left corner. */
    public record Mark(int page, float x, float y, float width, float height) {}
}
