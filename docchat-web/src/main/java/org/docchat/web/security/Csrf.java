package org.docchat.web.security;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;

/** Hands pages the token that their scripts send with each call of the API: {@code #{csrf.token}}. */
@RequestScoped
@Named
public class Csrf {
    @Inject
    HttpServletRequest request;

    @Inject
    SignIn signIn;

    /** The value of the header {@code X-DocChat-CSRF}; empty if nobody is signed in. */
    public String getToken() {
        return signIn.csrfToken(request);
    }
}
