package org.docchat.ingest.extract;

import java.util.regex.Pattern;
import org.docchat.ingest.extract.ExtractedText.Kind;

/**
 * The structure of Markdown, line by line: headings, lists, tables, code, paragraphs. Inline markup stays as it is
 * written; it is what the author wrote and what a quote must match. Each line is looked at once, whatever its nesting.
 */
final class MarkdownReader {
    private static final int LONGEST_MARKER = 200;
    private static final Pattern HEADING = Pattern.compile("(#{1,6})[ \t]++(.*)");
    private static final Pattern FENCE = Pattern.compile("(`{3,}|~{3,}).{0,100}");
    private static final Pattern ITEM = Pattern.compile("([-*+]|\\d{1,9}[.)])[ \t]+.*", Pattern.DOTALL);
    private static final Pattern RULE = Pattern.compile("[-*_=][-*_= ]{2,}");
    private static final Pattern TABLE_RULE = Pattern.compile("\\|?[ :]*+-[-: |]*+");

    private final TextBuilder builder;
    private final StringBuilder open = new StringBuilder();
    private Kind openKind = Kind.PARAGRAPH;
    private int openLevel;
    private boolean inTable;

    MarkdownReader(TextBuilder builder) {
        this.builder = builder;
    }

    void read(String raw) {
        String[] lines = Characters.clean(raw).split("\n", -1);
        int i = frontMatter(lines);
        while (i < lines.length) {
            String line = lines[i];
            String text = line.strip();
            String head = text.length() <= LONGEST_MARKER ? text : text.substring(0, LONGEST_MARKER);
            String next = i + 1 < lines.length ? lines[i + 1].strip() : "";
            var heading = HEADING.matcher(text);
            if (FENCE.matcher(head).matches() && head.length() < LONGEST_MARKER) {
                flush();
                i = fence(lines, i, head);
                continue;
            }
            if (text.isEmpty()) {
                flush();
            } else if (heading.matches()) {
                flush();
                int level = heading.group(1).length();
                builder.block(Kind.HEADING, level, trailingMarks(heading.group(2)));
            } else if (isUnderline(next) && openKind == Kind.PARAGRAPH && !text.startsWith("|")) {
                flushIfNotText();
                append(text);
                openKind = Kind.HEADING;
                openLevel = next.charAt(0) == '=' ? 1 : 2;
                flush();
                i++;
            } else if (text.startsWith("|") || (inTable && text.contains("|")) || isTableStart(text, next)) {
                flushUnlessTable();
                row(text, next);
            } else if (RULE.matcher(head).matches() && text.length() < LONGEST_MARKER) {
                flush();
            } else if (ITEM.matcher(head).matches()) {
                flush();
                openKind = Kind.LIST_ITEM;
                openLevel = Math.min(6, 1 + indentation(line) / 2);
                append(text);
            } else if ((line.startsWith("    ") || line.startsWith("\t")) && open.isEmpty()) {
                i = indentedCode(lines, i);
                continue;
            } else {
                append(text);
            }
            i++;
        }
        flush();
    }

    /** YAML between two lines of dashes at the top is about the document, not of it. */
    private static int frontMatter(String[] lines) {
        if (!lines[0].strip().equals("---")) {
            return 0;
        }
        for (int i = 1; i < Math.min(lines.length, 100); i++) {
            if (lines[i].strip().equals("---")) {
                return i + 1;
            }
        }
        return 0;
    }

    private int fence(String[] lines, int begin, String head) {
        String mark = head.substring(0, 3);
        var code = new StringBuilder();
        int i = begin + 1;
        while (i < lines.length && !lines[i].strip().startsWith(mark)) {
            code.append(lines[i]).append('\n');
            i++;
        }
        builder.block(Kind.CODE, 0, code.toString());
        return i + 1;
    }

    private int indentedCode(String[] lines, int begin) {
        var code = new StringBuilder();
        int i = begin;
        while (i < lines.length && (lines[i].startsWith("    ") || lines[i].startsWith("\t"))) {
            code.append(lines[i]).append('\n');
            i++;
        }
        builder.block(Kind.CODE, 0, code.toString());
        return i;
    }

    private void row(String text, String next) {
        if (TABLE_RULE.matcher(text).matches() && text.contains("-")) {
            return;
        }
        var cells = new StringBuilder();
        String inner = text.substring(text.startsWith("|") ? 1 : 0, text.length() - (endsTable(text) ? 1 : 0));
        for (String cell : inner.split("\\|", -1)) {
            cells.append(cells.isEmpty() ? "" : " | ").append(cell.strip());
        }
        boolean header =
                !inTable && next.contains("-") && TABLE_RULE.matcher(next).matches();
        builder.block(header ? Kind.TABLE_HEADER : Kind.TABLE_ROW, 0, cells.toString());
        inTable = true;
    }

    private static boolean endsTable(String text) {
        return text.length() > 1 && text.endsWith("|");
    }

    private static boolean isTableStart(String text, String next) {
        return text.contains("|")
                && next.contains("|")
                && next.contains("-")
                && TABLE_RULE.matcher(next).matches();
    }

    private static boolean isUnderline(String next) {
        if (next.length() < 2 || (next.charAt(0) != '=' && next.charAt(0) != '-')) {
            return false;
        }
        return next.chars().allMatch(c -> c == next.charAt(0));
    }

    private static String trailingMarks(String title) {
        int end = title.length();
        while (end > 0 && (title.charAt(end - 1) == '#' || title.charAt(end - 1) == ' ')) {
            end--;
        }
        return end == 0 ? title : title.substring(0, end);
    }

    private static int indentation(String line) {
        int spaces = 0;
        for (int i = 0; i < line.length() && i < 40; i++) {
            if (line.charAt(i) == '\t') {
                spaces += 4;
            } else if (line.charAt(i) == ' ') {
                spaces++;
            } else {
                break;
            }
        }
        return spaces;
    }

    private void append(String text) {
        inTable = false;
        if (!open.isEmpty()) {
            open.append(' ');
        }
        open.append(text);
    }

    private void flushIfNotText() {
        if (openKind != Kind.PARAGRAPH) {
            flush();
        }
    }

    private void flushUnlessTable() {
        boolean table = inTable;
        flush();
        inTable = table;
    }

    private void flush() {
        builder.block(openKind, openLevel, open.toString());
        open.setLength(0);
        openKind = Kind.PARAGRAPH;
        openLevel = 0;
        inTable = false;
    }
}
