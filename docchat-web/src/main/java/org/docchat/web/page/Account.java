package org.docchat.web.page;

import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import org.docchat.web.security.CurrentCaller;
import org.docchat.web.security.SignIn;
import org.docchat.web.security.Users;
import org.jspecify.annotations.Nullable;

/** account.xhtml: the caller's own name and password, if there is one, and the way out. */
@Named
@RequestScoped
public class Account {
    @Inject
    CurrentCaller caller;

    @Inject
    SignIn signIn;

    @Inject
    Users users;

    @Inject
    Texts t;

    @Inject
    HttpServletRequest request;

    private @Nullable String displayName;
    private @Nullable String language;
    private String current = "";
    private String fresh = "";

    public void changeName() {
        users.change(caller.caller(), caller.caller().id(), displayName, null, null, null);
        FacesContext.getCurrentInstance().addMessage(null, new FacesMessage(t.of("The name is changed.")));
    }

    public void changePassword() {
        var faces = FacesContext.getCurrentInstance();
        var request = (HttpServletRequest) faces.getExternalContext().getRequest();
        var response = (HttpServletResponse) faces.getExternalContext().getResponse();
        if (signIn.changePassword(request, response, caller.caller(), current, fresh)) {
            faces.addMessage(
                    null,
                    new FacesMessage(
                            t.of("The password is changed. Wherever else you were signed in, you no longer are.")));
        } else {
            faces.addMessage(
                    null,
                    new FacesMessage(
                            FacesMessage.SEVERITY_ERROR,
                            t.of("The current password is not right, or was tried too often: then wait a minute."),
                            null));
        }
    }

    /** Chooses the language of this browser and shows the page in it. */
    public String changeLanguage() {
        var response = FacesContext.getCurrentInstance().getExternalContext().getResponse();
        Languages.choose(request, (HttpServletResponse) response, language == null ? "" : language);
        return "/account.xhtml?faces-redirect=true";
    }

    /** What each language calls itself, by its code. */
    public Map<String, String> getLanguages() {
        return Languages.all();
    }

    /** What is chosen in this browser; null: it asks for what it wants. */
    public @Nullable String getLanguage() {
        return language == null ? Languages.chosen(request).orElse(null) : language;
    }

    public void setLanguage(@Nullable String language) {
        this.language = language;
    }

    /** Whether there is a password here to change: whoever signs in at the identity provider has none. */
    public boolean isWithPassword() {
        return users.hasPassword(caller.caller().id());
    }

    /** By a script's redirect, since a form may lead nowhere but here, and the identity provider is elsewhere. */
    public void signOut() throws IOException {
        var external = FacesContext.getCurrentInstance().getExternalContext();
        external.redirect(signIn.signOut(
                (HttpServletRequest) external.getRequest(), (HttpServletResponse) external.getResponse()));
    }

    public String getDisplayName() {
        return displayName == null
                ? users.find(caller.caller().id()).map(Users.User::displayName).orElse("")
                : displayName;
    }

    public void setDisplayName(@Nullable String displayName) {
        this.displayName = displayName;
    }

    public String getCurrent() {
        return current;
    }

    public void setCurrent(String current) {
        this.current = current;
    }

    public String getFresh() {
        return fresh;
    }

    public void setFresh(String fresh) {
        this.fresh = fresh;
    }
}
