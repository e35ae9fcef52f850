package org.docchat.web.page;

import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;
import org.docchat.web.security.CurrentCaller;
import org.docchat.web.security.SignIn;

/** account.xhtml: the caller's own password, and the way out. */
@Named
@RequestScoped
public class Account {
    @Inject
    CurrentCaller caller;

    @Inject
    SignIn signIn;

    private String current = "";
    private String fresh = "";

    public void changePassword() {
        var faces = FacesContext.getCurrentInstance();
        var request = (HttpServletRequest) faces.getExternalContext().getRequest();
        if (signIn.changePassword(request, caller.caller(), current, fresh)) {
            faces.addMessage(
                    null,
                    new FacesMessage("The password is changed. Wherever else you were signed in, you no longer are."));
        } else {
            faces.addMessage(
                    null,
                    new FacesMessage(
                            FacesMessage.SEVERITY_ERROR,
                            "The current password is not right, or was tried too" + " often: then wait a minute.",
                            null));
        }
    }

    public String signOut() {
        signIn.signOut((HttpServletRequest)
                FacesContext.getCurrentInstance().getExternalContext().getRequest());
        return "/signin.xhtml?faces-redirect=true";
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
