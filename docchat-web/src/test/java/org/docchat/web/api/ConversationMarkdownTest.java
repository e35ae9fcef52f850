package org.docchat.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("A conversation as Markdown")
class ConversationMarkdownTest {
    /** A backslash that somebody wrote must not undo the one that makes markup text. */
    @Test
    @Tag("X3")
    @Tag("P2")
    void hasNoMarkupThatABackslashUncovers() {
        var answer = new Views.GivenAnswer(
                "a",
                "c",
                "\\<img src=x>",
                "\\<img src=x>",
                "not_found",
                "\\<img src=x> !\\[a](x) **bold**",
                List.of(),
                0.1,
                "extractive",
                null,
                new Views.Usage(0, 0),
                new Views.Timings(0, 0, 0),
                false,
                null,
                Instant.EPOCH);

        assertThat(ConversationMarkdown.of(new Views.ConversationWithAnswers(
                        "c", "Towers", Instant.EPOCH, Instant.EPOCH, List.of(answer))))
                .contains("## \\\\\\<img src=x\\>")
                .contains("\\\\\\<img src=x> !\\\\\\[a\\](x) **bold**");
    }
}
