package org.docchat.ingest;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.docchat.domain.Language;

/**
 * An archive that somebody sent, in a file of ours. Its entries are looked up by names that we make and are never
 * unpacked to disk; whatever is read from them is counted.
 */
final class Archive implements Closeable {
    private static final int END = 22 + Seal.LENGTH;
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END64_LOCATOR = 20;
    private static final int END64_SIGNATURE = 0x07064b50;
    /** The directory is read into the heap; this is room for some 200,000 versions. */
    private static final long LARGEST_DIRECTORY = 64 << 20;

    private static final int LONGEST_LINE = 16 << 20;
    private static final int LARGEST_TEXT = 80 << 20;
    /** Originals are stored as they are, so the rest makes an archive a few times larger at most. */
    private static final long MOST_RATIO = 20;

    private static final long ALWAYS_ALLOWED = 256 << 20;

    private final ZipFile zip;
    private final long mostBytes;
    private long bytes;
    private final ArchiveLine manifest;

    private Archive(ZipFile zip, long size) throws IOException {
        this.zip = zip;
        this.mostBytes = Math.max(ALWAYS_ALLOWED, MOST_RATIO * size);
        var lines = new ArrayList<ArchiveLine>();
        lines("manifest.json", lines::add);
        if (lines.size() != 1) {
            throw ArchiveLine.damaged("its manifest is not one line.");
        }
        this.manifest = lines.get(0);
        manifest.require(ArchiveWriter.FORMAT.equals(manifest.text("format", 100)), "a format");
        if (manifest.integer("version", 1) != ArchiveWriter.FORMAT_VERSION) {
            throw new org.docchat.domain.Failure.Invalid(
                    "unknown_archive_version",
                    "This archive has version " + manifest.integer("version", 1) + " of the format; this installation"
                            + " reads version " + ArchiveWriter.FORMAT_VERSION
                            + ". Import it where it was made, or into"
                            + " a newer DocChat.");
        }
    }

    /** Opens what is whole. */
    static Archive open(Path file) throws IOException {
        requireSeal(file);
        requireSmallDirectory(file);
        ZipFile zip;
        try {
            zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8);
        } catch (ZipException | IllegalArgumentException e) {
            throw ArchiveLine.damaged("it is no zip file.");
        }
        try {
            return new Archive(zip, Files.size(file));
        } catch (IOException | RuntimeException e) {
            zip.close();
            throw e;
        }
    }

    private static void requireSeal(Path file) throws IOException {
        var digest = Uploads.sha256();
        long left = Files.size(file) - Seal.LENGTH;
        try (var in = Files.newInputStream(file)) {
            var piece = new byte[Uploads.PIECE];
            while (left > 0) {
                int length = in.read(piece, 0, (int) Math.min(piece.length, left));
                if (length < 0) {
                    break;
                }
                digest.update(piece, 0, length);
                left -= length;
            }
            var seal = new String(in.readNBytes(Seal.LENGTH), StandardCharsets.US_ASCII);
            if (!HexFormat.of().formatHex(digest.digest()).equals(seal)) {
                throw ArchiveLine.damaged("its checksum does not match.");
            }
        }
    }

    private static void requireSmallDirectory(Path file) throws IOException {
        try (var in = new RandomAccessFile(file.toFile(), "r")) {
            var end = tail(in, END, END - Seal.LENGTH);
            if (end.limit() == 0 || end.getInt(0) != END_SIGNATURE || end.getShort(20) != Seal.LENGTH) {
                throw ArchiveLine.damaged("it does not end as one.");
            }
            long size = Integer.toUnsignedLong(end.getInt(12));
            var locator = tail(in, END + END64_LOCATOR, END64_LOCATOR);
            if (locator.limit() > 0 && locator.getInt(0) == END64_SIGNATURE) {
                var end64 = tail(in, in.length() - locator.getLong(8), 56);
                size = end64.limit() == 0 ? Long.MAX_VALUE : end64.getLong(40);
            }
            if (size < 0 || size > LARGEST_DIRECTORY) {
                throw ArchiveLine.damaged("it has too many entries.");
            }
        }
    }

    /** So many bytes, from that far before the end; none if the file does not have them. */
    private static ByteBuffer tail(RandomAccessFile in, long fromEnd, int length) throws IOException {
        var bytes = new byte[length];
        if (fromEnd < length || fromEnd > in.length()) {
            return ByteBuffer.allocate(0);
        }
        in.seek(in.length() - fromEnd);
        in.readFully(bytes);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    String name() {
        return Collections.collectionName(manifest.text("name", 200));
    }

    String description() {
        return manifest.text("description", 10_000);
    }

    Language language() {
        return Language.parse(manifest.text("language", 50));
    }

    /** An archive whose every part was read and found to be right. */
    record Checked(List<ArchivedVersion.Document> documents, List<File> files) {

        /**
         * @param document index of its document
         * @param hasEmbeddings whether all of its passages have an embedding of our model
         */
        record File(int document, ArchivedVersion version, String mediaType, boolean hasEmbeddings) {}
    }

    /**
     * Reads all of it.
     *
     * @throws org.docchat.domain.Failure.Invalid if anything is not as the format says
     */
    Checked check(org.docchat.domain.EmbeddingModel model) throws IOException {
        name();
        description();
        language();
        var documents = documents();
        var files = new ArrayList<Checked.File>();
        for (int i = 0; i < documents.size(); i++) {
            for (var version : documents.get(i).versions()) {
                var name = documents.get(i).name();
                boolean embedded = !version.isIndexed() || new ArchivedText(this, version).check(model);
                files.add(new Checked.File(i, version, mediaType(name, version), embedded));
            }
        }
        files.sort(Comparator.comparingInt(file -> file.version().file()));
        bytes = 0;
        return new Checked(documents, files);
    }

    private List<ArchivedVersion.Document> documents() throws IOException {
        var documents = new ArrayList<ArchivedVersion.Document>();
        var names = new HashSet<String>();
        var files = new HashSet<Integer>();
        lines("documents.jsonl", line -> {
            var name = line.text("name", 255);
            line.require(Uploads.documentName(name).equals(name) && names.add(name), "a name");
            var versions =
                    line.list("versions").stream().map(ArchivedVersion::of).toList();
            line.require(!versions.isEmpty(), "versions");
            line.require(versions.stream().filter(ArchivedVersion::isCurrent).count() <= 1, "current versions");
            for (int i = 0; i < versions.size(); i++) {
                line.require(
                        i == 0 || versions.get(i).number() > versions.get(i - 1).number(), "numbers of versions");
                line.require(files.add(versions.get(i).file()), "numbers of files");
            }
            documents.add(new ArchivedVersion.Document(name, line.time("createdAt"), versions));
        });
        return documents;
    }

    /** By the same rule as an upload; what the archive says of it does not count. */
    private String mediaType(String name, ArchivedVersion version) throws IOException {
        var sniffer = new FormatSniffer();
        var digest = Uploads.sha256();
        long size = 0;
        try (var in = open(version.original())) {
            var piece = new byte[1 << 16];
            for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
                sniffer.update(piece, 0, length);
                digest.update(piece, 0, length);
                size += length;
            }
        }
        if (size != version.size() || !HexFormat.of().formatHex(digest.digest()).equals(version.sha256())) {
            throw ArchiveLine.damaged(version.original() + " is not the file that it is said to be.");
        }
        return sniffer.finish(name).mediaType();
    }

    /** The bytes of an entry, counted. */
    InputStream open(String name) throws IOException {
        var entry = zip.getEntry(name);
        if (entry == null) {
            throw ArchiveLine.damaged("it has no " + name + ".");
        }
        return new Counted(zip.getInputStream(entry), name);
    }

    private final class Counted extends FilterInputStream {
        private final String name;

        Counted(InputStream in, String name) {
            super(in);
            this.name = name;
        }

        @Override
        public int read() throws IOException {
            throw new UnsupportedOperationException("read in pieces");
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read;
            try {
                read = super.read(buffer, offset, length);
            } catch (ZipException | java.io.EOFException e) {
                throw ArchiveLine.damaged(name + " cannot be unpacked.");
            }
            bytes += Math.max(read, 0);
            if (bytes > mostBytes) {
                throw ArchiveLine.damaged("it unpacks to more than " + MOST_RATIO + " times its size.");
            }
            return read;
        }
    }

    String text(String name) throws IOException {
        try (var in = open(name)) {
            var all = in.readNBytes(LARGEST_TEXT);
            if (in.read(new byte[1], 0, 1) >= 0) {
                throw ArchiveLine.damaged(name + " is too long.");
            }
            return decode(name, all);
        }
    }

    void lines(String name, ArchiveLine.Lines lines) throws IOException {
        try (var in = new BufferedInputStream(open(name), 1 << 16)) {
            var line = new ByteArrayOutputStream();
            for (int b = in.read(); b >= 0; b = in.read()) {
                if (b != '\n') {
                    line.write(b);
                    if (line.size() > LONGEST_LINE) {
                        throw ArchiveLine.damaged(name + " has a line that is too long.");
                    }
                } else {
                    lines.take(ArchiveLine.parse(name, decode(name, line.toByteArray())));
                    line.reset();
                }
            }
            if (line.size() > 0) {
                throw ArchiveLine.damaged(name + " ends within a line.");
            }
        }
    }

    private static String decode(String name, byte[] utf8) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw ArchiveLine.damaged(name + " is not UTF-8.");
        }
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
