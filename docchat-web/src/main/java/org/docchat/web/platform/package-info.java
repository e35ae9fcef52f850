/** Settings, schema, health, and the wiring of the contexts. */
@NullMarked
package org.docchat.web.platform;

import org.jspecify.annotations.NullMarked;
