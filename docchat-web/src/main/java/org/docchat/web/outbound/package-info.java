/** What leaves by HTTP. */
@NullMarked
package org.docchat.web.outbound;

import org.jspecify.annotations.NullMarked;
