package org.docchat.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.docchat.domain.Language;
import org.docchat.ingest.Splitter.Chunk;
import org.docchat.ingest.extract.ExtractedText;
import org.docchat.ingest.extract.ExtractedText.Block;
import org.docchat.ingest.extract.ExtractedText.Kind;
import org.docchat.ingest.extract.ExtractedText.Page;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitterTest {
    private static final Pattern TOKEN = Pattern.compile("\\w+|[^\\w\\s]");
    private static final int MAX = 100;

    private final Splitter splitter = new Splitter(SplitterTest::count, 40, 10, MAX);

    @Test
    void aPassageIsARangeOfTheTextUnderItsHeadings() {
        var text = new Document()
                .add(Kind.HEADING, 1, "Leave")
                .add(Kind.HEADING, 2, "Holidays")
                .add(Kind.PARAGRAPH, 0, "Everybody has thirty days.")
                .add(Kind.HEADING, 2, "Illness")
                .add(Kind.PARAGRAPH, 0, "Call before nine.")
                .build();

        List<Chunk> chunks = splitter.split(text, null);

        assertThat(chunks).extracting(Chunk::section).containsExactly("Leave › Holidays", "Leave › Illness");
        assertThat(chunks)
                .extracting(chunk -> textOf(text, chunk))
                .containsExactly("Leave\nHolidays\nEverybody has thirty days.", "Illness\nCall before nine.");
        assertThat(chunks).extracting(Chunk::page).containsOnly(1);
    }

    @Test
    void aTableIsCutBetweenRowsAndItsHeaderGoesWithTheRestAsContext() {
        var document = new Document().add(Kind.HEADING, 1, "Rates").add(Kind.TABLE_HEADER, 0, "Country | Rate");
        for (int i = 0; i < 30; i++) {
            document.add(Kind.TABLE_ROW, 0, "Land" + i + " | " + i + " per day");
        }
        var text = document.build();

        List<Chunk> chunks = splitter.split(text, null);

        assertThat(chunks).hasSizeGreaterThan(2);
        assertThat(chunks.get(0).context()).isNull();
        assertThat(chunks.subList(1, chunks.size()))
                .allSatisfy(chunk -> assertThat(chunk.context()).isEqualTo("Rates\nCountry | Rate"))
                .allSatisfy(chunk ->
                        assertThat(textOf(text, chunk)).startsWith("Land").endsWith("per day"));
    }

    @Test
    void aLongParagraphIsCutBetweenSentencesAndTheLastOneIsRepeated() {
        var paragraph = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            paragraph.append("This is the sentence with number ").append(i).append(". ");
        }
        var text = new Document()
                .add(Kind.PARAGRAPH, 0, paragraph.toString().strip())
                .build();

        List<Chunk> chunks = splitter.split(text, null);

        assertThat(chunks).hasSizeGreaterThan(2).allSatisfy(chunk -> assertThat(textOf(text, chunk))
                .startsWith("This")
                .endsWith("."));
        for (int i = 1; i < chunks.size(); i++) {
            assertThat(chunks.get(i).start()).isLessThan(chunks.get(i - 1).end());
        }
    }

    @Test
    void whatNoBlockCoversIsNotDraggedIn() {
        var text = new Document()
                .add(Kind.PARAGRAPH, 0, "Before the contents.")
                .aside("Contents . . . . . . . . 7\n".repeat(30))
                .add(Kind.PARAGRAPH, 0, "Behind the contents.")
                .build();

        assertThat(splitter.split(text, null))
                .extracting(chunk -> textOf(text, chunk))
                .containsExactly("Before the contents.", "Behind the contents.");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void anyDocumentIsCoveredWithinTheLimits(long seed) {
        var text = random(new Random(seed));

        List<Chunk> chunks = splitter.split(text, null);

        int position = 0;
        int offset = 0;
        String whole = SharedFiles.textOf(text);
        for (Page page : text.pages()) {
            for (Block block : page.blocks()) {
                for (int at = offset + block.start(); at < offset + block.end(); at++) {
                    int here = at;
                    assertThat(Character.isWhitespace(whole.charAt(at))
                                    || chunks.stream().anyMatch(c -> c.start() <= here && here < c.end()))
                            .isTrue();
                }
            }
            offset += page.text().length();
        }
        for (Chunk chunk : chunks) {
            String context = chunk.context() == null ? "" : chunk.context();
            assertThat(count(textOf(text, chunk)) + count(context)).isLessThanOrEqualTo(MAX);
            assertThat(chunk.start()).isGreaterThanOrEqualTo(position);
            assertThat(textOf(text, chunk)).isNotBlank();
            position = chunk.start() + 1;
        }
    }

    @Tag("U11")
    @ParameterizedTest
    @ValueSource(strings = {"x", "word ", "A b. ", "\ud83d\ude00"})
    void aLineOfTenMegabytesTakesLinearTime(String unit) {
        var text = new Document()
                .add(Kind.PARAGRAPH, 0, unit.repeat(10_000_000 / unit.length()).strip())
                .build();

        List<Chunk> chunks = assertTimeoutPreemptively(Duration.ofSeconds(30), () -> splitter.split(text, null));

        assertThat(chunks).hasSizeGreaterThan(100);
        assertThat(chunks.get(chunks.size() - 1).end()).isGreaterThan(9_900_000);
    }

    @Test
    void aRealManualBecomesPassagesOfSensibleSize() throws Exception {
        // Through the whole way once: what the extraction says and what the splitter expects must fit.
        var file = SharedFiles.require("long/debian-faq.en.pdf");
        try (var extraction = Extractions.standard()) {
            var text = extraction.extract(file, DocumentFormat.PDF.mediaType(), Language.ENGLISH, (done, total) -> {});
            var chunks = new Splitter(SplitterTest::count, 512).split(text, null);

            assertThat(chunks).hasSizeBetween(150, 800);
            assertThat(chunks)
                    .allSatisfy(chunk -> assertThat(count(textOf(text, chunk))).isLessThan(510));
            assertThat(chunks.stream().filter(chunk -> chunk.section() != null))
                    .hasSizeGreaterThan(chunks.size() * 9 / 10);
        }
    }

    @Test
    void theTitleIsToldWithEachPassageUnlessAHeadingSaysIt() {
        var text = new Document()
                .add(Kind.PARAGRAPH, 0, "It was a good year.")
                .add(Kind.HEADING, 1, "Balance")
                .add(Kind.PARAGRAPH, 0, "word ".repeat(60).strip() + ".")
                .build();

        assertThat(splitter.split(text, "Norland 2021"))
                .hasSizeGreaterThan(2)
                .allSatisfy(chunk -> assertThat(chunk.context()).startsWith("Norland 2021"));
        assertThat(splitter.split(text, "Norland 2021"))
                .extracting(Chunk::context)
                .contains("Norland 2021 › Balance");
        assertThat(splitter.split(text, "Norland 2021").get(0).section()).isNull();
        assertThat(splitter.split(text, "balance").subList(1, 3))
                .extracting(Chunk::context)
                .containsExactly(null, "Balance");
    }

    private static ExtractedText random(Random random) {
        var document = new Document();
        Kind[] kinds = Kind.values();
        for (int i = 0; i < 60; i++) {
            Kind kind = kinds[random.nextInt(kinds.length)];
            var content = new StringBuilder("w");
            int words = random.nextInt(8) == 0 ? 300 : 1 + random.nextInt(30);
            for (int j = 0; j < words; j++) {
                content.append(random.nextInt(9) == 0 ? ". " : " ").append("w".repeat(1 + random.nextInt(9)));
                if (random.nextInt(500) == 0) {
                    content.append("-".repeat(400));
                }
            }
            document.add(kind, kind == Kind.HEADING ? 1 + random.nextInt(3) : 0, content.toString());
            if (random.nextInt(5) == 0) {
                document.page();
            }
            if (random.nextInt(5) == 0) {
                document.aside("Running header " + i + "\n");
            }
        }
        return document.build();
    }

    private static String textOf(ExtractedText text, Chunk chunk) {
        return SharedFiles.textOf(text).substring(chunk.start(), chunk.end());
    }

    private static int count(String text) {
        return (int) TOKEN.matcher(text).results().count();
    }

    /** Builds a text to be split. */
    private static final class Document {
        private final List<Page> pages = new ArrayList<>();
        private StringBuilder text = new StringBuilder();
        private List<Block> blocks = new ArrayList<>();

        Document add(Kind kind, int level, String content) {
            int start = text.length();
            text.append(content);
            blocks.add(new Block(kind, level, start, text.length()));
            text.append('\n');
            return this;
        }

        Document aside(String content) {
            text.append(content);
            return this;
        }

        void page() {
            pages.add(new Page(pages.size() + 1, null, text.toString(), blocks, List.of()));
            text = new StringBuilder();
            blocks = new ArrayList<>();
        }

        ExtractedText build() {
            page();
            return new ExtractedText(pages, List.of());
        }
    }
}
