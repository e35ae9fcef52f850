package org.docchat.web.page;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.List;
import org.docchat.domain.Failure;
import org.docchat.web.platform.SystemState;
import org.docchat.web.security.CurrentCaller;
import org.jspecify.annotations.Nullable;

/** system.xhtml: administrators see which models there are, whether they work, and the settings in force. */
@Named
@RequestScoped
public class SystemPage {
    @Inject
    CurrentCaller current;

    @Inject
    SystemState state;

    @Inject
    Texts t;

    private @Nullable List<SystemState.Part> parts;
    private @Nullable List<SystemState.Setting> settings;

    /** For everybody else there is no such page. */
    public void load() {
        if (!current.isAdmin()) {
            throw new Failure.NotFound("page");
        }
    }

    public List<SystemState.Part> getParts() {
        if (parts == null) {
            current.administrator();
            parts = state.parts();
        }
        return parts;
    }

    /** Calls a model on a server and shows in its row how that went. */
    public void tryOut(String name) {
        current.administrator();
        parts = state.parts().stream()
                .map(part -> part.isElsewhere() && part.name().equals(name) ? state.tried(part) : part)
                .toList();
    }

    public List<SystemState.Setting> getSettings() {
        if (settings == null) {
            current.administrator();
            settings = state.settings();
        }
        return settings;
    }

    public String value(SystemState.Setting setting) {
        if (setting.isSecret()) {
            return t.of("set, not shown");
        }
        return setting.origin() == SystemState.Origin.DEFAULT ? "—" : setting.value();
    }

    public String origin(SystemState.Setting setting) {
        return switch (setting.origin()) {
            case ENVIRONMENT -> t.of("environment");
            case FILE -> t.of("file");
            case PROPERTY -> t.of("system property");
            case DEFAULT -> t.of("default");
        };
    }
}
