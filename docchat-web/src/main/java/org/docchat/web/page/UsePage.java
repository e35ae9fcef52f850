package org.docchat.web.page;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.List;
import org.docchat.domain.Failure;
import org.docchat.web.platform.SystemState;
import org.docchat.web.security.CurrentCaller;
import org.docchat.web.security.Usage;
import org.jspecify.annotations.Nullable;

/** use.xhtml: administrators see who uses how much, and how much may be used. */
@Named
@RequestScoped
public class UsePage {
    /** More than anybody reads. */
    private static final int MOST = 200;

    private static final String[] UNITS = {"{0} B", "{0} kB", "{0} MB", "{0} GB", "{0} TB", "{0} PB"};

    @Inject
    CurrentCaller current;

    @Inject
    Usage usage;

    @Inject
    SystemState state;

    @Inject
    Texts t;

    private @Nullable List<Usage.Line> lines;

    /** For everybody else there is no such page. */
    public void load() {
        if (!current.isAdmin()) {
            throw new Failure.NotFound("page");
        }
    }

    public List<Usage.Line> getLines() {
        if (lines == null) {
            current.administrator();
            lines = usage.most(MOST);
        }
        return lines;
    }

    public boolean isCut() {
        return getLines().size() == MOST;
    }

    public List<String> getLimits() {
        current.administrator();
        return state.limits().stream()
                .map(limit -> t.of(limit.words(), limit.most()))
                .toList();
    }

    /** Three digits and a unit of thousands. */
    public String size(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= 1_000 && unit < UNITS.length - 1) {
            amount /= 1_000;
            unit++;
        }
        var digits = amount < 10 && unit > 0 ? "%.1f" : "%.0f";
        return t.of(UNITS[unit], String.format(t.locale(), digits, amount));
    }
}
