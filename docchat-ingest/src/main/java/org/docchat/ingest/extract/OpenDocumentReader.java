package org.docchat.ingest.extract;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.zip.ZipFile;
import org.apache.tika.exception.EncryptedDocumentException;
import org.apache.tika.exception.TikaException;
import org.apache.tika.parser.ParseContext;
import org.apache.tika.utils.XMLReaderUtils;
import org.docchat.ingest.extract.StructureHandler.Paging;
import org.jspecify.annotations.Nullable;
import org.xml.sax.Attributes;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.AttributesImpl;
import org.xml.sax.helpers.DefaultHandler;

/**
 * OpenDocument presentations and spreadsheets (OASIS ODF 1.3, part 3). Tika reads their words, but neither tells slides
 * and sheets apart nor knows their names; here both become the pages that they are.
 */
final class OpenDocumentReader extends DefaultHandler {
    private static final String DRAW = "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0";
    private static final String TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0";
    private static final String TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0";

    /** Neither what people read in the document nor what they wrote into it. */
    private static final Set<String> UNREAD =
            Set.of("forms", "annotation", "tracked-changes", "scripts", "font-face-decls", "automatic-styles");

    /** Repeated cells with text are rare, repeated emptiness fills the sheet to its edge. */
    private static final int MOST_REPEATED = 50;

    private final StructureHandler handler;
    private int unread;
    private int repeated = 1;
    private final StringBuilder cell = new StringBuilder();

    private OpenDocumentReader(StructureHandler handler) {
        this.handler = handler;
    }

    static void read(Path file, boolean isSpreadsheet, TextBuilder builder)
            throws IOException, TikaException, SAXException {
        var handler = new StructureHandler(builder, isSpreadsheet ? Paging.SHEETS : Paging.SLIDES, () -> {});
        try (var zip = new ZipFile(file.toFile())) {
            if (isEncrypted(zip)) {
                throw new EncryptedDocumentException();
            }
            var content = zip.getEntry("content.xml");
            if (content == null) {
                throw new TikaException("no content.xml");
            }
            try (var in = zip.getInputStream(content)) {
                XMLReaderUtils.parseSAX(in, new OpenDocumentReader(handler), new ParseContext());
            }
        }
        handler.endDocument();
    }

    private static boolean isEncrypted(ZipFile zip) throws IOException, TikaException, SAXException {
        var manifest = zip.getEntry("META-INF/manifest.xml");
        if (manifest == null) {
            return false;
        }
        var found = new boolean[1];
        try (var in = zip.getInputStream(manifest)) {
            XMLReaderUtils.parseSAX(
                    in,
                    new DefaultHandler() {
                        @Override
                        public void startElement(String uri, String name, String qName, Attributes attributes) {
                            found[0] |= name.equals("encryption-data");
                        }
                    },
                    new ParseContext());
        }
        return found[0];
    }

    @Override
    public void startElement(String uri, String name, String qName, Attributes attributes) throws SAXException {
        if (unread > 0 || UNREAD.contains(name)) {
            unread++;
            return;
        }
        switch (name) {
            case "page" -> start("div", "slide-content", attributes.getValue(DRAW, "name"));
            case "notes" -> start("div", "notes", null);
            case "table" -> {
                start("div", "sheet", attributes.getValue(TABLE, "name"));
                start("table", null, null);
            }
            case "table-row" -> start("tr", null, null);
            case "table-cell", "covered-table-cell" -> {
                repeated = number(attributes.getValue(TABLE, "number-columns-repeated"));
                cell.setLength(0);
                start("td", null, null);
            }
            case "h" -> start("h" + Math.min(6, number(attributes.getValue(TEXT, "outline-level"))), null, null);
            case "p" -> start("p", null, null);
            case "list" -> start("ul", null, null);
            case "list-item" -> start("li", null, null);
            case "s" -> characters(" ".repeat(Math.min(MOST_REPEATED, number(attributes.getValue(TEXT, "c")))));
            case "tab" -> characters("\t");
            case "line-break" -> characters("\n");
            default -> {}
        }
    }

    @Override
    public void endElement(String uri, String name, String qName) throws SAXException {
        if (unread > 0) {
            unread--;
            return;
        }
        switch (name) {
            case "page", "notes" -> end("div");
            case "table" -> {
                end("table");
                end("div");
            }
            case "table-row" -> end("tr");
            case "table-cell", "covered-table-cell" -> {
                end("td");
                repeatCell();
            }
            case "h" -> end("h1");
            case "p" -> end("p");
            case "list" -> end("ul");
            case "list-item" -> end("li");
            default -> {}
        }
    }

    private void repeatCell() throws SAXException {
        var text = cell.toString();
        for (int i = 1; i < Math.min(repeated, MOST_REPEATED); i++) {
            start("td", null, null);
            characters(text);
            end("td");
        }
        repeated = 1;
        cell.setLength(0);
    }

    @Override
    public void characters(char[] characters, int start, int length) {
        if (unread == 0) {
            cell.append(characters, start, length);
            handler.characters(characters, start, length);
        }
    }

    private void characters(String text) {
        characters(text.toCharArray(), 0, text.length());
    }

    private void start(String element, @Nullable String kind, @Nullable String label) {
        var attributes = new AttributesImpl();
        if (kind != null) {
            attributes.addAttribute("", "class", "class", "CDATA", kind);
        }
        if (label != null) {
            attributes.addAttribute("", "name", "name", "CDATA", label);
        }
        handler.startElement("", element, element, attributes);
    }

    private void end(String element) {
        handler.endElement("", element, element);
    }

    private static int number(@Nullable String text) {
        try {
            return text == null ? 1 : Math.max(1, Integer.parseInt(text));
        } catch (NumberFormatException e) {
            return 1; // as if it were not there
        }
    }
}
