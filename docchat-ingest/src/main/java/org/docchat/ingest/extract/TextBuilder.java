package org.docchat.ingest.extract;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.docchat.ingest.extract.ExtractedText.Block;
import org.docchat.ingest.extract.ExtractedText.Kind;
import org.docchat.ingest.extract.ExtractedText.Page;
import org.docchat.ingest.extract.ExtractedText.Word;
import org.jspecify.annotations.Nullable;

/** Gathers a document's text, page by page and block by block, and holds it to its limits. */
final class TextBuilder {
    private final int maxCharacters;
    private final int maxPages;
    private final Extractor.Listener listener;

    private final List<Page> pages = new ArrayList<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private long characters;
    private long expected;

    private int number;
    private @Nullable String label;
    private StringBuilder text = new StringBuilder();
    private List<Block> blocks = new ArrayList<>();
    private List<Word> words = new ArrayList<>();

    TextBuilder(int maxCharacters, int maxPages, Extractor.Listener listener) {
        this.maxCharacters = maxCharacters;
        this.maxPages = maxPages;
        this.listener = listener;
    }

    /** Begins the next page; without any, all text is on page 0. */
    void page(@Nullable String newLabel) {
        // What stands before the first page joins it.
        if (number > 0) {
            finishPage();
        }
        number++;
        expectPages(number);
        label = newLabel == null || newLabel.isBlank() ? null : limited(Characters.fold(Characters.clean(newLabel)));
    }

    /** Refuses early what would be refused later. */
    void expectPages(int count) {
        if (count > maxPages) {
            throw new Refused(
                    "too_much_text", "The file has more than the " + maxPages + " pages that are read here. Split it.");
        }
    }

    /** Refuses a file before it is read that must have too many characters: none takes more than four bytes. */
    void expectBytes(long size) {
        if (size / 4 > maxCharacters) {
            throw tooMuchText();
        }
    }

    /** Counts characters that are read already but appended later. */
    void expectCharacters(int count) {
        expected += count;
        if (expected > maxCharacters) {
            throw tooMuchText();
        }
    }

    void progress(int done, int total) {
        listener.pages(done, total);
    }

    void scans(int done, int total) {
        listener.scans(done, total);
    }

    /** A block on lines of its own; white space is folded except in code. Blank text is no block. */
    void block(Kind kind, int level, String raw) {
        String clean = Characters.clean(raw);
        clean = kind == Kind.CODE ? clean.stripTrailing() : Characters.fold(clean);
        if (clean.isBlank()) {
            return;
        }
        int start = text.length();
        append(clean);
        blocks.add(new Block(kind, level, start, text.length()));
        append("\n");
    }

    /** Characters, already clean, that belong to the block that {@link #close} closes, or to none. */
    void append(String clean) {
        characters += clean.length();
        if (characters > maxCharacters) {
            throw tooMuchText();
        }
        text.append(clean);
    }

    /** Appends a word and remembers its box. */
    void word(String clean, float x, float y, float width, float height) {
        int start = text.length();
        append(clean);
        words.add(new Word(start, text.length(), x, y, width, height));
    }

    int length() {
        return text.length();
    }

    /** Declares what was appended since {@code start} a block, and ends its line. */
    void close(Kind kind, int level, int start) {
        if (text.length() > start) {
            blocks.add(new Block(kind, level, start, text.length()));
            append("\n");
        }
    }

    void note(String note) {
        if (notes.size() < 100) {
            notes.add(limited(Characters.clean(note)));
        }
    }

    /**
     * Notes the same of several pages.
     *
     * @param numbers ascending
     * @param one what to say of one page, behind its number; {@code many}: of several in a row
     */
    void noteOfPages(List<Integer> numbers, String one, String many) {
        for (int i = 0; i < numbers.size(); ) {
            int first = numbers.get(i);
            int last = first;
            while (++i < numbers.size() && numbers.get(i) == last + 1) {
                last++;
            }
            note(first == last ? "Page " + first + " " + one : "Pages " + first + "–" + last + " " + many);
        }
    }

    boolean isBlank() {
        return pages.stream().allMatch(page -> page.blocks().isEmpty()) && blocks.isEmpty();
    }

    ExtractedText build() {
        finishPage();
        return new ExtractedText(List.copyOf(pages), List.copyOf(notes));
    }

    private Refused tooMuchText() {
        return new Refused(
                "too_much_text",
                "The file has more than the " + maxCharacters + " characters of text that are read here. Split it.");
    }

    private void finishPage() {
        if (number > 0 || !text.isEmpty()) {
            if (!text.isEmpty() && text.charAt(text.length() - 1) != '\n') {
                text.append('\n');
            }
            pages.add(new Page(number, label, text.toString(), List.copyOf(blocks), List.copyOf(words)));
        }
        text = new StringBuilder();
        blocks = new ArrayList<>();
        words = new ArrayList<>();
    }

    private static String limited(String line) {
        return line.length() <= 500 ? line : Characters.clean(line.substring(0, 500));
    }
}
