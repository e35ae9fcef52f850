package org.docchat.ingest.extract;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.tika.parser.txt.CharsetDetector;
import org.docchat.ingest.extract.ExtractedText.Kind;

/** Text without markup: its characters, its title if it seems to have one, and paragraphs between blank lines. */
final class PlainText {
    private static final int GUESSED_FROM = 64 * 1024;
    private static final int LONGEST_TITLE = 250;

    private PlainText() {}

    /** The characters of a file in whatever encoding it seems to be. */
    static String of(Path file, TextBuilder builder) throws IOException {
        builder.expectBytes(Files.size(file));
        return decode(Files.readAllBytes(file));
    }

    static String decode(byte[] bytes) {
        if (startsWith(bytes, 0xEF, 0xBB, 0xBF)) {
            return new String(bytes, 3, bytes.length - 3, StandardCharsets.UTF_8);
        }
        if (startsWith(bytes, 0xFF, 0xFE) || startsWith(bytes, 0xFE, 0xFF)) {
            return new String(bytes, StandardCharsets.UTF_16);
        }
        try {
            // Strict: what is valid UTF-8 by accident is rarer than a wrong guess.
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            if (!text.contains("\0\0")
                    && text.chars().limit(1_000).filter(c -> c == 0).count() < 100) {
                return text;
            }
        } catch (CharacterCodingException e) {
            // Not UTF-8: guessed below.
        }
        return new String(bytes, guess(bytes));
    }

    private static Charset guess(byte[] bytes) {
        byte[] sample = bytes.length <= GUESSED_FROM ? bytes : java.util.Arrays.copyOf(bytes, GUESSED_FROM);
        int evenZeros = 0;
        int oddZeros = 0;
        for (int i = 0; i < sample.length; i++) {
            if (sample[i] == 0) {
                if (i % 2 == 0) {
                    evenZeros++;
                } else {
                    oddZeros++;
                }
            }
        }
        if (Math.max(evenZeros, oddZeros) > sample.length / 10) {
            return oddZeros > evenZeros ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_16BE;
        }
        for (var match : new CharsetDetector().setText(sample).detectAll()) {
            // Mainframe encodings look like much and are never uploaded.
            if (!match.getName().startsWith("IBM") && Charset.isSupported(match.getName())) {
                return Charset.forName(match.getName());
            }
        }
        return Charset.forName("windows-1252");
    }

    static void read(String raw, TextBuilder builder) {
        String text = Characters.clean(raw);
        int start = title(text, builder);
        int position = start;
        while (position < text.length()) {
            int end = text.indexOf('\n', position);
            int next = end < 0 ? text.length() : end + 1;
            if (text.substring(position, next).isBlank()) {
                paragraph(text.substring(start, position), builder);
                start = next;
            }
            position = next;
        }
        paragraph(text.substring(start), builder);
    }

    /**
     * A first line that is followed by one at least twice as long is a title: lines of wrapped prose are about equal.
     *
     * @return where the text goes on
     */
    private static int title(String text, TextBuilder builder) {
        int end = text.indexOf('\n');
        if (end < 0 || end > LONGEST_TITLE || text.substring(0, end).isBlank()) {
            return 0;
        }
        int next = text.indexOf('\n', end + 1);
        if ((next < 0 ? text.length() : next) - end <= 2 * end) {
            return 0;
        }
        builder.block(Kind.HEADING, 1, text.substring(0, end));
        return end + 1;
    }

    /** Keeps the lines: what is aligned with spaces is a table or a listing as often as it is prose. */
    private static void paragraph(String lines, TextBuilder builder) {
        String text = lines.stripTrailing();
        if (!text.isBlank()) {
            int start = builder.length();
            builder.append(text);
            builder.close(Kind.PARAGRAPH, 0, start);
        }
    }

    private static boolean startsWith(byte[] bytes, int... prefix) {
        if (bytes.length < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if ((bytes[i] & 0xFF) != prefix[i]) {
                return false;
            }
        }
        return true;
    }
}
