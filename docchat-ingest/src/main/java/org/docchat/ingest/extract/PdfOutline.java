package org.docchat.ingest.extract;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.documentnavigation.outline.PDOutlineItem;
import org.jspecify.annotations.Nullable;

/** The bookmarks of a PDF: what its author calls a heading, and how deep. */
final class PdfOutline {
    private static final int DEEPEST = 6;
    private static final int MOST = 20_000;

    private final Map<String, Integer> levels = new HashMap<>();
    private int items;

    /** Without bookmarks. */
    PdfOutline() {}

    static PdfOutline of(PDDocument document) {
        var outline = new PdfOutline();
        try {
            var root = document.getDocumentCatalog().getDocumentOutline();
            if (root != null) {
                outline.read(root.getFirstChild(), 1);
            }
        } catch (RuntimeException e) {
            // Headings are found by their looks, too.
            e.printStackTrace();
        }
        return outline;
    }

    private void read(@Nullable PDOutlineItem first, int level) {
        // A damaged outline may lead back into itself: counted, not trusted.
        for (PDOutlineItem item = first; item != null && items < MOST; item = item.getNextSibling()) {
            items++;
            String key = key(String.valueOf(item.getTitle()));
            if (!key.isEmpty()) {
                levels.putIfAbsent(key, level);
            }
            if (level < DEEPEST) {
                read(item.getFirstChild(), level + 1);
            }
        }
    }

    /** The depth of the bookmark with this title, numbered or not; 0 if there is none. */
    int level(String heading) {
        if (levels.isEmpty()) {
            return 0;
        }
        String key = key(heading);
        Integer level = levels.get(key);
        if (level == null) {
            level = levels.get(key.replaceFirst("^(chapter|part|appendix)?\\d+", ""));
        }
        return level == null ? 0 : level;
    }

    private static String key(String title) {
        var key = new StringBuilder();
        Characters.clean(title)
                .toLowerCase(Locale.ROOT)
                .codePoints()
                .filter(Character::isLetterOrDigit)
                .limit(300)
                .forEach(key::appendCodePoint);
        return key.toString();
    }
}
