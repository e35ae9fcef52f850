/**
 * From a file to its text: pages, blocks and the boxes of words. Parsers run in a process of their own, which may die
 * of a hostile file without harm; this package is both sides of that process's pipe.
 */
@NullMarked
package org.docchat.ingest.extract;

import org.jspecify.annotations.NullMarked;
