package org.docchat.web.page;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.List;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Role;
import org.docchat.ingest.Collections;
import org.docchat.web.security.CurrentCaller;
import org.jspecify.annotations.Nullable;

/** The dialog of collection.xhtml in which its owners share it. */
@Named
@RequestScoped
public class Members {
    @Inject
    Collections collections;

    @Inject
    CurrentCaller current;

    @Inject
    CollectionPage page;

    private @Nullable String username;
    private Role role = Role.VIEWER;

    public List<Collections.Member> getAll() {
        return collections.members(current.caller(), CollectionId.parse(page.getId()));
    }

    public void share() {
        collections.share(current.caller(), CollectionId.parse(page.getId()), username == null ? "" : username, role);
        username = null;
    }

    public void remove(String member) {
        collections.unshare(current.caller(), CollectionId.parse(page.getId()), member);
    }

    public @Nullable String getUsername() {
        return username;
    }

    public void setUsername(@Nullable String username) {
        this.username = username;
    }

    public Role getRole() {
        return role;
    }

    public void setRole(Role role) {
        this.role = role;
    }
}
