/**
 * From a question to a checked answer: retrieve, fuse, weigh the evidence, write, verify; and how well that goes. The ways
 * in are {@code Librarian}, {@code Conversations} and {@code Evaluations}.
 */
@NullMarked
package org.docchat.query;

import org.jspecify.annotations.NullMarked;
