/**
 * OpenID Connect from the side of a client: where the provider's parts are, the way of an authorization code, and what
 * a token must prove. Knows nobody's account; that is {@code security}'s part.
 */
@NullMarked
package org.docchat.web.openid;

import org.jspecify.annotations.NullMarked;
