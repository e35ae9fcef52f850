package org.docchat.domain;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What can go wrong in a way that a caller can understand and act on. The message says what happened and what to do;
 * the code is stable for programs. Everything else is a defect and surfaces as an incident.
 */
public abstract sealed class Failure extends RuntimeException {
    private final String code;

    private Failure(String code, String message) {
        super(message);
        this.code = code;
    }

    /** A stable name in snake case, such as {@code unsupported_media_type}. */
    public String code() {
        return code;
    }

    /** The thing does not exist, or the caller may not know that it does. */
    public static final class NotFound extends Failure {
        /** @param what the kind of thing, such as "document" */
        public NotFound(String what) {
            super(what + "_not_found", "There is no such " + what + ", or you may not see it.");
        }
    }

    /** The caller may see the thing, but not do this to it. */
    public static final class Forbidden extends Failure {
        public Forbidden(String message) {
            super("forbidden", message);
        }
    }

    /** The request contradicts what is already there. */
    public static final class Conflict extends Failure {
        public Conflict(String code, String message) {
            super(code, message);
        }
    }

    /** What the request was made for has changed since the caller read it. */
    public static final class Stale extends Failure {
        /** @param what the kind of thing, such as "collection" */
        public Stale(String what) {
            super(
                    what + "_changed",
                    "Somebody else has changed the " + what
                            + " since you read it. Read it again, then change it anew.");
        }
    }

    /** The request breaks a rule that the message names. */
    public static final class Invalid extends Failure {
        public Invalid(String code, String message) {
            super(code, message);
        }
    }

    /** The bytes are of a kind that DocChat does not read, or not of the kind that their name says. */
    public static final class UnsupportedMediaType extends Failure {
        private final transient List<String> supported;

        public UnsupportedMediaType(String message, List<String> supported) {
            super("unsupported_media_type", message + " Supported: " + String.join(", ", supported) + ".");
            this.supported = List.copyOf(supported);
        }

        /** The file name extensions that are read. */
        public List<String> supported() {
            return supported;
        }
    }

    /** What was sent is larger than this installation accepts. */
    public static final class TooLarge extends Failure {
        /** A document. */
        public TooLarge(long limitBytes) {
            this("document", limitBytes, "DOCCHAT_UPLOAD_MAX_BYTES");
        }

        /** @param setting what an administrator may raise */
        public TooLarge(String what, long limitBytes, String setting) {
            super(
                    "content_too_large",
                    "The " + what + " is larger than the " + limitBytes + " bytes that are accepted here. Split it, or"
                            + " ask an administrator to raise " + setting + ".");
        }
    }

    /** As much is stored as may be. */
    public static final class Full extends Failure {
        public Full(String message) {
            super("storage_full", message);
        }
    }

    /** More was asked for than may be in some time, or at once. */
    public static final class TooMany extends Failure {
        private final transient @Nullable Limit limit;
        private final transient Duration retryAfter;

        /**
         * What may be in some time.
         *
         * @param policy its name, of letters and hyphens
         * @param most in one window
         * @param left of them, less than was asked for
         */
        public record Limit(String policy, long most, long left, Duration window) {}

        /** @param limit null: it is not so many in some time */
        public TooMany(String code, String message, @Nullable Limit limit, Duration retryAfter) {
            super(code, message);
            this.limit = limit;
            this.retryAfter = retryAfter;
        }

        /** Which limit was met; null: it is not so many in some time. */
        public @Nullable Limit limit() {
            return limit;
        }

        /** How long to wait. */
        public Duration retryAfter() {
            return retryAfter;
        }
    }

    /** Something that DocChat depends on does not answer; the same request may work later. */
    public static final class Unavailable extends Failure {
        public Unavailable(String code, String message, Throwable cause) {
            super(code, message);
            initCause(cause);
        }
    }
}
