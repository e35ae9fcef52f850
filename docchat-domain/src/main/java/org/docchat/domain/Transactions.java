package org.docchat.domain;

import java.util.function.Function;

/**
 * Runs one piece of work in one database transaction under one identity. The database enforces the identity's rights
 * on every statement (row-level security); the work must neither call a model nor a parser.
 *
 * @param <S> the persistence session that the work is given
 */
public interface Transactions<S> {

    /** Runs the work with the rights of a caller: what the caller may not see does not exist for it. */
    <T> T as(Caller caller, Function<S, T> work);

    /**
     * Runs the work with the rights of what runs in the background: all documents, and which questions of evaluations
     * wait, but no users, conversations or answers, nor what an evaluation asks.
     */
    <T> T asWorker(Function<S, T> work);

    /**
     * Runs work that only looks, in the midst of a caller's transaction, on a copy of the database that may be a little
     * behind; where there is none, or it is too far behind, in that transaction itself. What is shown to the caller must
     * be read in the transaction: the copy may still have what was deleted, or is no longer theirs to see.
     *
     * @param session the transaction's
     */
    default <T> T onReplica(S session, Caller caller, Function<S, T> work) {
        return work.apply(session);
    }
}
