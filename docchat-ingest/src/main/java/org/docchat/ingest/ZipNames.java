package org.docchat.ingest;

import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.docchat.ingest.DocumentFormat.Content;

/**
 * Reads the names of a ZIP file's entries as its bytes pass by. Where an entry says how long it is, its bytes are
 * stepped over, so that an archive within the archive is not mistaken for it.
 */
final class ZipNames {
    private static final int HEADER = 30;
    private static final int LONGEST = 4096;
    private static final int LOCAL = 0x04034b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int ODF_MIME = 200;
    private static final String BOOK = "META-INF/container.xml";

    private enum State {
        SIGNATURE,
        SCAN,
        HEADER,
        NAME,
        MIMETYPE,
        SKIP,
        END
    }

    private final Set<String> roots = new HashSet<>();
    private final byte[] buffer = new byte[LONGEST];
    private State state = State.SIGNATURE;
    private State afterSkip = State.SIGNATURE;
    private int filled;
    private int nameLength;
    private long skip;
    private int window;
    private boolean first = true;
    private String mimeType = "";

    void update(byte[] bytes, int offset, int count) {
        int i = offset;
        int end = offset + count;
        while (i < end && state != State.END) {
            if (state == State.SKIP) {
                long step = Math.min(skip, end - i);
                i += (int) step;
                skip -= step;
                if (skip == 0) {
                    begin(afterSkip);
                }
            } else {
                take(bytes[i++]);
            }
        }
    }

    private void take(byte value) {
        switch (state) {
            case SIGNATURE -> {
                buffer[filled++] = value;
                if (filled == 4) {
                    window = (int) number(0, 4);
                    // Not where an entry should begin: look for the next one.
                    state = window == LOCAL ? State.HEADER : window == CENTRAL ? State.END : State.SCAN;
                }
            }
            case SCAN -> {
                window = (window >>> 8) | ((value & 0xFF) << 24);
                if (window == LOCAL) {
                    filled = 4;
                    state = State.HEADER;
                } else if (window == CENTRAL) {
                    state = State.END;
                }
            }
            case HEADER -> {
                buffer[filled++] = value;
                if (filled == HEADER) {
                    header();
                }
            }
            case NAME -> {
                buffer[filled++] = value;
                if (filled == HEADER + nameLength) {
                    name();
                }
            }
            case MIMETYPE -> {
                buffer[filled++] = value;
                if (filled == skip) {
                    mimeType = new String(buffer, 0, filled, StandardCharsets.ISO_8859_1).strip();
                    begin(State.SIGNATURE);
                }
            }
            case SKIP, END -> throw new IllegalStateException(state.name());
        }
    }

    private void header() {
        nameLength = (int) number(26, 2);
        if (nameLength == 0 || nameLength > LONGEST - HEADER) {
            begin(State.SCAN);
        } else {
            state = State.NAME;
        }
    }

    private void name() {
        String name = new String(buffer, HEADER, nameLength, StandardCharsets.UTF_8);
        int slash = name.indexOf('/');
        if (roots.size() < 1_000) {
            roots.add(slash < 0 || name.equals(BOOK) ? name : name.substring(0, slash + 1));
        }
        boolean sized = (number(6, 2) & 8) == 0;
        boolean stored = number(8, 2) == 0;
        long size = number(18, 4);
        long extra = number(28, 2);
        boolean declaresType = first && name.equals("mimetype") && stored && sized && extra == 0;
        first = false;
        if (declaresType && size > 0 && size < ODF_MIME) {
            skip = size;
            begin(State.MIMETYPE);
            return;
        }
        skip = sized && size != 0xFFFF_FFFFL ? extra + size : extra;
        afterSkip = sized ? State.SIGNATURE : State.SCAN;
        begin(skip == 0 ? afterSkip : State.SKIP);
    }

    private void begin(State next) {
        filled = 0;
        window = 0;
        state = next;
    }

    private long number(int at, int bytes) {
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << 8 | (buffer[at + i] & 0xFF);
        }
        return value;
    }

    Set<Content> contents() {
        var contents = EnumSet.noneOf(Content.class);
        if (roots.contains("[Content_Types].xml")) {
            add(contents, "word/", Content.OOXML_WORD);
            add(contents, "ppt/", Content.OOXML_SLIDES);
            add(contents, "xl/", Content.OOXML_SHEETS);
        }
        // Some writers compress the type's entry, or put it elsewhere: then the other names decide.
        if (mimeType.equals("application/epub+zip") || (mimeType.isEmpty() && roots.contains(BOOK))) {
            contents.add(Content.EPUB);
        } else if (mimeType.startsWith("application/vnd.oasis.opendocument.") || isOpenDocumentInside()) {
            contents.add(Content.ODF);
        }
        if (contents.isEmpty()) {
            contents.add(Content.ARCHIVE);
        }
        return contents;
    }

    private void add(Set<Content> contents, String root, Content content) {
        if (roots.contains(root)) {
            contents.add(content);
        }
    }

    private boolean isOpenDocumentInside() {
        return mimeType.isEmpty() && roots.contains("content.xml") && roots.contains("META-INF/");
    }

    /** Whether it is, or may be, an OpenDocument file of that type or its template. */
    boolean isOpenDocument(String mediaType) {
        return mimeType.isEmpty() || mimeType.equals(mediaType) || mimeType.equals(mediaType + "-template");
    }
}
