package org.docchat.web.page;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.docchat.domain.Collection;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Scope;
import org.docchat.domain.Slice;
import org.docchat.ingest.Collections;
import org.docchat.web.security.ApiKeys;
import org.docchat.web.security.CurrentCaller;
import org.jspecify.annotations.Nullable;

/** The part of account.xhtml that shows, makes and revokes the caller's API keys. */
@Named
@RequestScoped
public class Keys {
    @Inject
    ApiKeys apiKeys;

    @Inject
    Collections collections;

    @Inject
    Texts t;

    @Inject
    CurrentCaller current;

    @Inject
    HttpServletRequest request;

    private @Nullable List<Collection> choices;
    private String name = "";
    private Scope.Access access = Scope.Access.READ;
    private int expiresInDays = 90;
    private @Nullable String secret;

    public List<ApiKeys.ApiKey> getAll() {
        return apiKeys.keys(current.unlimited());
    }

    /** The collections that a key may be limited to. */
    public List<Collection> getChoices() {
        if (choices == null) {
            choices = collections
                    .list(current.caller(), new Slice.Request(200, null))
                    .items();
        }
        return choices;
    }

    public void make() {
        var chosen = request.getParameterValues("collections");
        var scope = new Scope(
                chosen == null
                        ? null
                        : Stream.of(chosen).map(CollectionId::parse).collect(Collectors.toSet()),
                access);
        secret = apiKeys.make(current.unlimited(), name, expiresInDays == 0 ? null : expiresInDays, scope)
                .secret();
    }

    public void revoke(String id) {
        apiKeys.delete(current.unlimited(), UUID.fromString(id));
    }

    /** What a key may do, up to where. */
    public String access(ApiKeys.ApiKey key) {
        boolean everywhere = key.scope().collections() == null;
        if (key.scope().access() == Scope.Access.READ) {
            return everywhere ? t.of("Asks and reads in all collections") : t.of("Asks and reads in");
        }
        return everywhere
                ? t.of("Does everything that you may in all collections")
                : t.of("Does everything that you may in");
    }

    /** The names of the collections that a key is limited to; empty if it is not. */
    public String collections(ApiKeys.ApiKey key) {
        var ids = key.scope().collections();
        if (ids == null) {
            return "";
        }
        Map<CollectionId, String> names = new HashMap<>();
        getChoices().forEach(collection -> names.put(collection.id(), collection.name()));
        return ids.stream()
                .map(id -> names.getOrDefault(id, t.of("a collection that you no longer see")))
                .sorted()
                .collect(Collectors.joining(", "));
    }

    /** The new key, to be shown once; null: none was made. */
    public @Nullable String getSecret() {
        return secret;
    }

    public String getName() {
        return name;
    }

    public void setName(String name) {
        this.name = name;
    }

    public Scope.Access getAccess() {
        return access;
    }

    public void setAccess(Scope.Access access) {
        this.access = access;
    }

    public int getExpiresInDays() {
        return expiresInDays;
    }

    public void setExpiresInDays(int expiresInDays) {
        this.expiresInDays = expiresInDays;
    }
}
