package org.docchat.query;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.docchat.domain.Passage;
import org.jspecify.annotations.Nullable;

/**
 * Writes an answer from passages. What it writes is a claim: every quote is looked up in its passage before anybody
 * is told.
 */
public interface Writer {

    /** "extractive", or the name of the chat model. */
    String name();

    /**
     * Makes a question stand on its own that may lean on those before it.
     *
     * @param earlier what was searched for before, oldest first
     * @throws java.util.concurrent.CancellationException if nobody waits for it any more
     */
    default String standalone(String question, List<String> earlier, BooleanSupplier isCancelled) {
        return FollowUp.standalone(question, earlier);
    }

    /**
     * Writes an answer.
     *
     * @param question standing on its own
     * @param passages the evidence, best first, never empty
     * @param tokens is given the text piece by piece as it comes into being
     * @param isCancelled whether nobody waits for it any more
     * @throws java.util.concurrent.CancellationException if so
     */
    Draft write(String question, List<Passage> passages, Consumer<String> tokens, BooleanSupplier isCancelled);

    /**
     * An answer that nobody has checked yet.
     *
     * @param text with markers {@code [n]}; empty if the passages do not answer
     * @param writer who wrote it: another one may have stepped in
     * @param notice what the reader should know of how it was written; null where that is nothing
     * @param prompted what a chat model was told; null where none was asked
     */
    record Draft(
            String text,
            List<Quote> quotes,
            Librarian.Usage usage,
            String writer,
            @Nullable String notice,
            @Nullable Prompted prompted) {

        /** A draft without a chat model. */
        Draft(String text, List<Quote> quotes, Librarian.Usage usage, String writer, @Nullable String notice) {
            this(text, quotes, usage, writer, notice, null);
        }

        /** The same with another notice. */
        Draft noticing(@Nullable String other) {
            return new Draft(text, quotes, usage, writer, other, prompted);
        }
    }

    /**
     * What a chat model was told, and within which budgets.
     *
     * @param model as its server calls it; it may have failed and another writer stepped in
     * @param template the version of the prompt's template
     * @param contextTokens the most of prompt and answer together
     * @param answerTokens the most of the answer
     * @param passages those that stood in the prompt
     */
    record Prompted(String model, String template, int contextTokens, int answerTokens, List<Passage> passages) {}

    /**
     * What a marker is said to stand for.
     *
     * @param start offset of the quote in the extracted text of the passage's document
     */
    record Quote(int number, Passage passage, int start, String words) {}
}
