package org.docchat.web.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The tokenizer cuts texts as the one that the model was trained with")
class WordPieceTest {
    private static final Path FILE = Path.of("target/war/WEB-INF/model/bge-small-en-v1.5-q-tokenizer.json");
    private static WordPiece ours;
    private static HuggingFaceTokenizer reference;

    @BeforeAll
    static void load() throws IOException {
        ours = WordPiece.of(FILE);
        reference = HuggingFaceTokenizer.builder()
                .optTokenizerPath(FILE)
                .optTruncation(false)
                .optPadding(false)
                .build();
    }

    @AfterAll
    static void close() {
        reference.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "Hotel costs are refunded up to 140 euros a night.",
                "don't stop: e-mail me@example.org, or call +49 (0)30 123-456!",
                "  several   spaces\tand\nlines\r\n\u00a0hard\u2003wide ",
                "Café naïve Ünïcödé Ångström ĐĂŇĞĚŘ façade",
                "e\u0301 decomposed, o\u0308\u0304 twice, \u0345 alone",
                "İstanbul ıssız ſharp ẞ ß ﬁne ﬂ Ⅷ ½ ™ µ Ω",
                "ΑΒΓ Σίσυφος ΣΊΣΥΦΟΣ όσος",
                "北京是中国的首都。東京 とうきょう トウキョウ 서울 한국어",
                "日本語mixed混在text𠀀𪜀豈",
                "emoji 😀👩‍👩‍👧 🇩🇪 ❤️ and 👍🏽 tones",
                "control\u0001\u0007\u001b\u007f\u0085characters\u0000and\ufffdmore",
                "zero\u200bwidth\u200c\u200djoin\ufeffbom\u00adsoft\u2060word",
                "right \u202eto\u202c left \u200f mark \u061c arabic العربية עברית",
                "हिन्दी தமிழ் ไทย ภาษาไทย မြန်မာ ខ្មែរ",
                "private \ue000 use, unassigned \u0378 point, noncharacter \ufffe",
                "punctuation: “quotes” ‘single’ — dash – en … ellipsis · dot § ¶ † ‡ ‰ ′ ″",
                "symbols: + < = > ^ ` | ~ $ € £ ¥ © ® ° ± × ÷ ← ↑ → ∀ ∃ ∑ √ ∞ ≤ ≥",
                "[cls] [unused1] [CLS [SEP CLS] [ UNK ]",
                "##ing ## #hash snake_case camelCase SCREAMING_CASE kebab-case",
                "https://example.org/path?query=1&other=%20#fragment C:\\Users\\ann\\file.txt",
                "1,234,567.89 3.14159e-10 0x1F 2026-11-23T13:20:00Z v1.2.3-rc.4",
                "Donaudampfschifffahrtsgesellschaftskapitän antidisestablishmentarianism",
                "line\u2028separator\u2029paragraph\u000bvertical\fform",
                "ǅ ǆ Ǆ ŉ ǰ ΐ ﬃ ℌ ℵ ① ㎏ ｆｕｌｌｗｉｄｔｈ １２３ ﾊﾝｶｸ"
            })
    void oddTextsHaveTheSamePieces(String text) {
        assertSame(text);
    }

    @ParameterizedTest
    @ValueSource(ints = {99, 100, 101, 250})
    void aLongWordIsOneUnknownFromTheSameLengthOn(int length) {
        assertSame("a".repeat(length));
        assertSame("before " + "ab".repeat(length).substring(0, length) + " after");
        assertSame("é".repeat(length));
        assertSame("😀".repeat(length));
    }

    static Stream<Path> ourOwnTexts() throws IOException {
        try (var files = Files.walk(Path.of("src/main"))) {
            return files
                    .filter(file -> file.toString().matches(".*\\.(java|xhtml|sql|js|css)"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("ourOwnTexts")
    void realTextsHaveTheSamePieces(Path file) throws IOException {
        assertSame(Files.readString(file).replaceAll("\\[(UNK|CLS|SEP)]", ""));
    }

    /** Not beyond what Unicode 8 had, whose punctuation the reference knows. */
    @Test
    void randomTextsHaveTheSamePieces() {
        var random = new Random(42);
        for (int i = 0; i < 2_000; i++) {
            var text = random.ints(30, 0, 0x1000)
                    .map(c -> random.nextInt(3) == 0 ? ' ' + c % 95 : c % 2 == 0 ? c % 0x0530 : 0x1E00 + c)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            assertSame(text);
        }
    }

    /** The reference takes them at their word; a document must not. */
    @ParameterizedTest
    @Tag("P1")
    @ValueSource(strings = {"[CLS]", "[SEP]", "[MASK]", "[PAD]", "[UNK]"})
    void whatLooksLikeAMarkOfTheModelIsTextLikeAnyOther(String mark) {
        assertThat(ours.encode(mark, 510)).isEqualTo(ours.encode(mark.toLowerCase(Locale.ROOT), 510));
        assertThat(ours.count(mark)).isGreaterThan(2);
    }

    @Test
    void whatIsTooLongIsCutBehindTheLastPieceThatFits() {
        var text = "word ".repeat(600);

        assertThat(ours.encode(text, 510)).hasSize(512).startsWith(101).endsWith(102);
        assertThat(ours.count(text)).isEqualTo(600);
    }

    private static void assertSame(String text) {
        var expected = reference.encode(text).getIds();
        assertThat(ours.encode(text, Integer.MAX_VALUE)).as(text).isEqualTo(expected);
        assertThat(ours.count(text)).as(text).isEqualTo(expected.length - 2);
    }
}
