package org.docchat.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.docchat.ingest.extract.ExtractedText;
import org.docchat.ingest.extract.ExtractedText.Block;
import org.docchat.ingest.extract.ExtractedText.Page;
import org.docchat.ingest.extract.ExtractedText.Word;

/** What must hold of all extracted text. */
final class Invariants {
    private Invariants() {}

    static void hold(ExtractedText text) {
        assertThat(text.pages()).isNotEmpty();
        for (Page page : text.pages()) {
            assertThat(page.text()).doesNotContain("\0");
            assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(page.text()))
                    .isTrue();
            assertThat(page.text().isEmpty() || page.text().endsWith("\n")).isTrue();
            int last = 0;
            for (Block block : page.blocks()) {
                assertThat(block.start()).isGreaterThanOrEqualTo(last);
                assertThat(block.end())
                        .isGreaterThan(block.start())
                        .isLessThanOrEqualTo(page.text().length());
                assertThat(page.text().substring(block.start(), block.end()).isBlank())
                        .isFalse();
                last = block.end();
            }
            last = 0;
            for (Word word : page.words()) {
                assertThat(word.start()).isGreaterThanOrEqualTo(last);
                assertThat(page.text().substring(word.start(), word.end())).isNotBlank();
                assertThat(word.x() + word.width()).isLessThanOrEqualTo(1.0001f);
                assertThat(word.y() + word.height()).isLessThanOrEqualTo(1.0001f);
                last = word.end();
            }
        }
    }
}
