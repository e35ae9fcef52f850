package org.docchat.ingest.extract;

import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import org.apache.tika.exception.TikaException;
import org.apache.tika.extractor.EmbeddedDocumentExtractor;
import org.apache.tika.io.TikaInputStream;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.metadata.TikaCoreProperties;
import org.apache.tika.mime.MediaType;
import org.apache.tika.parser.AutoDetectParser;
import org.apache.tika.parser.ParseContext;
import org.apache.tika.sax.BodyContentHandler;
import org.apache.tika.sax.EmbeddedContentHandler;
import org.xml.sax.ContentHandler;
import org.xml.sax.SAXException;

/** Reads what a document carries inside: attachments of a mail, objects in an office document. */
final class EmbeddedFiles implements EmbeddedDocumentExtractor {
    private static final int DEEPEST = 4;
    private static final int MOST = 500;
    private static final Set<String> SILENT = Set.of("image", "audio", "video", "font");

    private final AutoDetectParser parser;
    private final ParseContext context;
    private final StructureHandler structure;
    private final Recognition recognition;
    private final TextBuilder builder;
    private int depth;
    private int count;

    EmbeddedFiles(
            AutoDetectParser parser,
            ParseContext context,
            StructureHandler structure,
            Recognition recognition,
            TextBuilder builder) {
        this.parser = parser;
        this.context = context;
        this.structure = structure;
        this.recognition = recognition;
        this.builder = builder;
    }

    @Override
    public boolean shouldParseEmbedded(Metadata metadata) {
        return true;
    }

    @Override
    public void parseEmbedded(InputStream stream, ContentHandler handler, Metadata metadata, boolean outputHtml)
            throws SAXException, IOException {
        String name = metadata.get(TikaCoreProperties.RESOURCE_NAME_KEY);
        String called = name == null || name.isBlank() ? "" : " " + name;
        if (depth >= DEEPEST || count >= MOST) {
            builder.note("The embedded file" + called + " was not read: too many files within files.");
            return;
        }
        depth++;
        count++;
        try {
            // Not closed: the stream is the parser's that called.
            var in = TikaInputStream.get(stream);
            read(in, handler, metadata, called);
        } catch (TikaException | IOException | RuntimeException e) {
            if (Formats.isOurs(e)) {
                throw Formats.refusal(e);
            }
            e.printStackTrace();
            builder.note("The embedded file" + called
                    + (TikaReader.isEncrypted(e)
                            ? " was not read: it is protected by a password."
                            : " was not read, or not to its end: it is damaged."));
        } finally {
            depth--;
        }
    }

    private void read(TikaInputStream in, ContentHandler handler, Metadata metadata, String called)
            throws IOException, TikaException, SAXException {
        MediaType type = parser.getDetector().detect(in, metadata);
        if (SILENT.contains(type.getType())) {
            return;
        }
        boolean pdf = type.equals(MediaType.application("pdf"));
        if (!pdf && !parser.getParsers(context).containsKey(supertype(type))) {
            if (!called.isEmpty()) {
                builder.note("The embedded file" + called + " was not read: files of its kind are not.");
            }
            return;
        }
        if (!called.isEmpty()) {
            structure.part(called.strip());
        }
        if (pdf) {
            PdfReader.readEmbedded(in.getPath(), recognition, builder);
        } else {
            parser.parse(in, new EmbeddedContentHandler(new BodyContentHandler(handler)), metadata, context);
        }
    }

    private MediaType supertype(MediaType type) {
        var parsers = parser.getParsers(context);
        for (MediaType t = type; t != null; t = parser.getMediaTypeRegistry().getSupertype(t)) {
            if (parsers.containsKey(t)) {
                return t;
            }
        }
        return type;
    }
}
