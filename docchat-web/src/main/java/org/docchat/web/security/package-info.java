/** Who is there, and what they may do: one authentication mechanism for pages and API. */
@NullMarked
package org.docchat.web.security;

import org.jspecify.annotations.NullMarked;
