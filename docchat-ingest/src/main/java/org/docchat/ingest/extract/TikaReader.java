package org.docchat.ingest.extract;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.poi.ooxml.POIXMLException;
import org.apache.poi.openxml4j.util.ZipSecureFile;
import org.apache.tika.detect.CompositeEncodingDetector;
import org.apache.tika.detect.DefaultDetector;
import org.apache.tika.exception.EncryptedDocumentException;
import org.apache.tika.exception.TikaException;
import org.apache.tika.extractor.EmbeddedDocumentExtractor;
import org.apache.tika.io.TikaInputStream;
import org.apache.tika.metadata.Message;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.metadata.TikaCoreProperties;
import org.apache.tika.parser.AutoDetectParser;
import org.apache.tika.parser.ParseContext;
import org.apache.tika.parser.Parser;
import org.apache.tika.parser.epub.EpubParser;
import org.apache.tika.parser.html.HtmlEncodingDetector;
import org.apache.tika.parser.html.JSoupParser;
import org.apache.tika.parser.mail.RFC822Parser;
import org.apache.tika.parser.mbox.MboxParser;
import org.apache.tika.parser.microsoft.OfficeParser;
import org.apache.tika.parser.microsoft.OfficeParserConfig;
import org.apache.tika.parser.microsoft.OldExcelParser;
import org.apache.tika.parser.microsoft.TNEFParser;
import org.apache.tika.parser.microsoft.ooxml.OOXMLParser;
import org.apache.tika.parser.microsoft.ooxml.xwpf.ml2006.Word2006MLParser;
import org.apache.tika.parser.microsoft.rtf.RTFParser;
import org.apache.tika.parser.microsoft.xml.SpreadsheetMLParser;
import org.apache.tika.parser.microsoft.xml.WordMLParser;
import org.apache.tika.parser.odf.FlatOpenDocumentParser;
import org.apache.tika.parser.odf.OpenDocumentParser;
import org.apache.tika.parser.txt.Icu4jEncodingDetector;
import org.apache.tika.parser.txt.TXTParser;
import org.apache.tika.parser.txt.UniversalEncodingDetector;
import org.apache.tika.parser.xml.DcXMLParser;
import org.docchat.ingest.extract.StructureHandler.Paging;
import org.xml.sax.SAXException;

/** Office documents, mail, web pages and books, through Apache Tika. */
final class TikaReader {
    private static final long LARGEST_ZIP_ENTRY = 512L << 20;

    private final AutoDetectParser parser;

    TikaReader() {
        ZipSecureFile.setMinInflateRatio(0.005);
        ZipSecureFile.setMaxEntrySize(LARGEST_ZIP_ENTRY);
        // What a page declares, then what it looks like; mainframe encodings, which no page is in, look like much.
        var guess = new Icu4jEncodingDetector();
        guess.setIgnoreCharsets(List.of("IBM420", "IBM424"));
        var encodings = new CompositeEncodingDetector(
                List.of(new HtmlEncodingDetector(), new UniversalEncodingDetector(), guess));
        // Named one by one: what is not here is not read, whatever a document embeds.
        parser = new AutoDetectParser(
                new DefaultDetector(),
                new OOXMLParser(),
                new OfficeParser(),
                new OldExcelParser(),
                new TNEFParser(),
                new RTFParser(),
                new WordMLParser(),
                new SpreadsheetMLParser(),
                new Word2006MLParser(),
                new OpenDocumentParser(),
                new FlatOpenDocumentParser(),
                new EpubParser(),
                new JSoupParser(encodings),
                new RFC822Parser(),
                new MboxParser(),
                new DcXMLParser(),
                new TXTParser(encodings));
    }

    void read(Path file, String mediaType, Recognition recognition, TextBuilder builder)
            throws IOException, TikaException, SAXException {
        var metadata = new Metadata();
        try (var in = TikaInputStream.get(file, metadata)) {
            // The stored file's name says nothing; the type was settled when the document was accepted.
            metadata.remove(TikaCoreProperties.RESOURCE_NAME_KEY);
            metadata.set(Metadata.CONTENT_TYPE, mediaType);
            var handler = new StructureHandler(builder, paging(mediaType), () -> mailHead(metadata, builder));
            parser.parse(in, handler, metadata, context(handler, recognition, builder));
        }
    }

    private ParseContext context(StructureHandler handler, Recognition recognition, TextBuilder builder) {
        var context = new ParseContext();
        var office = new OfficeParserConfig();
        // Streams instead of a tree many times the size of the file.
        office.setUseSAXDocxExtractor(true);
        office.setUseSAXPptxExtractor(true);
        office.setExtractMacros(false);
        office.setIncludeDeletedContent(false);
        office.setConcatenatePhoneticRuns(false);
        context.set(OfficeParserConfig.class, office);
        context.set(Parser.class, parser);
        context.set(EmbeddedDocumentExtractor.class, new EmbeddedFiles(parser, context, handler, recognition, builder));
        return context;
    }

    private static Paging paging(String mediaType) {
        if (mediaType.contains("powerpoint") || mediaType.contains("presentation")) {
            return Paging.SLIDES;
        }
        return mediaType.contains("excel") || mediaType.contains("spreadsheet") ? Paging.SHEETS : Paging.NONE;
    }

    /** Who wrote to whom, when and about what: only mail has these. */
    private static void mailHead(Metadata metadata, TextBuilder builder) {
        if (metadata.get(Message.MESSAGE_FROM) == null && metadata.get(Message.MESSAGE_TO) == null) {
            return;
        }
        line("Subject", new String[] {metadata.get(TikaCoreProperties.TITLE)}, builder);
        line("From", metadata.getValues(Message.MESSAGE_FROM), builder);
        line("To", metadata.getValues(Message.MESSAGE_TO), builder);
        line("Cc", metadata.getValues(Message.MESSAGE_CC), builder);
        line("Date", new String[] {metadata.get(TikaCoreProperties.CREATED)}, builder);
    }

    private static void line(String name, String[] values, TextBuilder builder) {
        if (values.length > 0 && values[0] != null && !values[0].isBlank()) {
            builder.block(ExtractedText.Kind.PARAGRAPH, 0, name + ": " + String.join(", ", values));
        }
    }

    static boolean isEncrypted(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof EncryptedDocumentException || t instanceof org.apache.poi.EncryptedDocumentException) {
                return true;
            }
        }
        return false;
    }

    /** The library says it in its message and nowhere else; the corpus' strict file is the test. */
    static boolean isStrict(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof POIXMLException && String.valueOf(t.getMessage()).contains("Strict OOXML")) {
                return true;
            }
        }
        return false;
    }
}
