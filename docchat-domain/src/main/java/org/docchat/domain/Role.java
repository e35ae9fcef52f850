package org.docchat.domain;

/** What a member may do in a collection; each role may do what the ones before it may. */
public enum Role {
    /** Searches, asks and reads. */
    VIEWER,
    /** Adds, replaces and deletes documents. */
    EDITOR,
    /** Shares, renames and deletes the collection. */
    OWNER;

    /** Whether this role includes everything that {@code other} may do. */
    public boolean includes(Role other) {
        return compareTo(other) >= 0;
    }
}
