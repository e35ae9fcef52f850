/**
 * {@code java -jar docchat.jar}: DocChat with nothing else installed. Brings a PostgreSQL and a Payara Micro along and
 * deploys the same WAR that any other server would run. Not part of that WAR.
 */
@NullMarked
package org.docchat.launcher;

import org.jspecify.annotations.NullMarked;
