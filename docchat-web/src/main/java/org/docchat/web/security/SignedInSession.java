package org.docchat.web.security;

import java.io.Serializable;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a session knows of its user: no rights, they are looked up with each request.
 *
 * @param id of its row; see {@link Sessions}
 * @param userId as text: every attribute of the server's session can be written down
 * @param idToken shown to the identity provider at signing out; null: signed in by password
 */
record SignedInSession(
        UUID id,
        String userId,
        String csrfToken,
        Instant since,
        @Nullable String idToken) implements Serializable {}
