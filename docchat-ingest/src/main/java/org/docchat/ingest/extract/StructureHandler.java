package org.docchat.ingest.extract;

import java.util.Locale;
import java.util.Set;
import org.docchat.ingest.extract.ExtractedText.Kind;
import org.jspecify.annotations.Nullable;
import org.xml.sax.Attributes;
import org.xml.sax.helpers.DefaultHandler;

/** Turns the XHTML that Tika makes of every format into blocks, and its slides and sheets into pages. */
final class StructureHandler extends DefaultHandler {

    /** What the format calls a page. */
    enum Paging {
        NONE,
        SLIDES,
        SHEETS
    }

    private static final Set<String> UNREAD = Set.of("head", "script", "style", "noscript", "template");
    private static final Set<String> INLINE = Set.of(
            "a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "font", "i", "img", "kbd", "label", "mark", "q", "s",
            "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "del", "ins", "big");
    private static final int LONGEST_TITLE = 120;

    private final TextBuilder builder;
    private final Paging paging;
    private final Runnable preamble;
    private final StringBuilder text = new StringBuilder();
    private @Nullable Table table;
    private boolean begun;
    private boolean onPage;
    private boolean titleWanted;
    private int unread;
    private int pre;
    private int lists;
    private int items;
    private int heading;
    private int asides;
    private int pages;

    /** @param preamble called once, before the first block */
    StructureHandler(TextBuilder builder, Paging paging, Runnable preamble) {
        this.builder = builder;
        this.paging = paging;
        this.preamble = preamble;
    }

    /** Begins the part that an attached or embedded file of this name is. */
    void part(String name) {
        flush();
        while (table != null) {
            closeTable(table);
        }
        begin();
        builder.block(Kind.HEADING, 1, name);
    }

    @Override
    public void startElement(@Nullable String uri, String name, @Nullable String qName, Attributes attributes) {
        String element = name.toLowerCase(Locale.ROOT);
        if (unread > 0 || UNREAD.contains(element)) {
            unread++;
            return;
        }
        if (INLINE.contains(element)) {
            return;
        }
        if (element.equals("br")) {
            text.append('\n');
            return;
        }
        startBlock(element, attributes);
    }

    private void startBlock(String element, Attributes attributes) {
        switch (element) {
            case "table" -> {
                startSheetWithoutName(attributes);
                flush();
                if (table != null) {
                    table.becomeLayout();
                }
                table = new Table(builder, table);
            }
            case "tr" -> flush();
            case "td", "th" -> {
                flush();
                if (table != null) {
                    table.startCell(element.equals("th"));
                }
            }
            case "h1", "h2", "h3", "h4", "h5", "h6" -> {
                flush();
                heading = element.charAt(1) - '0';
                if (table != null) {
                    table.becomeLayout();
                }
            }
            case "pre" -> {
                flush();
                pre++;
            }
            case "ul", "ol" -> {
                flush();
                lists++;
            }
            case "li" -> {
                flush();
                items++;
            }
            case "div" -> {
                flush();
                startDivision(attributes);
            }
            default -> flush();
        }
    }

    private void startDivision(Attributes attributes) {
        String kind = String.valueOf(attributes.getValue("class"));
        boolean slide = paging == Paging.SLIDES && (kind.equals("slide") || kind.equals("slide-content"));
        boolean sheet = paging == Paging.SHEETS
                && (kind.equals("page") || kind.equals("sheet") || attributes.getValue("name") != null);
        if (asides > 0 || kind.equals("slide-master-content")) {
            asides++;
        } else if (kind.equals("slide-content") && onPage && titleWanted) {
            // The legacy reader has both: a slide, and its content within.
            return;
        } else if (slide || sheet) {
            page(attributes.getValue("name"));
            titleWanted = slide;
        }
    }

    private void startSheetWithoutName(Attributes attributes) {
        if (paging == Paging.SHEETS && !onPage && table == null) {
            page(attributes.getValue("name"));
            onPage = false;
        }
    }

    private void page(@Nullable String label) {
        begin();
        builder.page(label);
        builder.progress(++pages, 0);
        onPage = true;
    }

    @Override
    public void endElement(@Nullable String uri, String name, @Nullable String qName) {
        String element = name.toLowerCase(Locale.ROOT);
        if (unread > 0) {
            unread--;
            return;
        }
        if (INLINE.contains(element) || element.equals("br")) {
            return;
        }
        flush();
        switch (element) {
            case "table" -> {
                if (table != null) {
                    closeTable(table);
                }
            }
            case "tr" -> {
                if (table != null) {
                    begin();
                    table.endRow();
                }
            }
            case "h1", "h2", "h3", "h4", "h5", "h6" -> heading = 0;
            case "pre" -> pre = Math.max(0, pre - 1);
            case "ul", "ol" -> lists = Math.max(0, lists - 1);
            case "li" -> items = Math.max(0, items - 1);
            case "div" -> asides = Math.max(0, asides - 1);
            default -> {}
        }
    }

    private void closeTable(Table inner) {
        begin();
        inner.endRow();
        table = inner.outer();
    }

    @Override
    public void characters(char[] characters, int start, int length) {
        if (unread == 0) {
            text.append(characters, start, length);
        }
    }

    @Override
    public void ignorableWhitespace(char[] characters, int start, int length) {
        characters(characters, start, length);
    }

    @Override
    public void endDocument() {
        flush();
        begin();
    }

    private void begin() {
        if (!begun) {
            begun = true;
            preamble.run();
        }
    }

    private void flush() {
        if (text.isEmpty()) {
            return;
        }
        String raw = text.toString();
        text.setLength(0);
        if (raw.isBlank()) {
            return;
        }
        begin();
        if (table != null && !table.isLayout() && heading == 0) {
            table.append(raw);
        } else if (asides > 0) {
            builder.append(Characters.fold(Characters.clean(raw)) + "\n");
        } else if (heading > 0) {
            titleWanted = false;
            builder.block(Kind.HEADING, heading, raw);
        } else if (pre > 0) {
            builder.block(Kind.CODE, 0, raw);
        } else if (items > 0) {
            titleWanted = false;
            builder.block(Kind.LIST_ITEM, Math.max(1, lists), raw);
        } else {
            paragraphs(raw);
        }
    }

    /** Where a format knows no paragraphs, blank lines part them. */
    private void paragraphs(String raw) {
        int start = 0;
        int position = 0;
        while (position < raw.length()) {
            int end = raw.indexOf('\n', position);
            int next = end < 0 ? raw.length() : end + 1;
            if (raw.substring(position, next).isBlank()) {
                paragraph(raw.substring(start, position));
                start = next;
            }
            position = next;
        }
        paragraph(raw.substring(start));
    }

    private void paragraph(String raw) {
        if (raw.isBlank()) {
            return;
        }
        boolean title = titleWanted && raw.length() <= LONGEST_TITLE;
        titleWanted = false;
        builder.block(title ? Kind.HEADING : Kind.PARAGRAPH, title ? 1 : 0, raw);
    }
}
