package org.docchat.ingest.extract;

/**
 * Carries an {@link Extractor.Unreadable} through parsers that know nothing of it. They may wrap it, so it is looked
 * for among the causes of what they throw.
 */
final class Refused extends RuntimeException {
    private final transient Extractor.Unreadable reason;

    Refused(String code, String message) {
        super(message);
        this.reason = new Extractor.Unreadable(code, message);
    }

    Extractor.Unreadable reason() {
        return reason;
    }

    static Refused encrypted() {
        return new Refused(
                "encrypted", "The file is protected by a password. Remove the password and upload it again.");
    }

    static Refused damaged() {
        return new Refused(
                "damaged",
                "The file is damaged or not what its name says. Open it in the program that made it, save it anew and"
                        + " upload it again.");
    }

    static Refused strict() {
        return new Refused(
                "strict_variant",
                "The file is saved in the strict variant of Office Open XML, which is not read. Save it as an ordinary"
                        + " document (\"Excel Workbook\", \"Word Document\", \"PowerPoint Presentation\") and upload"
                        + " it again.");
    }

    /** @param recognized whether pictures were looked at, too */
    static Refused noText(boolean recognized) {
        return new Refused(
                "no_text",
                recognized
                        ? "The file has no text, and none was recognized in its pictures."
                        : "The file has no text, only pictures or nothing at all. Run optical character recognition"
                                + " (OCR) on it and upload the result.");
    }
}
