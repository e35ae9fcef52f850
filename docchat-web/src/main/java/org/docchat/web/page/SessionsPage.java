package org.docchat.web.page;

import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.UUID;
import org.docchat.domain.Failure;
import org.docchat.domain.Slice;
import org.docchat.web.security.CurrentCaller;
import org.docchat.web.security.Sessions;
import org.jspecify.annotations.Nullable;

/** sessions.xhtml: administrators see by which browsers everybody is signed in, and end it. */
@Named
@RequestScoped
public class SessionsPage {
    @Inject
    CurrentCaller current;

    @Inject
    Sessions sessions;

    @Inject
    Texts t;

    private @Nullable String user;
    private @Nullable String cursor;
    private @Nullable Slice<Sessions.Owned> slice;

    /** For everybody else there is no such page. */
    public void load() {
        if (!current.isAdmin()) {
            throw new Failure.NotFound("page");
        }
    }

    public Slice<Sessions.Owned> getSlice() {
        if (slice == null) {
            current.administrator();
            slice = sessions.everybodys(user == null ? "" : user, new Slice.Request(100, cursor));
        }
        return slice;
    }

    public void end(String id, String name) {
        sessions.endAnybodys(current.administrator(), UUID.fromString(id));
        slice = null;
        FacesContext.getCurrentInstance()
                .addMessage(
                        null, new FacesMessage(t.of("{0} is signed out of that browser, within five seconds.", name)));
    }

    public @Nullable String getUser() {
        return user;
    }

    public void setUser(@Nullable String user) {
        this.user = user;
    }

    public @Nullable String getCursor() {
        return cursor;
    }

    public void setCursor(@Nullable String cursor) {
        this.cursor = cursor;
    }
}
