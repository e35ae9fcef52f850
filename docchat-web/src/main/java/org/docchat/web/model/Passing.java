package org.docchat.web.model;

import java.time.Duration;
import org.docchat.domain.Failure;
import org.jspecify.annotations.Nullable;

/** A failure that another attempt may heal. */
final class Passing extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Failure.Unavailable failure;
    private final transient @Nullable Duration pause;

    /** @param pause how long the server wants to be left alone; null if it does not say */
    Passing(Failure.Unavailable failure, @Nullable Duration pause) {
        super(failure);
        this.failure = failure;
        this.pause = pause;
    }

    Failure.Unavailable failure() {
        return failure;
    }

    @Nullable
    Duration pause() {
        return pause;
    }
}
