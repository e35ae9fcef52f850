package org.docchat.web.page;

import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.annotation.ManagedProperty;
import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.docchat.web.security.SignIn;
import org.jspecify.annotations.Nullable;

/** signin.xhtml. */
@Named
@RequestScoped
public class SignInPage {
    @Inject
    SignIn signIn;

    @Inject
    Texts t;

    @Inject
    HttpServletRequest request;

    @Inject
    @ManagedProperty("#{param.next}")
    @Nullable
    String next;

    @Inject
    @ManagedProperty("#{param.problem}")
    @Nullable
    String problem;

    private String username = "";
    private String password = "";

    /** Signs in and goes where the caller wanted to go; or says, without naming the cause, that it did not work. */
    public void signIn() throws IOException {
        var faces = FacesContext.getCurrentInstance();
        var response = (HttpServletResponse) faces.getExternalContext().getResponse();
        var outcome = signIn.signIn(request, response, username, password);
        if (outcome instanceof SignIn.Outcome.SignedIn) {
            faces.getExternalContext().redirect(request.getContextPath() + SignIn.destination(next));
        } else if (outcome instanceof SignIn.Outcome.TooManyAttempts tooMany) {
            refuse(
                    faces,
                    t.count(
                            Math.max(1, tooMany.why().retryAfter().toSeconds()),
                            "Too many attempts. Try again in {0} second.",
                            "Too many attempts. Try again in {0} seconds."));
        } else {
            refuse(faces, t.of("Username and password do not fit together."));
        }
    }

    /** Why the way over the identity provider led back here; empty if it did not. */
    public String getProblem() {
        return switch (problem == null ? "" : problem) {
            case "" -> "";
            case "cancelled" ->
                t.of("The identity provider did not sign you in. Try again, or ask its administrator whether"
                        + " you may use DocChat.");
            case "expired" -> t.of("That sign-in took too long or was begun in another browser. Please begin again.");
            case "unavailable" -> t.of("The identity provider does not answer. Try again in a moment.");
            case "disabled" -> t.of("Your account is disabled. Ask an administrator of DocChat.");
            case "busy" -> t.of("Too many attempts. Try again in a minute.");
            default ->
                t.of("The identity provider's answer was not accepted. Ask an administrator of DocChat: the log says"
                        + " why.");
        };
    }

    private static void refuse(FacesContext faces, String words) {
        faces.addMessage(null, new FacesMessage(FacesMessage.SEVERITY_ERROR, words, null));
    }

    public String getUsername() {
        return username;
    }

    public void setUsername(String username) {
        this.username = username;
    }

    public String getPassword() {
        return password;
    }

    public void setPassword(String password) {
        this.password = password;
    }

    /** {@link #getNext} as the query of an address. */
    public String getOnward() {
        var destination = SignIn.destination(next);
        return destination.equals("/") ? "" : "?next=" + URLEncoder.encode(destination, StandardCharsets.UTF_8);
    }

    public @Nullable String getNext() {
        return next;
    }
}
