package org.docchat.web.page;

import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.annotation.ManagedProperty;
import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import org.docchat.domain.Failure;
import org.docchat.domain.UserId;
import org.docchat.web.security.CurrentCaller;
import org.docchat.web.security.Users;
import org.jspecify.annotations.Nullable;

/** user.xhtml: administrators rename somebody, make an administrator of them, set a password, and delete them. */
@Named
@RequestScoped
public class UserPage {
    @Inject
    CurrentCaller current;

    @Inject
    Users users;

    @Inject
    Texts t;

    @Inject
    @ManagedProperty("#{param.id}")
    @Nullable
    String id;

    private Users.@Nullable User user;
    private @Nullable String displayName;
    private @Nullable Boolean admin;
    private String password = "";

    /** For everybody else there is no such page. */
    public void load() {
        if (!current.isAdmin()) {
            throw new Failure.NotFound("page");
        }
        getUser();
    }

    public Users.User getUser() {
        if (user == null) {
            current.administrator();
            user = users.find(UserId.parse(getId())).orElseThrow(() -> new Failure.NotFound("user"));
        }
        return user;
    }

    /** Whether it is the caller, who has a page of their own for the password. */
    public boolean isMyself() {
        return getUser().id().equals(current.caller().id());
    }

    /** Whether there is a password to set: whoever signs in at the identity provider has none. */
    public boolean isWithPassword() {
        return users.hasPassword(getUser().id());
    }

    public void change() {
        user = users.change(current.administrator(), getUser().id(), displayName, null, admin, null);
        say(t.of("Saved."));
    }

    public void setFirstPassword() {
        user = users.change(current.administrator(), getUser().id(), null, password, null, null);
        say(t.of("The password is set. Wherever this user was signed in, they no longer are."));
    }

    /** Deletes the user and shows the others. */
    public String delete() {
        users.delete(current.administrator(), getUser().id());
        return "/users.xhtml?faces-redirect=true";
    }

    private static void say(String words) {
        FacesContext.getCurrentInstance().addMessage(null, new FacesMessage(words));
    }

    public String getId() {
        return id == null ? "" : id;
    }

    public String getDisplayName() {
        return displayName == null ? getUser().displayName() : displayName;
    }

    public void setDisplayName(@Nullable String displayName) {
        this.displayName = displayName;
    }

    public boolean isAdmin() {
        return admin == null ? getUser().admin() : admin;
    }

    public void setAdmin(boolean admin) {
        this.admin = admin;
    }

    public String getPassword() {
        return password;
    }

    public void setPassword(String password) {
        this.password = password;
    }
}
