package org.docchat.domain;

/**
 * Who asks. Made only from an authenticated identity; every store takes the rights of its statements from it.
 *
 * @param admin administers users and settings; reads no collection by that alone
 */
public record Caller(UserId id, String username, boolean admin) {}
