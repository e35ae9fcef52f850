package org.docchat.web.page;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import org.docchat.domain.Failure;
import org.docchat.domain.Slice;
import org.docchat.web.security.CurrentCaller;
import org.docchat.web.security.Groups;
import org.jspecify.annotations.Nullable;

/** groups.xhtml: administrators make groups. Who is in one is shown by group.xhtml. */
@Named
@RequestScoped
public class GroupsPage {
    @Inject
    CurrentCaller current;

    @Inject
    Groups groups;

    private @Nullable String cursor;
    private @Nullable Slice<Groups.Group> slice;
    private String name = "";

    /** For everybody else there is no such page. */
    public void load() {
        if (!current.isAdmin()) {
            throw new Failure.NotFound("page");
        }
    }

    public Slice<Groups.Group> getSlice() {
        if (slice == null) {
            current.administrator();
            slice = groups.groups(new Slice.Request(200, cursor));
        }
        return slice;
    }

    /** Makes a group and shows it, to be filled. */
    public String add() {
        var made = groups.create(current.administrator(), name);
        return "/group.xhtml?faces-redirect=true&id=" + made.id();
    }

    public @Nullable String getCursor() {
        return cursor;
    }

    public void setCursor(@Nullable String cursor) {
        this.cursor = cursor;
    }

    public String getName() {
        return name;
    }

    public void setName(String name) {
        this.name = name;
    }
}
