package org.docchat.ingest;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.docchat.ingest.extract.ExtractedText;
import org.docchat.ingest.extract.ExtractedText.Block;
import org.docchat.ingest.extract.ExtractedText.Kind;
import org.docchat.ingest.extract.ExtractedText.Page;
import org.jspecify.annotations.Nullable;

/**
 * Splits a document into passages: at headings always, then between paragraphs, then between sentences, and within a
 * sentence only if no passage could hold it. A passage is a range of the text and nothing else, so whatever a quote is
 * taken from is where it says it is.
 */
final class Splitter {
    /** Text between two blocks that is worth no passage, such as a table of contents, is not dragged into one. */
    private static final int WIDEST_GAP = 200;
    /** The tokens that frame every text. */
    private static final int FRAME = 2;

    /**
     * A passage to be.
     *
     * @param page on which it begins; 0 for formats without pages
     * @param pageEnd on which it ends; 0 for formats without pages
     * @param section the headings above it, outermost first, joined by " › "; null where there are none
     * @param start offset in the concatenated text of all pages
     * @param end behind the last character
     * @param context what is embedded and searched with the text although it stands elsewhere: the headings above it,
     *     and the header of the table that is continued here; null if there is neither
     */
    record Chunk(
            int page,
            int pageEnd,
            @Nullable String section,
            int start,
            int end,
            @Nullable String context) {}

    private final int target;
    private final int limit;
    private final int overlap;
    private final int max;
    private final Piece.Cutter cutter;

    /**
     * Passages of about 200 tokens, which is a paragraph or two: small enough to be about one thing, large enough to
     * be understood alone.
     *
     * @param tokens counts the tokens of a text in the embedding model, without those that frame every text
     * @param modelTokens that the model reads of a text, with its frame
     */
    Splitter(ToIntFunction<String> tokens, int modelTokens) {
        this(tokens, Math.min(200, modelTokens / 2), Math.min(30, modelTokens / 10), modelTokens - FRAME);
    }

    /**
     * @param tokens counts the tokens of a text in the embedding model
     * @param target tokens that a passage should have
     * @param overlap tokens of the end of a passage that are repeated at the beginning of the next, whole sentences only
     * @param max tokens that a passage and its context must never exceed together
     */
    Splitter(ToIntFunction<String> tokens, int target, int overlap, int max) {
        if (overlap < 0 || target <= overlap || max < target) {
            throw new IllegalArgumentException("not a way to split: " + overlap + ", " + target + ", " + max);
        }
        this.target = target;
        this.limit = Math.min(max, target * 5 / 4);
        this.overlap = overlap;
        this.max = max;
        this.cutter = new Piece.Cutter(tokens, Math.min(target, max / 2));
    }

    /**
     * The passages in order; together they cover every block.
     *
     * @param title that each passage is told by, unless a heading says it; null: none
     */
    List<Chunk> split(ExtractedText text, @Nullable String title) {
        var run = new Run(text, title);
        for (int i = 0; i < text.pages().size(); i++) {
            Page page = text.pages().get(i);
            for (Block block : page.blocks()) {
                String content = page.text().substring(block.start(), block.end());
                List<Piece> pieces =
                        cutter.cut(block.kind(), block.level(), i, run.offsets[i] + block.start(), content);
                run.block(block, content, pieces);
            }
        }
        run.flush();
        return run.chunks;
    }

    private record Heading(int level, String text, int start) {}

    /** One document on its way. */
    private final class Run {
        private final List<Page> pages;
        private final int[] offsets;
        private final @Nullable String title;
        private final List<Chunk> chunks = new ArrayList<>();
        private final Deque<Heading> headings = new ArrayDeque<>();
        private List<Piece> open = new ArrayList<>();
        private int sum;
        /** Of the open pieces, how many the last passage has already. */
        private int repeated;

        private int lastSum;

        private @Nullable String tableHeader;
        private @Nullable String context;
        private int contextTokens;

        Run(ExtractedText text, @Nullable String title) {
            this.title = title;
            this.pages = text.pages();
            this.offsets = new int[pages.size()];
            for (int i = 1; i < offsets.length; i++) {
                offsets[i] = offsets[i - 1] + pages.get(i - 1).text().length();
            }
        }

        void block(Block block, String content, List<Piece> pieces) {
            if (block.kind() == Kind.HEADING) {
                heading(block.level(), content, pieces);
                return;
            }
            boolean row = block.kind() == Kind.TABLE_ROW;
            if (!row) {
                tableHeader = null;
            }
            if (!pieces.isEmpty()) {
                makeRoom(pieces.get(0), row);
            }
            for (Piece piece : pieces) {
                add(piece);
            }
            if (block.kind() == Kind.TABLE_HEADER) {
                tableHeader = content;
            }
        }

        private void heading(int level, String content, List<Piece> pieces) {
            tableHeader = null;
            // Headings in a row, such as a chapter's and its first section's, stay together.
            if (open.stream().anyMatch(piece -> piece.kind() != Kind.HEADING) || sum > max / 2 || isApart(pieces)) {
                flush();
                restart();
            }
            while (!headings.isEmpty() && headings.getLast().level() >= level) {
                headings.removeLast();
            }
            int start = pieces.isEmpty() ? -1 : pieces.get(0).start();
            headings.addLast(new Heading(level, content.replace('\n', ' '), start));
            pieces.forEach(this::add);
        }

        private boolean isApart(List<Piece> pieces) {
            return !open.isEmpty() && !pieces.isEmpty() && gap(pieces.get(0)) > WIDEST_GAP;
        }

        /** Begins a new passage where a block, or the first part of it, had better not be in the open one. */
        private void makeRoom(Piece first, boolean row) {
            if (open.isEmpty() || onlyHeadings()) {
                if (!open.isEmpty() && gap(first) > WIDEST_GAP) {
                    flush();
                    restart();
                }
                return;
            }
            Piece last = open.get(open.size() - 1);
            boolean nextPage = first.page() != last.page() && sum > target / 4 && (endsSentence(last) || row);
            boolean full = sum + first.blockTokens() > limit && sum >= target / 2;
            if (gap(first) > WIDEST_GAP) {
                flush();
                restart();
            } else if (nextPage || full) {
                next();
            }
        }

        private void add(Piece piece) {
            if (open.size() > repeated && sum + piece.tokens() > limit && !onlyHeadings()) {
                next();
            }
            if (onlyHeadings()) {
                // Settled when the passage begins: a header among its own rows is in the text already.
                settleContext(open.isEmpty() ? piece.start() : open.get(0).start());
            }
            int between = open.isEmpty() ? 0 : gap(piece);
            if (!open.isEmpty() && sum + between + piece.tokens() + contextTokens > max) {
                flush();
                restart();
                add(piece);
                return;
            }
            open.add(piece);
            sum += between + piece.tokens();
        }

        /** Ends a passage within its section: the next one repeats the last sentences, as far as they are short. */
        private void next() {
            List<Piece> last = open;
            flush();
            restart();
            int tokens = 0;
            int from = last.size();
            while (from > 1
                    && isRepeatable(last.get(from - 1))
                    && tokens + last.get(from - 1).tokens() <= overlap) {
                from--;
                tokens += last.get(from).tokens();
            }
            if (from < last.size()) {
                settleContext(last.get(from).start());
                open.addAll(last.subList(from, last.size()));
                repeated = open.size();
                sum = tokens;
            }
        }

        /** @param start where the passage begins: a heading that it holds itself need not be said twice */
        private void settleContext(int start) {
            context = context(start);
            contextTokens = context == null ? 0 : cutter.count(context);
        }

        private static boolean isRepeatable(Piece piece) {
            return piece.kind() == Kind.PARAGRAPH || piece.kind() == Kind.LIST_ITEM;
        }

        private void restart() {
            open = new ArrayList<>();
            sum = 0;
            repeated = 0;
        }

        void flush() {
            if (open.size() <= repeated) {
                return;
            }
            Piece first = open.get(0);
            Piece last = open.get(open.size() - 1);
            int added = open.stream().skip(repeated).mapToInt(Piece::tokens).sum();
            if (repeated > 0 && added < target / 6 && lastSum + added + contextTokens <= max) {
                // The end of a section, too short to stand alone: it joins the passage before it.
                Chunk before = chunks.remove(chunks.size() - 1);
                chunks.add(new Chunk(
                        before.page(),
                        pages.get(last.page()).number(),
                        before.section(),
                        before.start(),
                        last.end(),
                        before.context()));
                lastSum += added;
                return;
            }
            lastSum = sum;
            chunks.add(new Chunk(
                    pages.get(first.page()).number(),
                    pages.get(last.page()).number(),
                    section(),
                    first.start(),
                    last.end(),
                    context));
        }

        private boolean onlyHeadings() {
            return open.stream().allMatch(piece -> piece.kind() == Kind.HEADING);
        }

        /** Characters of text that no block covers, and so roughly an upper bound of its tokens. */
        private int gap(Piece piece) {
            return Math.max(0, piece.start() - open.get(open.size() - 1).end() - 1);
        }

        private boolean endsSentence(Piece piece) {
            int end = piece.end() - 1 - offsets[piece.page()];
            return ".!?:;。！？".indexOf(pages.get(piece.page()).text().charAt(end)) >= 0;
        }

        private @Nullable String section() {
            return path(Integer.MAX_VALUE);
        }

        /** The headings that stand before an offset, outermost first. */
        private @Nullable String path(int before) {
            String path = headings.stream()
                    .filter(heading -> heading.start() < before)
                    .map(Heading::text)
                    .collect(Collectors.joining(" › "));
            return path.isEmpty() ? null : path;
        }

        private @Nullable String context(int start) {
            String place = Stream.of(isHeading(title) ? null : title, path(start))
                    .filter(Objects::nonNull)
                    .collect(Collectors.joining(" › "));
            String all = Stream.of(place, tableHeader)
                    .filter(part -> part != null && !part.isEmpty())
                    .collect(Collectors.joining("\n"));
            return all.isEmpty() ? null : limited(all);
        }

        private boolean isHeading(@Nullable String text) {
            return headings.stream().anyMatch(heading -> heading.text().strip().equalsIgnoreCase(text));
        }

        /** At most a quarter of what the model takes: the text is what is asked about. */
        private String limited(String text) {
            String shorter = text.length() <= max * 4 ? text : text.substring(0, max * 4);
            while (cutter.count(shorter) > max / 4) {
                shorter = shorter.substring(0, shorter.length() * 3 / 4);
            }
            boolean torn = !shorter.isEmpty() && Character.isHighSurrogate(shorter.charAt(shorter.length() - 1));
            return torn ? shorter.substring(0, shorter.length() - 1) : shorter;
        }
    }
}
