/** The pages: one backing bean a view, no logic of their own. */
@NullMarked
package org.docchat.web.page;

import org.jspecify.annotations.NullMarked;
