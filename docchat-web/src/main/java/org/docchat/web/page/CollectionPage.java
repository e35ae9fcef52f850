package org.docchat.web.page;

import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.annotation.ManagedProperty;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import org.docchat.domain.Collection;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Role;
import org.docchat.ingest.Collections;
import org.docchat.web.security.CurrentCaller;
import org.jspecify.annotations.Nullable;

/** collection.xhtml: one collection. Its documents are shown by documents.js, which talks to the API. */
@Named
@RequestScoped
public class CollectionPage {
    @Inject
    Collections collections;

    @Inject
    CurrentCaller current;

    /** From the address, and from the forms: rights are looked up before Faces has read any of their fields. */
    @Inject
    @ManagedProperty("#{param.id}")
    @Nullable
    String id;

    private @Nullable Collection collection;
    private @Nullable String name;
    private @Nullable String description;

    /** Fails early, before anything is rendered, if there is no such collection for the caller. */
    public void load() {
        getCollection();
    }

    public Collection getCollection() {
        if (collection == null) {
            collection = collections.get(current.caller(), CollectionId.parse(getId()));
        }
        return collection;
    }

    public boolean isEditable() {
        return getCollection().role().includes(Role.EDITOR);
    }

    public boolean isOwned() {
        return getCollection().role() == Role.OWNER;
    }

    /** Changes name and description and shows the page with them. */
    public String change() {
        collections.change(
                current.caller(),
                CollectionId.parse(getId()),
                revision -> true,
                name,
                description == null ? "" : description);
        return "/collection.xhtml?faces-redirect=true&id=" + CollectionId.parse(getId());
    }

    /** Deletes the collection and shows the others. */
    public String delete() {
        collections.delete(current.caller(), CollectionId.parse(getId()));
        return "/collections.xhtml?faces-redirect=true";
    }

    public String getId() {
        return id == null ? "" : id;
    }

    public String getName() {
        return name == null ? getCollection().name() : name;
    }

    public void setName(@Nullable String name) {
        this.name = name;
    }

    public String getDescription() {
        return description == null ? getCollection().description() : description;
    }

    public void setDescription(@Nullable String description) {
        this.description = description;
    }
}
