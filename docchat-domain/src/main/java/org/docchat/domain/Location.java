package org.docchat.domain;

import org.jspecify.annotations.Nullable;

/**
 * Where a piece of text stands in its document.
 *
 * @param page 1-based page, slide or sheet on which it begins; null for formats without pages
 * @param section the headings above it, outermost first, joined by " › "; null where there are none
 * @param start first character in the extracted text of the version (UTF-16 units)
 * @param end behind the last character
 */
public record Location(@Nullable Integer page, @Nullable String section, int start, int end) {
    public Location {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("not a range: [" + start + ", " + end + ")");
        }
        if (page != null && page < 1) {
            throw new IllegalArgumentException("pages count from 1: " + page);
        }
    }
}
