package org.docchat.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.docchat.domain.Passage;

/**
 * What a chat model is told to answer a question from passages, each in a {@link Fence}.
 *
 * @param passages those that are in it: the marker {@code [n]} means the n-th
 */
record AnswerPrompt(ChatModel.Prompt prompt, List<Passage> passages) {
    static final Template TEMPLATE = Template.of("answer-1");

    /** A passage of which less is left tells nothing. */
    private static final int LEAST = 50;

    /**
     * Builds the prompt from as many passages as fit, best first; the first is cut if it must be.
     *
     * @param tokens that it may take
     * @param boundary makes random words
     * @return without passages, and not to be sent, if the question leaves no room for any
     */
    static AnswerPrompt of(String question, List<Passage> passages, int tokens, Supplier<String> boundary) {
        var texts = new ArrayList<>(List.of(question));
        passages.forEach(passage -> texts.addAll(List.of(heading(passage), passage.text())));
        var fence = Fence.around(texts, boundary);
        int left = tokens
                - ChatModel.estimateTokens(TEMPLATE.system() + TEMPLATE.user() + question)
                - 6 * fence.word().length();
        var blocks = new StringBuilder();
        var taken = new ArrayList<Passage>();
        for (var passage : passages) {
            var block = block(taken.size() + 1, passage, passage.text(), fence);
            int cost = ChatModel.estimateTokens(block);
            if (cost > left) {
                if (!taken.isEmpty() || left < LEAST) {
                    continue;
                }
                var text = passage.text();
                int characters = Math.max(0, text.length() - 3 * (cost - left));
                block = block(1, passage, text.substring(0, characters), fence);
                cost = left;
            }
            blocks.append(block);
            taken.add(passage);
            left -= cost;
        }
        var prompt = TEMPLATE.filled(
                Map.of("boundary", fence.word(), "passages", blocks.toString(), "question", question.strip()));
        return new AnswerPrompt(prompt, List.copyOf(taken));
    }

    private static String block(int number, Passage passage, String text, Fence fence) {
        return fence.block("passage " + number, heading(passage) + "\n" + text.strip());
    }

    /** Where the passage is from, on one line. */
    private static String heading(Passage passage) {
        var location = passage.location();
        return (passage.documentName()
                        + (location.page() == null ? "" : ", page " + location.page())
                        + (location.section() == null ? "" : ", " + location.section()))
                .replaceAll("\\s+", " ");
    }
}
