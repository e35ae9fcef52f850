package org.docchat.query;

import java.util.ArrayList;
import java.util.List;
import org.docchat.domain.Passage;
import org.docchat.domain.Sentences;

/**
 * A sentence of a passage that can be quoted.
 *
 * @param start of its first character in the passage's text
 * @param end behind its last character
 */
record PassageSentence(int start, int end) {

    private static final int MOST_HEADINGS = 3;

    /** The sentences of a passage in order, without the headings that it may begin with. */
    static List<PassageSentence> of(Passage passage) {
        int heading = headingOf(passage);
        return Sentences.of(passage.text().substring(heading)).stream()
                .map(range -> new PassageSentence(heading + range.start(), heading + range.end()))
                .toList();
    }

    /** The sentence, and what remains of it where its first lines are headings inside the passage. */
    List<PassageSentence> withoutHeadings(String text) {
        var all = new ArrayList<>(List.of(this));
        int feed = text.indexOf('\n', start);
        for (int i = 0; i < MOST_HEADINGS && feed >= 0 && feed + 1 < end; i++) {
            if (Character.isUpperCase(text.charAt(feed + 1)) || Character.isDigit(text.charAt(feed + 1))) {
                all.add(new PassageSentence(feed + 1, end));
            }
            feed = text.indexOf('\n', feed + 1);
        }
        return all;
    }

    /** How many characters of a passage are the headings that it begins with; unlike what follows, no sentence. */
    private static int headingOf(Passage passage) {
        var section = passage.location().section();
        int end = 0;
        for (var heading : section == null ? new String[0] : section.split(" › ")) {
            int start = end;
            while (start < passage.text().length()
                    && Character.isWhitespace(passage.text().charAt(start))) {
                start++;
            }
            if (passage.text().startsWith(heading, start)) {
                end = start + heading.length();
            }
        }
        return end < passage.text().length() ? end : 0;
    }
}
