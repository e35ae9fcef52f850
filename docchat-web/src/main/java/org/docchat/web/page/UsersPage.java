package org.docchat.web.page;

import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import org.docchat.domain.Failure;
import org.docchat.domain.Slice;
import org.docchat.domain.UserId;
import org.docchat.web.security.CurrentCaller;
import org.docchat.web.security.Users;
import org.jspecify.annotations.Nullable;

/** users.xhtml: administrators add, disable, enable and sign out users. */
@Named
@RequestScoped
public class UsersPage {
    @Inject
    CurrentCaller current;

    @Inject
    Users users;

    @Inject
    Texts t;

    private @Nullable String cursor;
    private @Nullable Slice<Users.User> slice;
    private String username = "";
    private @Nullable String displayName;
    private String password = "";
    private boolean admin;

    /** For everybody else there is no such page. */
    public void load() {
        if (!current.isAdmin()) {
            throw new Failure.NotFound("page");
        }
    }

    public Slice<Users.User> getSlice() {
        if (slice == null) {
            current.administrator();
            slice = users.users(new Slice.Request(200, cursor));
        }
        return slice;
    }

    public String add() {
        users.create(current.administrator(), username, password, displayName, admin);
        return "/users.xhtml?faces-redirect=true";
    }

    public void enable(String id, boolean enabled) {
        users.change(current.administrator(), UserId.parse(id), null, null, null, enabled);
        slice = null;
    }

    public void signOut(String id, String name) {
        users.signOut(current.administrator(), UserId.parse(id));
        FacesContext.getCurrentInstance()
                .addMessage(null, new FacesMessage(t.of("{0} is signed out everywhere. API keys stay.", name)));
    }

    public @Nullable String getCursor() {
        return cursor;
    }

    public void setCursor(@Nullable String cursor) {
        this.cursor = cursor;
    }

    public String getUsername() {
        return username;
    }

    public void setUsername(String username) {
        this.username = username;
    }

    public @Nullable String getDisplayName() {
        return displayName;
    }

    public void setDisplayName(@Nullable String displayName) {
        this.displayName = displayName;
    }

    public String getPassword() {
        return password;
    }

    public void setPassword(String password) {
        this.password = password;
    }

    public boolean isAdmin() {
        return admin;
    }

    public void setAdmin(boolean admin) {
        this.admin = admin;
    }
}
