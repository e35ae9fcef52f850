package org.docchat.ingest.extract;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.docchat.ingest.extract.ExtractedText.Block;
import org.docchat.ingest.extract.ExtractedText.Kind;
import org.docchat.ingest.extract.ExtractedText.Page;
import org.docchat.ingest.extract.ExtractedText.Word;

/**
 * What server and extraction process say to each other. The server sends a {@link Request}; the process answers with
 * any number of {@link #PROGRESS}, {@link #SCANS} and {@link #PAGE} records and closes with one of the others.
 *
 * <p>The process may have been taken over by the file it reads: the reading side allocates nothing on the word of a
 * length, and checks all that {@link ExtractedText} promises.
 */
final class Wire {
    static final int PROGRESS = 'P';
    /** Like {@link #PROGRESS}, of pages that are pictures. */
    static final int SCANS = 'S';

    static final int PAGE = 'G';
    static final int END = 'E';
    static final int UNREADABLE = 'U';
    /** The machine is at fault, not the file. */
    static final int TROUBLE = 'T';

    private static final int MAX_NOTES = 1_000;

    private Wire() {}

    /**
     * @param recognize whether scanned pages are to be read
     * @param language as Tesseract calls it; empty for several
     */
    record Request(String file, String mediaType, boolean recognize, String language, int maxCharacters, int maxPages) {
        void write(DataOutputStream out) throws IOException {
            writeString(out, file);
            writeString(out, mediaType);
            out.writeBoolean(recognize);
            writeString(out, language);
            out.writeInt(maxCharacters);
            out.writeInt(maxPages);
            out.flush();
        }

        Request withoutScans() {
            return new Request(file, mediaType, false, language, maxCharacters, maxPages);
        }

        static Request read(DataInputStream in) throws IOException {
            return new Request(
                    readString(in, 100_000),
                    readString(in, 1_000),
                    in.readBoolean(),
                    readString(in, 10),
                    in.readInt(),
                    in.readInt());
        }
    }

    static void writeString(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static String readString(DataInputStream in, int maxCharacters) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > 3L * maxCharacters) {
            throw new IOException("a text of " + length + " bytes");
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new IOException("ended within a text");
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf('\0') >= 0) {
            throw new IOException("a text with U+0000");
        }
        return text;
    }

    static void writePage(DataOutputStream out, Page page) throws IOException {
        out.writeByte(PAGE);
        out.writeInt(page.number());
        out.writeBoolean(page.label() != null);
        if (page.label() != null) {
            writeString(out, page.label());
        }
        writeString(out, page.text());
        out.writeInt(page.blocks().size());
        for (Block block : page.blocks()) {
            out.writeByte(block.kind().ordinal());
            out.writeByte(block.level());
            out.writeInt(block.start());
            out.writeInt(block.end());
        }
        out.writeInt(page.words().size());
        for (Word word : page.words()) {
            out.writeInt(word.start());
            out.writeInt(word.end());
            out.writeFloat(word.x());
            out.writeFloat(word.y());
            out.writeFloat(word.width());
            out.writeFloat(word.height());
        }
    }

    static Page readPage(DataInputStream in, int maxCharacters) throws IOException {
        int number = in.readInt();
        String label = in.readBoolean() ? readString(in, 10_000) : null;
        String text = readString(in, maxCharacters);
        require(number >= 0 && (text.isEmpty() || text.endsWith("\n")), "a page without an end");
        return new Page(number, label, text, readBlocks(in, text.length()), readWords(in, text.length()));
    }

    private static List<Block> readBlocks(DataInputStream in, int length) throws IOException {
        Kind[] kinds = Kind.values();
        int count = in.readInt();
        require(count >= 0 && count <= length, "more blocks than characters");
        var blocks = new ArrayList<Block>();
        int last = 0;
        for (int i = 0; i < count; i++) {
            int kind = in.readUnsignedByte();
            var level = in.readUnsignedByte();
            int start = in.readInt();
            int end = in.readInt();
            require(kind < kinds.length && start >= last && end > start && end <= length, "a block out of place");
            blocks.add(new Block(kinds[kind], level, start, end));
            last = end;
        }
        return blocks;
    }

    private static List<Word> readWords(DataInputStream in, int length) throws IOException {
        int count = in.readInt();
        require(count >= 0 && count <= length, "more words than characters");
        var words = new ArrayList<Word>();
        int last = 0;
        for (int i = 0; i < count; i++) {
            int start = in.readInt();
            int end = in.readInt();
            require(start >= last && end > start && end <= length, "a word out of place");
            words.add(new Word(start, end, fraction(in), fraction(in), fraction(in), fraction(in)));
            last = end;
        }
        return words;
    }

    private static float fraction(DataInputStream in) throws IOException {
        float value = in.readFloat();
        require(value >= 0 && value <= 1, "a box outside its page");
        return value;
    }

    private static void require(boolean holds, String otherwise) throws IOException {
        if (!holds) {
            throw new IOException(otherwise);
        }
    }

    static void writeEnd(DataOutputStream out, List<String> notes) throws IOException {
        out.writeByte(END);
        int count = Math.min(notes.size(), MAX_NOTES);
        out.writeInt(count);
        for (String note : notes.subList(0, count)) {
            writeString(out, note);
        }
    }

    static List<String> readNotes(DataInputStream in) throws IOException {
        int count = in.readInt();
        require(count >= 0 && count <= MAX_NOTES, "too many notes");
        var notes = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            notes.add(readString(in, 10_000));
        }
        return notes;
    }
}
