/** Measures retrieval and evidence on judged collections, through the product's own ingestion and search. */
@NullMarked
package org.docchat.bench;

import org.jspecify.annotations.NullMarked;
