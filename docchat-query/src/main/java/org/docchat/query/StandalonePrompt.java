package org.docchat.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What a chat model is told to make a question of one that leans on those before it, and what is taken of its answer. */
final class StandalonePrompt {
    private static final Template TEMPLATE = Template.of("standalone-1");

    private static final int LONGEST = 400;
    /** Of the words that a question has, those that must be left. */
    private static final double MOST = 0.5;

    private static final int NEW_WORDS = 2;

    private StandalonePrompt() {}

    /**
     * @param earlier what was searched for before, oldest first
     * @param boundary makes random words
     */
    static ChatModel.Prompt of(String question, List<String> earlier, Supplier<String> boundary) {
        var texts = new ArrayList<>(earlier);
        texts.add(question);
        var fence = Fence.around(texts, boundary);
        var before = new StringBuilder();
        for (int i = 0; i < earlier.size(); i++) {
            before.append(fence.block("question " + (i + 1), earlier.get(i).strip()));
        }
        return TEMPLATE.filled(Map.of(
                "boundary",
                fence.word(),
                "earlier",
                before.toString(),
                "question",
                fence.block("last question", question.strip())));
    }

    /**
     * Whether what a model wrote is a question made of those that it was given: it leaves most words of the last one, and
     * brings in hardly any word, no name and no figure that none of them has.
     */
    static boolean isFaithful(String written, String question, List<String> earlier) {
        if (written.isEmpty() || written.length() > LONGEST || written.lines().count() > 1) {
            return false;
        }
        var made = Wording.of(written);
        var asked = Wording.of(question);
        var all = Wording.of(String.join(" ", earlier) + " " + question);
        return (asked.words().isEmpty() || asked.sharedWith(made) >= MOST)
                && all.figures().containsAll(made.figures())
                && all.words().containsAll(made.names())
                && made.words().stream()
                                .filter(word -> !all.words().contains(word))
                                .count()
                        <= NEW_WORDS
                && made.addresses().isEmpty();
    }
}
