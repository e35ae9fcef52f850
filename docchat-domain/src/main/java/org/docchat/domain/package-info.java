/**
 * The words of DocChat, shared by ingestion and querying: what a collection, a document, a passage, a question, an
 * answer and a citation are, and what must always hold of them. Depends on the JDK alone.
 */
@NullMarked
package org.docchat.domain;

import org.jspecify.annotations.NullMarked;
