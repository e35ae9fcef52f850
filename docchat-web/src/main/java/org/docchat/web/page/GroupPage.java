package org.docchat.web.page;

import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.annotation.ManagedProperty;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.List;
import org.docchat.domain.Failure;
import org.docchat.domain.GroupId;
import org.docchat.web.security.CurrentCaller;
import org.docchat.web.security.Groups;
import org.docchat.web.security.Users;
import org.jspecify.annotations.Nullable;

/** group.xhtml: administrators say who is in a group. */
@Named
@RequestScoped
public class GroupPage {
    @Inject
    CurrentCaller current;

    @Inject
    Groups groups;

    @Inject
    @ManagedProperty("#{param.id}")
    @Nullable
    String id;

    private String username = "";

    /** For everybody else there is no such page. */
    public void load() {
        if (!current.isAdmin()) {
            throw new Failure.NotFound("page");
        }
        getGroup();
    }

    public Groups.Group getGroup() {
        current.administrator();
        return groups.get(group());
    }

    public List<Users.User> getUsers() {
        current.administrator();
        return groups.users(group());
    }

    public void add() {
        groups.add(current.administrator(), group(), username);
        username = "";
    }

    public void remove(String name) {
        groups.remove(current.administrator(), group(), name);
    }

    /** Deletes the group and shows the others. */
    public String delete() {
        groups.delete(current.administrator(), group());
        return "/groups.xhtml?faces-redirect=true";
    }

    private GroupId group() {
        return GroupId.parse(getId());
    }

    public String getId() {
        return id == null ? "" : id;
    }

    public String getUsername() {
        return username;
    }

    public void setUsername(String username) {
        this.username = username;
    }
}
