package org.docchat.ingest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.docchat.domain.Embedding;
import org.docchat.domain.EmbeddingModel;
import org.docchat.ingest.extract.ExtractedText;
import org.jspecify.annotations.Nullable;

/** The text of one version as an archive has it: its pages, and the passages that are ranges of it. */
final class ArchivedText {
    private static final int LONGEST_HEADING = 20_000;
    private static final int MOST_BATCH = 200;

    private final Archive archive;
    private final ArchivedVersion version;
    private final String whole;

    ArchivedText(Archive archive, ArchivedVersion version) throws IOException {
        this.archive = archive;
        this.version = version;
        this.whole = archive.text(version.text());
    }

    /** @param embedding null where the archive has none of our model */
    record Passage(Splitter.Chunk chunk, @Nullable Embedding embedding) {}

    /** Takes passages. */
    interface Passages {
        /** @param first ordinal of the first of these */
        void take(int first, List<Passage> passages) throws IOException;
    }

    String whole() {
        return whole;
    }

    /** Whether it is right is told by failing; the answer is whether all passages have an embedding of the model. */
    boolean check(EmbeddingModel model) throws IOException {
        if (!ArchiveLine.isClean(whole)) {
            throw ArchiveLine.damaged(version.text() + " has characters that cannot be.");
        }
        pages();
        var counts = new int[2];
        passages(model, (first, passages) -> {
            counts[0] += passages.size();
            counts[1] += (int) passages.stream()
                    .filter(passage -> passage.embedding != null)
                    .count();
        });
        if (counts[0] != version.passages()) {
            throw ArchiveLine.damaged(version.passagesFile() + " has too few passages, or too many.");
        }
        return counts[0] == counts[1];
    }

    List<ExtractedText.Page> pages() throws IOException {
        var pages = new ArrayList<ExtractedText.Page>();
        var end = new int[1];
        archive.lines(version.pages(), line -> {
            var range = range(line, true);
            line.require(range.start == end[0], "start");
            end[0] = range.end;
            var text = whole.substring(range.start, range.end);
            pages.add(new ExtractedText.Page(
                    line.integer("number", 0),
                    line.optional("label", LONGEST_HEADING),
                    text,
                    List.of(),
                    words(line, text.length())));
        });
        if (end[0] != whole.length()) {
            throw ArchiveLine.damaged(version.pages() + " does not cover the text.");
        }
        return pages;
    }

    private static List<ExtractedText.Word> words(ArchiveLine line, int length) {
        var bytes = line.bytes("words");
        var words = bytes == null ? List.<ExtractedText.Word>of() : StoredPage.decode(bytes);
        for (var word : words) {
            line.require(word.start() >= 0 && word.start() <= word.end() && word.end() <= length, "words");
            line.require(Float.isFinite(word.x() + word.y() + word.width() + word.height()), "words");
        }
        return words;
    }

    void passages(EmbeddingModel model, Passages passages) throws IOException {
        var batch = new ArrayList<Passage>();
        var first = new int[1];
        archive.lines(version.passagesFile(), line -> {
            var range = range(line, false);
            int page = line.json().containsKey("page") ? line.integer("page", 1) : 0;
            batch.add(new Passage(
                    new Splitter.Chunk(
                            page,
                            page,
                            line.optional("section", LONGEST_HEADING),
                            range.start,
                            range.end,
                            line.text("context", LONGEST_HEADING)),
                    embedding(line, model)));
            if (batch.size() == MOST_BATCH) {
                passages.take(first[0], batch);
                first[0] += batch.size();
                batch.clear();
            }
        });
        passages.take(first[0], batch);
    }

    private static @Nullable Embedding embedding(ArchiveLine line, EmbeddingModel model) {
        var embeddings = line.object("embeddings");
        var bytes = embeddings == null ? null : embeddings.bytes(model.name());
        if (bytes == null) {
            return null;
        }
        line.require(bytes.length == model.dimensions() * Float.BYTES, "an embedding");
        var vector = new float[model.dimensions()];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
        try {
            return new Embedding(vector);
        } catch (IllegalArgumentException e) {
            throw ArchiveLine.damaged(line.file() + " has an embedding that is none.");
        }
    }

    private record Range(int start, int end) {}

    private Range range(ArchiveLine line, boolean mayBeEmpty) {
        var range = new Range(line.integer("start", 0), line.integer("end", 0));
        line.require(
                range.end <= whole.length() && (range.start < range.end || mayBeEmpty && range.start == range.end),
                "a range");
        // Half a character would be refused by the database.
        line.require(!splits(range.start) && !splits(range.end), "a range");
        return range;
    }

    private boolean splits(int at) {
        return at > 0
                && at < whole.length()
                && Character.isHighSurrogate(whole.charAt(at - 1))
                && Character.isLowSurrogate(whole.charAt(at));
    }
}
