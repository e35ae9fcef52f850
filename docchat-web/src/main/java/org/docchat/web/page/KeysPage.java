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

    @Inject
    Texts t;

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
                .addMessage(null, new FacesMessage(t.of("The key {0} is worthless from now on.", name)));
    }

    /** What a key may do; which collections it is limited to is their members' affair. */
    public String access(ApiKeys.ApiKey key) {
        boolean reads = key.scope().access() == Scope.Access.READ;
        var collections = key.scope().collections();
        if (collections == null) {
            return reads ? t.of("Reads") : t.of("Reads and writes");
        }
        return reads
                ? t.count(collections.size(), "Reads in {0} collection", "Reads in {0} collections")
                : t.count(
                        collections.size(),
                        "Reads and writes in {0} collection",
                        "Reads and writes in {0} collections");
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
