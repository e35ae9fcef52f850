package org.docchat.web.page;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import org.docchat.domain.Collection;
import org.docchat.domain.Language;
import org.docchat.domain.Slice;
import org.docchat.ingest.Collections;
import org.docchat.web.security.CurrentCaller;
import org.jspecify.annotations.Nullable;

/** collections.xhtml: the collections of the caller, and making one. */
@Named
@RequestScoped
public class CollectionsPage {
    @Inject
    Collections collections;

    @Inject
    CurrentCaller current;

    private @Nullable String cursor;
    private @Nullable Slice<Collection> slice;
    private String name = "";
    private @Nullable String description;
    private Language language = Language.ENGLISH;

    /** The collections on this page of the list. */
    public Slice<Collection> getSlice() {
        if (slice == null) {
            slice = collections.list(current.caller(), new Slice.Request(60, cursor));
        }
        return slice;
    }

    /** Makes a collection and goes there. */
    public String create() {
        var made = collections.create(current.caller(), name, description == null ? "" : description, language);
        return "/collection.xhtml?faces-redirect=true&id=" + made.id();
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

    public @Nullable String getDescription() {
        return description;
    }

    public void setDescription(@Nullable String description) {
        this.description = description;
    }

    public Language getLanguage() {
        return language;
    }

    public void setLanguage(Language language) {
        this.language = language;
    }
}
