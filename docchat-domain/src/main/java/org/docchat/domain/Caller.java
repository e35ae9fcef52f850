package org.docchat.domain;

/**
 * Who asks. Made only from an authenticated identity; every store takes the rights of its statements from it.
 *
 * @param admin administers users and settings; reads no collection by that alone. Never together with a limited scope
 * @param scope what the caller is limited to beside the user's own rights
 */
public record Caller(UserId id, String username, boolean admin, Scope scope) {
    public Caller {
        admin = admin && !scope.isLimited();
    }

    /** With all rights of the user. */
    public Caller(UserId id, String username, boolean admin) {
        this(id, username, admin, Scope.ALL);
    }
}
