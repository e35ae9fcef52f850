/** The REST API, as the HTTP contract has it. */
@NullMarked
package org.docchat.web.api;

import org.jspecify.annotations.NullMarked;
