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
}
