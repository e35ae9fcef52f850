/** Models that run in this process or answer over HTTP, behind the ports of the contexts. */
@NullMarked
package org.docchat.web.model;

import org.jspecify.annotations.NullMarked;
