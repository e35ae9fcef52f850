package org.docchat.web.page;

import jakarta.faces.context.ExceptionHandler;
import jakarta.faces.context.ExceptionHandlerFactory;

/** Makes pages tell failures as {@link FailureTeller} does. */
public class Failures extends ExceptionHandlerFactory {
    public Failures(ExceptionHandlerFactory wrapped) {
        super(wrapped);
    }

    @Override
    public ExceptionHandler getExceptionHandler() {
        return new FailureTeller(getWrapped().getExceptionHandler());
    }
}
