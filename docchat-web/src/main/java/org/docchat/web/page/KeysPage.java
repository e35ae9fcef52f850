package org.docchat.web.page;

import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.UUID;
import org.docchat.domain.Failure;
import org.docchat.domain.Scope;
import org.docchat.domain.Slice;
import org.docchat.web.security.ApiKeys;
import org.docchat.web.security.CurrentCaller;
import org.jspecify.annotations.Nullable;

/** keys.xhtml: administrators see everybody's API keys, and revoke them. */
@Named
@RequestScoped
public class KeysPage {
    @Inject
    CurrentCaller current;

    @Inject
    ApiKeys keys;

    private @Nullable String user;
    private @Nullable String cursor;
    private @Nullable Slice<ApiKeys.Owned> slice;

    /** For everybody else there is no such page. */
    public void load() {
        if (!current.isAdmin()) {
            throw new Failure.NotFound("page");
        }
    }

    public Slice<ApiKeys.Owned> getSlice() {
        if (slice == null) {
            current.administrator();
            slice = keys.everybodys(user == null ? "" : user, new Slice.Request(100, cursor));
        }
        return slice;
    }

    public void revoke(String id, String name) {
        keys.deleteAnybodys(current.administrator(), UUID.fromString(id));
        slice = null;
        FacesContext.getCurrentInstance()
                .addMessage(null, new FacesMessage("The key " + name + " is worthless from now on."));
    }

    /** What a key may do; which collections it is limited to is their members' affair. */
    public String access(ApiKeys.ApiKey key) {
        var verb = key.scope().access() == Scope.Access.READ ? "Reads" : "Reads and writes";
        var collections = key.scope().collections();
        return collections == null
                ? verb
                : verb + " in " + collections.size() + (collections.size() == 1 ? " collection" : " collections");
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
