package org.docchat.web.security;

import java.io.Serializable;
import java.time.Instant;
import java.util.UUID;

/**
 * What a session knows of its user: no rights, they are looked up with each request.
 *
 * @param id of its row; see {@link Sessions}
 * @param userId as text, so that it survives in a cluster's data grid
 */
record SignedInSession(UUID id, String userId, String csrfToken, Instant since) implements Serializable {}
