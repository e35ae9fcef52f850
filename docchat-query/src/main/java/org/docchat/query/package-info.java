/**
 * From a question to a checked answer: retrieve, fuse, weigh the evidence, write, verify. The way in is
 * {@code Librarian}.
 */
@NullMarked
package org.docchat.query;

import org.jspecify.annotations.NullMarked;
