package org.docchat.ingest;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.docchat.domain.Failure;
import org.docchat.ingest.DocumentFormat.Content;

/**
 * Tells what a document is while its bytes pass by on their way to the database. Name and content must agree: a name
 * alone lets a program pass for a document, content alone lets a file mean one thing here and another elsewhere.
 */
final class FormatSniffer {
    private static final int HEAD = 64 * 1024;
    /** PDF readers accept that much before the header. */
    private static final int PDF_JUNK = 1024;

    private static final Pattern MAIL_HEADER =
            Pattern.compile("(?im)^(from|to|subject|date|received|message-id|mime-version|return-path|delivered-to):");
    private static final Pattern HEADER_LINE = Pattern.compile("(?s)\\s*(From [^\\n]{1,300}\\n)?[!-9;-~]{1,76}:.*");
    private static final Pattern MARKUP = Pattern.compile("(?i)^\\s*+<(!doctype html|html|\\?xml)");
    private static final List<String> PROGRAMS =
            List.of("MZ", "\u007fELF", "#!", "\u00ca\u00fe\u00ba\u00be", "\u00cf\u00fa\u00ed\u00fe");
    private static final List<String> ARCHIVES =
            List.of("PK", "7z\u00bc\u00af", "Rar!", "\u001f\u008b", "BZh", "\u00fd7zXZ", "ITSF", "\u001f\u009d");
    private static final Map<String, Content> PICTURES = Map.of(
            "\u0089PNG\r\n\u001a\n", Content.PNG,
            "\u00ff\u00d8\u00ff", Content.JPEG,
            "II*\u0000", Content.TIFF,
            "MM\u0000*", Content.TIFF);
    private static final List<String> OTHERS = List.of("GIF8", "RIFF", "\u0000asm", "SQLite format 3", "%!PS");
    private static final String ZIP = "PK\u0003\u0004";
    private static final String OLE = "\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1";

    private final byte[] head = new byte[HEAD];
    private int length;
    private final ZipNames zip = new ZipNames();
    private final Map<Content, List<Needle>> oleStreams = Map.of(
            Content.OLE_WORD, List.of(Needle.utf16("WordDocument")),
            Content.OLE_SLIDES, List.of(Needle.utf16("PowerPoint Document")),
            Content.OLE_SHEETS, List.of(Needle.utf16("Workbook"), Needle.utf16("Book")),
            Content.OLE_MAIL, List.of(Needle.utf16("__properties_version1.0")));
    private final Needle encrypted = Needle.utf16("EncryptedPackage");

    /** Takes the next bytes. */
    void update(byte[] bytes, int offset, int count) {
        int kept = Math.min(count, HEAD - length);
        System.arraycopy(bytes, offset, head, length, kept);
        length += kept;
        // As long as too few bytes are known to tell, all look on.
        if (length < ZIP.length() || startsWith(ZIP)) {
            zip.update(bytes, offset, count);
        }
        if (length < OLE.length() || startsWith(OLE)) {
            oleStreams.values().forEach(needles -> needles.forEach(needle -> needle.update(bytes, offset, count)));
            encrypted.update(bytes, offset, count);
        }
    }

    /**
     * The format, once all bytes have passed.
     *
     * @param name of the document
     * @throws Failure.UnsupportedMediaType if the format is none of ours or the content is not what the name says
     */
    DocumentFormat finish(String name) {
        DocumentFormat format =
                DocumentFormat.named(name).orElseThrow(() -> refusal("Files with names like this are not read here."));
        Set<Content> contents = contents();
        boolean agree = contents.contains(format.content())
                && (format.content() != Content.ODF || zip.isOpenDocument(format.mediaType()));
        if (!agree) {
            String is = contents.isEmpty()
                    ? Content.OTHER.words()
                    : contents.iterator().next().words();
            throw refusal("The name says " + format.extensions().get(0) + ", but the content is " + is + ".");
        }
        return format;
    }

    private static Failure.UnsupportedMediaType refusal(String reason) {
        return new Failure.UnsupportedMediaType(reason, DocumentFormat.supported());
    }

    /** All that the content may be taken for; the likeliest first. */
    private Set<Content> contents() {
        if (startsWith(ZIP)) {
            return zip.contents();
        }
        if (startsWith(OLE)) {
            return ole();
        }
        // A text may begin with such letters, too: PKM2, Rare, BZh.
        if (!isPlainText()) {
            if (startsWithAny(PROGRAMS)) {
                return EnumSet.of(Content.PROGRAM);
            }
            if (startsWithAny(ARCHIVES)) {
                return EnumSet.of(Content.ARCHIVE);
            }
            for (var picture : PICTURES.entrySet()) {
                if (startsWith(picture.getKey())) {
                    return EnumSet.of(picture.getValue());
                }
            }
            if (startsWithAny(OTHERS)) {
                return EnumSet.noneOf(Content.class);
            }
        }
        if (head(PDF_JUNK).contains("%PDF-")) {
            return EnumSet.of(Content.PDF);
        }
        if (head(200).stripLeading().startsWith("{\\rtf")) {
            return EnumSet.of(Content.RTF);
        }
        if (isText()) {
            return text();
        }
        // In an encoding of old mainframes even a web page looks binary behind its head.
        boolean markup = MARKUP.matcher(head(200)).lookingAt();
        return markup ? EnumSet.of(Content.MARKUP) : EnumSet.noneOf(Content.class);
    }

    private boolean isPlainText() {
        return isText() && !head(PDF_JUNK).contains("%PDF-");
    }

    private Set<Content> text() {
        var contents = EnumSet.of(Content.TEXT);
        String start = decodedHead();
        if (MAIL_HEADER.matcher(start).find() && HEADER_LINE.matcher(start).matches()) {
            contents.add(Content.MAIL);
        }
        if (start.stripLeading().startsWith("<")
                || start.toLowerCase(Locale.ROOT).contains("<html")) {
            contents.add(Content.MARKUP);
        }
        return contents;
    }

    private Set<Content> ole() {
        if (encrypted.isFound()) {
            // Accepted, so that its owner hears of the password and not of a wrong name.
            return EnumSet.of(Content.OOXML_WORD, Content.OOXML_SLIDES, Content.OOXML_SHEETS);
        }
        var contents = EnumSet.noneOf(Content.class);
        oleStreams.forEach((content, needles) -> {
            if (needles.stream().anyMatch(Needle::isFound)) {
                contents.add(content);
            }
        });
        return contents;
    }

    private boolean isText() {
        if (length == 0) {
            return true;
        }
        String text = decodedHead();
        long strange = text.chars()
                .filter(c -> c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b)
                .count();
        return strange * 50 <= text.length();
    }

    /** Good enough to tell text from none: UTF-16 where it is obvious, otherwise one byte a character. */
    private String decodedHead() {
        byte[] bytes = Arrays.copyOf(head, length);
        if (startsWith("\u00ff\u00fe") || startsWith("\u00fe\u00ff")) {
            return new String(bytes, StandardCharsets.UTF_16);
        }
        if (startsWith("\u00ef\u00bb\u00bf")) {
            return new String(bytes, 3, length - 3, StandardCharsets.ISO_8859_1);
        }
        if (length >= 4 && head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0) {
            return new String(bytes, StandardCharsets.UTF_16LE);
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private String head(int count) {
        return new String(head, 0, Math.min(count, length), StandardCharsets.ISO_8859_1);
    }

    private boolean startsWith(String magic) {
        return head(magic.length()).equals(magic);
    }

    private boolean startsWithAny(List<String> magics) {
        return magics.stream().anyMatch(this::startsWith);
    }
}
