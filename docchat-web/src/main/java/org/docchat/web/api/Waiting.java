package org.docchat.web.api;

import org.docchat.web.security.Problem;

/** A client that waits for what is being written. That it has gone shows only when something is sent to it. */
interface Waiting {
    /** Whether nobody has noticed yet that the client has gone. */
    boolean isOpen();

    long nanosSinceWritten();

    /** Sends what clients ignore: it keeps proxies from closing and shows who has gone. */
    void heartbeat();

    /** Tells what went wrong, in the form of whatever protocol is spoken. */
    void sendProblem(Problem problem);

    /** Tells the client to come again, to whichever node then answers, and ends. */
    void shutDown();

    /** Writes no more to it; what the client is answered instead is still to come. */
    void abandon();

    void close();
}
