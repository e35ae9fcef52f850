package org.docchat.ingest;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The formats that DocChat reads: their names' endings, what they are called, and what their bytes look like. */
public enum DocumentFormat {
    PDF("application/pdf", Content.PDF, "pdf"),
    DOCX("application/vnd.openxmlformats-officedocument.wordprocessingml.document", Content.OOXML_WORD, "docx", "dotx"),
    DOCM("application/vnd.ms-word.document.macroenabled.12", Content.OOXML_WORD, "docm", "dotm"),
    PPTX(
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Content.OOXML_SLIDES,
            "pptx",
            "ppsx",
            "potx"),
    PPTM("application/vnd.ms-powerpoint.presentation.macroenabled.12", Content.OOXML_SLIDES, "pptm", "ppsm"),
    XLSX("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Content.OOXML_SHEETS, "xlsx", "xltx"),
    XLSM("application/vnd.ms-excel.sheet.macroenabled.12", Content.OOXML_SHEETS, "xlsm", "xltm"),
    DOC("application/msword", Content.OLE_WORD, "doc", "dot"),
    PPT("application/vnd.ms-powerpoint", Content.OLE_SLIDES, "ppt", "pps"),
    XLS("application/vnd.ms-excel", Content.OLE_SHEETS, "xls", "xlt"),
    ODT("application/vnd.oasis.opendocument.text", Content.ODF, "odt", "ott"),
    ODP("application/vnd.oasis.opendocument.presentation", Content.ODF, "odp", "otp"),
    ODS("application/vnd.oasis.opendocument.spreadsheet", Content.ODF, "ods", "ots"),
    EPUB("application/epub+zip", Content.EPUB, "epub"),
    RTF("application/rtf", Content.RTF, "rtf"),
    HTML("text/html", Content.MARKUP, "html", "htm", "xhtml"),
    XML("application/xml", Content.MARKUP, "xml"),
    MARKDOWN("text/markdown", Content.TEXT, "md", "markdown"),
    TXT("text/plain", Content.TEXT, "txt", "text", "log"),
    CSV("text/csv", Content.TEXT, "csv", "tsv"),
    EML("message/rfc822", Content.MAIL, "eml"),
    MBOX("application/mbox", Content.MAIL, "mbox"),
    MSG("application/vnd.ms-outlook", Content.OLE_MAIL, "msg"),
    TIFF("image/tiff", Content.TIFF, "tif", "tiff"),
    JPEG("image/jpeg", Content.JPEG, "jpg", "jpeg"),
    PNG("image/png", Content.PNG, "png");

    /** What bytes can be told to be. */
    enum Content {
        PDF("a PDF"),
        OOXML_WORD("a Word document"),
        OOXML_SLIDES("a PowerPoint presentation"),
        OOXML_SHEETS("an Excel workbook"),
        OLE_WORD("a Word 97 document"),
        OLE_SLIDES("a PowerPoint 97 presentation"),
        OLE_SHEETS("an Excel 97 workbook"),
        OLE_MAIL("an Outlook message"),
        ODF("an OpenDocument file"),
        EPUB("an EPUB book"),
        RTF("a rich text document"),
        MARKUP("a web page or other markup"),
        MAIL("a mail message"),
        TEXT("plain text"),
        TIFF("a TIFF picture"),
        JPEG("a JPEG picture"),
        PNG("a PNG picture"),
        PROGRAM("a program"),
        ARCHIVE("an archive"),
        OTHER("of another kind");

        private final String words;

        Content(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    private final String mediaType;
    private final Content content;
    private final List<String> extensions;

    DocumentFormat(String mediaType, Content content, String... extensions) {
        this.mediaType = mediaType;
        this.content = content;
        this.extensions = List.of(extensions);
    }

    /** As in {@code Content-Type}, without parameters. */
    public String mediaType() {
        return mediaType;
    }

    /** Endings of file names, in lower case and without the dot; the usual one first. */
    public List<String> extensions() {
        return extensions;
    }

    Content content() {
        return content;
    }

    /** The endings of all formats. */
    public static List<String> supported() {
        return Arrays.stream(values())
                .flatMap(format -> format.extensions.stream())
                .toList();
    }

    /** By a file name's ending alone; whether the content agrees, {@link FormatSniffer} knows. */
    public static Optional<DocumentFormat> named(String fileName) {
        String extension = fileName.substring(fileName.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return fileName.indexOf('.') < 0
                ? Optional.empty()
                : Arrays.stream(values())
                        .filter(format -> format.extensions.contains(extension))
                        .findFirst();
    }
}
