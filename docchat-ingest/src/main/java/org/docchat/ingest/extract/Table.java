package org.docchat.ingest.extract;

import java.util.ArrayList;
import java.util.List;
import org.docchat.ingest.extract.ExtractedText.Kind;
import org.jspecify.annotations.Nullable;

/** A table being read, row by row. Tables that only lay out a page are read as what stands in them. */
final class Table {
    private static final int MOST_CELLS = 20_000;
    private static final int MOST_EMPTY = 100;

    private final TextBuilder builder;
    private final @Nullable Table outer;
    private final List<String> cells = new ArrayList<>();
    private @Nullable StringBuilder cell;
    private boolean headed;
    private boolean allHeaderCells = true;
    private boolean layout;

    Table(TextBuilder builder, @Nullable Table outer) {
        this.builder = builder;
        this.outer = outer;
    }

    @Nullable
    Table outer() {
        return outer;
    }

    boolean isLayout() {
        return layout;
    }

    /** From here on its text is not the table's: it holds headings or other tables. */
    void becomeLayout() {
        endCell();
        cells.forEach(text -> builder.block(Kind.PARAGRAPH, 0, text));
        cells.clear();
        layout = true;
    }

    void startCell(boolean header) {
        endCell();
        allHeaderCells &= header;
        cell = new StringBuilder();
    }

    void append(String text) {
        if (cell == null) {
            cell = new StringBuilder();
        }
        cell.append(cell.isEmpty() ? "" : " ").append(text);
    }

    void endRow() {
        endCell();
        while (!cells.isEmpty() && cells.get(cells.size() - 1).isEmpty()) {
            cells.remove(cells.size() - 1);
        }
        long filled = cells.stream().filter(text -> !text.isEmpty()).count();
        if (filled == 1) {
            // One cell across: a title or prose in a frame, not a row.
            builder.block(headed ? Kind.TABLE_ROW : Kind.PARAGRAPH, 0, String.join("", cells));
        } else if (filled > 1) {
            boolean header = !headed && (allHeaderCells || cells.stream().noneMatch(Table::isNumber));
            headed = true;
            builder.block(header ? Kind.TABLE_HEADER : Kind.TABLE_ROW, 0, String.join(" | ", cells));
        }
        cells.clear();
        allHeaderCells = true;
    }

    private void endCell() {
        if (cell != null) {
            String text = Characters.fold(Characters.clean(cell.toString()));
            // A sheet may have one value in its last column and sixteen thousand empty ones before it.
            if (cells.size() < MOST_CELLS && (!text.isEmpty() || cells.size() < MOST_EMPTY)) {
                cells.add(text);
            }
            cell = null;
        }
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty()
                && text.chars().anyMatch(Character::isDigit)
                && text.chars().noneMatch(Character::isLetter);
    }
}
