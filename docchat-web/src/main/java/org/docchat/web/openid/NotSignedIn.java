package org.docchat.web.openid;

import org.jspecify.annotations.Nullable;

/** Why nobody was signed in. The message is for the log: it holds neither tokens nor codes. */
public final class NotSignedIn extends Exception {
    /** What can be told to whoever tried. */
    public enum Reason {
        /** They did not want to, or the provider did not let them. */
        CANCELLED,
        /** The answer came too late, twice, or to another browser. */
        EXPIRED,
        /** The provider does not answer. */
        UNAVAILABLE,
        /** The provider's answer does not prove what it must. */
        REFUSED
    }

    private final Reason reason;

    NotSignedIn(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    NotSignedIn(Reason reason, String message) {
        this(reason, message, null);
    }

    public Reason reason() {
        return reason;
    }
}
