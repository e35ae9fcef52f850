package org.docchat.query;

import java.util.Collection;
import java.util.function.Supplier;

/**
 * Stands around what others have written in a prompt, made with a random word that their texts cannot know, so that none of
 * them can pose as ours.
 */
record Fence(String word) {
    /**
     * One that none of the texts holds.
     *
     * @param words makes random words
     */
    static Fence around(Collection<String> texts, Supplier<String> words) {
        while (true) {
            var word = words.get();
            if (texts.stream().noneMatch(text -> text.contains(word))) {
                return new Fence(word);
            }
        }
    }

    /** A text between two lines of its own, the first of which says what it is. */
    String block(String what, String text) {
        return "<<<" + word + " " + what + ">>>\n" + text + "\n<<<" + word + " end>>>\n";
    }
}
