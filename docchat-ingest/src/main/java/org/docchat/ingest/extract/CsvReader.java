package org.docchat.ingest.extract;

import java.util.ArrayList;
import java.util.List;
import org.docchat.ingest.extract.ExtractedText.Kind;

/** Comma-separated values as of RFC 4180, with whatever delimiter the first lines agree on. */
final class CsvReader {
    private CsvReader() {}

    static void read(String raw, TextBuilder builder) {
        String text = Characters.clean(raw);
        char delimiter = delimiter(text);
        var cells = new ArrayList<String>();
        var cell = new StringBuilder();
        boolean quoted = false;
        boolean first = true;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : '\n';
            if (quoted && i < text.length()) {
                if (c != '"') {
                    cell.append(c);
                } else if (i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    cell.append(c);
                    i++;
                } else {
                    quoted = false;
                }
            } else if (c == '"' && cell.isEmpty()) {
                quoted = true;
            } else if (c == delimiter || c == '\n') {
                cells.add(Characters.fold(cell.toString()));
                cell.setLength(0);
                if (c == '\n') {
                    first &= !row(cells, first ? Kind.TABLE_HEADER : Kind.TABLE_ROW, builder);
                    cells.clear();
                }
            } else {
                cell.append(c);
            }
        }
    }

    private static boolean row(List<String> cells, Kind kind, TextBuilder builder) {
        if (cells.stream().allMatch(String::isEmpty)) {
            return false;
        }
        builder.block(kind, 0, String.join(" | ", cells));
        return true;
    }

    private static char delimiter(String text) {
        String head = text.substring(0, Math.min(text.length(), 10_000));
        char best = ',';
        long most = 0;
        for (char candidate : new char[] {',', ';', '\t', '|'}) {
            long count = head.chars().filter(c -> c == candidate).count();
            if (count > most) {
                best = candidate;
                most = count;
            }
        }
        return best;
    }
}
