package org.docchat.web.page;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.List;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Role;
import org.docchat.ingest.Sharing;
import org.docchat.web.security.CurrentCaller;

/** The dialog of collection.xhtml in which its owners share it. */
@Named
@RequestScoped
public class Members {
    @Inject
    Sharing sharing;

    @Inject
    Texts t;

    @Inject
    CurrentCaller current;

    @Inject
    CollectionPage page;

    private boolean group;
    private String name = "";
    private Role role = Role.VIEWER;

    public List<Sharing.Member> getAll() {
        return sharing.members(current.caller(), id());
    }

    public List<Sharing.Group> getGroups() {
        return sharing.groups(current.caller(), id());
    }

    public void share() {
        if (group) {
            sharing.shareWithGroup(current.caller(), id(), name.strip(), role);
        } else {
            sharing.share(current.caller(), id(), name, role);
        }
        name = "";
    }

    public void remove(String member) {
        sharing.unshare(current.caller(), id(), member);
    }

    public void removeGroup(String member) {
        sharing.unshareWithGroup(current.caller(), id(), member);
    }

    /** What somebody with a role may do, in words. */
    public String words(Role given) {
        return switch (given) {
            case VIEWER -> t.of("ask and read");
            case EDITOR -> t.of("add and delete documents");
            case OWNER -> t.of("do everything");
        };
    }

    private CollectionId id() {
        return CollectionId.parse(page.getId());
    }

    /** Whether the name is a group's. */
    public boolean isGroup() {
        return group;
    }

    public void setGroup(boolean group) {
        this.group = group;
    }

    public String getName() {
        return name;
    }

    public void setName(String name) {
        this.name = name;
    }

    public Role getRole() {
        return role;
    }

    public void setRole(Role role) {
        this.role = role;
    }
}
