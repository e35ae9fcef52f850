package org.docchat.web.page;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.docchat.web.security.CurrentCaller;
import org.docchat.web.security.Sessions;
import org.docchat.web.security.SignIn;

/** The part of account.xhtml that shows where the caller is signed in, and ends it there. */
@Named
@RequestScoped
public class SignedIn {
    @Inject
    Sessions sessions;

    @Inject
    SignIn signIn;

    @Inject
    Texts t;

    @Inject
    CurrentCaller current;

    @Inject
    HttpServletRequest request;

    public List<Sessions.Session> getAll() {
        return sessions.sessions(current.caller());
    }

    /** Whether this is the session of the browser that shows the page. */
    public boolean isHere(Sessions.Session session) {
        return signIn.sessionId(request).filter(session.id()::equals).isPresent();
    }

    public void end(String id) {
        sessions.end(current.caller(), UUID.fromString(id));
    }

    public String time(Instant time) {
        return t.time(time);
    }
}
