package org.docchat.domain;

/**
 * Where a version of a document stands on its way from bytes to answers. {@link Indexed}, {@link Rejected} and
 * {@link Failed} are final; every other state is work that some node will do, whatever crashes in between.
 */
public sealed interface DocumentState {

    /** Stored safely; waiting for a worker. */
    record Received() implements DocumentState {}

    /** Its text is being extracted. */
    record Parsing(Progress progress) implements DocumentState {}

    /** Its passages are stored (and, where it has no earlier version, found by keyword); embeddings are being made. */
    record Embedding(Progress progress) implements DocumentState {}

    /** Found by keyword and by meaning. */
    record Indexed() implements DocumentState {}

    /** Will never work as it is: encrypted, damaged, without text, hostile. */
    record Rejected(Problem problem) implements DocumentState {}

    /** Given up after several attempts; may work when tried again. */
    record Failed(Problem problem) implements DocumentState {}

    /**
     * How far a step has come.
     *
     * @param step what is being counted, in words: "reading pages", "recognizing pages", "embedding passages"
     * @param total 0 while unknown
     */
    record Progress(String step, int done, int total) {}

    /**
     * Why a document cannot be used.
     *
     * @param code stable, for programs: {@code encrypted}, {@code no_text} …
     * @param detail for people: what happened and what to do
     */
    record Problem(String code, String detail) {}

    /** The state's name in the API: lower case. */
    default String label() {
        return getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
    }

    /** Whether nothing will happen any more unless someone asks for it. */
    default boolean isFinal() {
        return this instanceof Indexed || this instanceof Rejected || this instanceof Failed;
    }
}
