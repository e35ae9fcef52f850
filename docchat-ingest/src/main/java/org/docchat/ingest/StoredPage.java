package org.docchat.ingest;

import jakarta.persistence.Tuple;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.docchat.domain.Failure;
import org.docchat.ingest.extract.ExtractedText.Word;
import org.jspecify.annotations.Nullable;

/** A stored page: its text, and where its words stand on it. */
record StoredPage(int number, @Nullable String label, int start, String text, List<Word> words) {
    private static final int BYTES_PER_WORD = 2 * Integer.BYTES + 4 * Float.BYTES;
    /** Words whose vertical overlap is at least this share of the lower one's height stand on one line. */
    private static final float SAME_LINE = 0.5f;

    static StoredPage of(Tuple row) {
        var words = row.get("words", byte[].class);
        return new StoredPage(
                row.get("number", Integer.class),
                row.get("label", String.class),
                row.get("start_at", Integer.class),
                row.get("text", String.class),
                words == null ? List.of() : decode(words));
    }

    static byte @Nullable [] encode(List<Word> words) {
        if (words.isEmpty()) {
            return null;
        }
        var bytes = ByteBuffer.allocate(words.size() * BYTES_PER_WORD);
        for (var word : words) {
            bytes.putInt(word.start()).putInt(word.end());
            bytes.putFloat(word.x()).putFloat(word.y()).putFloat(word.width()).putFloat(word.height());
        }
        return bytes.array();
    }

    static List<Word> decode(byte[] encoded) {
        var bytes = ByteBuffer.wrap(encoded);
        var words = new ArrayList<Word>(encoded.length / BYTES_PER_WORD);
        while (bytes.remaining() >= BYTES_PER_WORD) {
            words.add(new Word(
                    bytes.getInt(),
                    bytes.getInt(),
                    bytes.getFloat(),
                    bytes.getFloat(),
                    bytes.getFloat(),
                    bytes.getFloat()));
        }
        return words;
    }

    /** The part of the text in [from, to), offsets in the whole extracted text. */
    Library.TextPage cut(int from, int to) {
        int first = Math.max(0, from - start);
        int last = Math.min(text.length(), to - start);
        return new Library.TextPage(number, label, start + first, text.substring(first, last));
    }

    /** The words in [from, to), joined where they stand beside each other on a line. */
    List<Library.Mark> marks(int from, int to) {
        if (to <= from) {
            throw new Failure.Invalid("invalid_range", "There are no words between equal offsets.");
        }
        var marks = new ArrayList<Library.Mark>();
        for (var word : words) {
            if (start + word.end() <= from || start + word.start() >= to) {
                continue;
            }
            var mark = new Library.Mark(number, word.x(), word.y(), word.width(), word.height());
            var last = marks.isEmpty() ? null : marks.get(marks.size() - 1);
            if (last != null && joins(last, mark)) {
                marks.set(marks.size() - 1, union(last, mark));
            } else {
                marks.add(mark);
            }
        }
        return marks;
    }

    private static boolean joins(Library.Mark left, Library.Mark right) {
        float overlap = Math.min(left.y() + left.height(), right.y() + right.height()) - Math.max(left.y(), right.y());
        float gap = right.x() - (left.x() + left.width());
        // A gap wider than three line heights is a gutter between columns or cells.
        return overlap >= SAME_LINE * Math.min(left.height(), right.height())
                && gap > -0.01f
                && gap < 3 * Math.max(left.height(), right.height());
    }

    private static Library.Mark union(Library.Mark a, Library.Mark b) {
        float x = Math.min(a.x(), b.x());
        float y = Math.min(a.y(), b.y());
        return new Library.Mark(
                a.page(),
                x,
                y,
                Math.max(a.x() + a.width(), b.x() + b.width()) - x,
                Math.max(a.y() + a.height(), b.y() + b.height()) - y);
    }
}
