package org.docchat.ingest.extract;

import java.nio.file.Path;

/** Chooses the reader for a media type. */
final class Formats {
    private final TikaReader tika = new TikaReader();

    /** @throws Refused for whatever reason the file cannot be read */
    void read(Path file, String mediaType, Recognition recognition, TextBuilder builder) {
        try {
            switch (mediaType) {
                case "application/pdf" -> PdfReader.read(file, recognition, builder);
                case "image/png", "image/jpeg", "image/tiff" ->
                    PictureReader.read(file, mediaType, recognition, builder);
                case "text/markdown" -> new MarkdownReader(builder).read(PlainText.of(file, builder));
                case "text/csv" -> CsvReader.read(PlainText.of(file, builder), builder);
                case "text/plain" -> PlainText.read(PlainText.of(file, builder), builder);
                case "application/vnd.oasis.opendocument.presentation" -> OpenDocumentReader.read(file, false, builder);
                case "application/vnd.oasis.opendocument.spreadsheet" -> OpenDocumentReader.read(file, true, builder);
                default -> tika.read(file, mediaType, recognition, builder);
            }
        } catch (StackOverflowError e) {
            System.err.println(e);
            throw Refused.damaged();
        } catch (Exception e) {
            e.printStackTrace();
            throw refusal(e);
        }
    }

    /** Whether a refusal of ours is on its way up through a parser. */
    static boolean isOurs(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof Refused) {
                return true;
            }
        }
        return false;
    }

    static Refused refusal(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof Refused refused) {
                return refused;
            }
            if (t instanceof OutOfMemoryError oom) {
                throw oom;
            }
        }
        if (TikaReader.isEncrypted(thrown)) {
            return Refused.encrypted();
        }
        return TikaReader.isStrict(thrown) ? Refused.strict() : Refused.damaged();
    }
}
