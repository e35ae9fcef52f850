package org.docchat.web.security;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.docchat.domain.Caller;
import org.docchat.domain.Failure;

/** Who sent the request that is being served, as {@link Authentication} found it; for pages and API alike. */
@RequestScoped
@Named
public class CurrentCaller {
    @Inject
    HttpServletRequest request;

    /**
     * The caller; whatever needs one is reached by authenticated requests only.
     *
     * @throws IllegalStateException on a public page, where nobody may be known
     */
    public Caller caller() {
        return known().orElseThrow(() -> new IllegalStateException("nobody is signed in"));
    }

    /** The caller, or nobody on public pages. */
    public Optional<Caller> known() {
        return Authentication.callerOf(request);
    }

    /**
     * Whether the token, key or session of this request is still good, within seconds; for what goes on after the
     * request.
     */
    public BooleanSupplier standing() {
        return Authentication.standingOf(request);
    }

    /** Whether somebody is signed in; for public pages. */
    public boolean isKnown() {
        return known().isPresent();
    }

    /** Whether the caller administers users and settings. */
    public boolean isAdmin() {
        return known().map(Caller::admin).orElse(false);
    }

    /**
     * The caller, if with all rights of the user: a limited key must not make one that is not.
     *
     * @throws Failure.Forbidden otherwise
     */
    public Caller unlimited() {
        var caller = caller();
        if (caller.scope().isLimited()) {
            throw new Failure.Forbidden("The key is limited, so it manages neither keys nor sessions.");
        }
        return caller;
    }

    /**
     * The caller, if an administrator.
     *
     * @throws Failure.Forbidden otherwise
     */
    public Caller administrator() {
        var caller = caller();
        if (!caller.admin()) {
            throw new Failure.Forbidden("Only administrators may do this.");
        }
        return caller;
    }
}
