/**
 * From bytes to indexed passages: accept, extract, split, embed, store, version, delete. The way in is
 * {@code Library}.
 */
@NullMarked
package org.docchat.ingest;

import org.jspecify.annotations.NullMarked;
