package org.docchat;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** A long Markdown document that changes a little from version to version; a chapter has ten of its pages. */
public final class Handbook {
    private static final String[] WORDS = ("valve pump gauge filter motor bearing shaft seal housing cable relay switch"
                    + " sensor bracket spring washer flange gasket nozzle rotor inspect replace tighten clean measure"
                    + " record before after every second third monthly yearly slowly firmly north south upper lower")
            .split(" ");
    private static final int PAGES_OF_CHAPTER = 10;
    private static final int SENTENCES = 24;

    private final List<List<String>> pages = new ArrayList<>();

    public Handbook(int pages) {
        var random = new Random(1);
        for (int page = 0; page < pages; page++) {
            this.pages.add(new ArrayList<>(IntStream.range(0, SENTENCES)
                    .mapToObj(i -> sentence(random))
                    .toList()));
        }
    }

    private static String sentence(Random random) {
        var text = new StringBuilder("Step ").append(random.nextInt(10_000));
        for (int i = 0; i < 12; i++) {
            text.append(' ').append(WORDS[random.nextInt(WORDS.length)]);
        }
        return text.append('.').toString();
    }

    /** Writes a page anew. */
    public void rewrite(int page, long seed) {
        var random = new Random(seed);
        pages.get(page).replaceAll(old -> sentence(random));
    }

    /** Adds a sentence in the middle of a page. */
    public void insert(int page, String sentence) {
        pages.get(page).add(SENTENCES / 2, sentence);
    }

    public byte[] markdown() {
        var text = new StringBuilder();
        for (int page = 0; page < pages.size(); page++) {
            if (page % PAGES_OF_CHAPTER == 0) {
                text.append("# Chapter ").append(page / PAGES_OF_CHAPTER + 1).append("\n\n");
            }
            var sentences = pages.get(page);
            for (int i = 0; i < sentences.size(); i++) {
                text.append(sentences.get(i)).append(i % 6 == 5 ? "\n\n" : " ");
            }
            text.append("\n\n");
        }
        return text.toString().getBytes(UTF_8);
    }
}
