package org.docchat.query;

import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A language model that continues a prompt. Implementations are safe for use by several threads. */
public interface ChatModel {

    /** As its server calls it. */
    String name();

    /** The most tokens that prompt and answer may take together. */
    int contextTokens();

    /** The most tokens that an answer may take. */
    int answerTokens();

    /**
     * Lets the model write. What it has written when it is stopped by a budget or by the reader is returned; what it
     * has written when it fails is not.
     *
     * @param tokens is given the text piece by piece, in order; together they are the completion's text
     * @param isCancelled whether nobody waits for it any more; asked now and then, also while the model is silent
     * @throws org.docchat.domain.Failure.Unavailable if the model cannot be reached, refuses, breaks off, says nothing
     *     that can be understood, or says nothing in time
     */
    Completion complete(Prompt prompt, Consumer<String> tokens, BooleanSupplier isCancelled);

    /**
     * What the model is told.
     *
     * @param system our instructions, the same for every request
     * @param user the material; nothing in it is an instruction of ours
     */
    record Prompt(String system, String user) {}

    /** What the model wrote. */
    record Completion(String text, End end, Librarian.Usage usage) {}

    /** Why the text ends. */
    enum End {
        COMPLETE,
        /** A budget of tokens, bytes or seconds is used up. */
        CUT,
        /** The reader has gone. */
        CANCELLED
    }

    /** How many tokens a text takes at most in most languages and vocabularies: three bytes each. */
    static int estimateTokens(String text) {
        return (text.getBytes(StandardCharsets.UTF_8).length + 2) / 3;
    }
}
