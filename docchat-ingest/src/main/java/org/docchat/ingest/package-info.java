/**
 * From bytes to indexed passages: accept, extract, split, embed, store, version, delete. The ways in are
 * {@code Collections} and {@code Library}.
 */
@NullMarked
package org.docchat.ingest;

import org.jspecify.annotations.NullMarked;
