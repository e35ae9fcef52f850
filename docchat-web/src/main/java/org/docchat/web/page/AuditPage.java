package org.docchat.web.page;

import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Objects;
import org.docchat.domain.Failure;
import org.docchat.domain.Slice;
import org.docchat.web.security.Audit;
import org.docchat.web.security.CurrentCaller;
import org.jspecify.annotations.Nullable;

/** audit.xhtml: administrators look who did what, and whether the trail is whole. */
@Named
@RequestScoped
public class AuditPage {
    @Inject
    CurrentCaller current;

    @Inject
    Audit audit;

    @Inject
    Texts t;

    private @Nullable String since;
    private @Nullable String act;
    private @Nullable String actor;
    private @Nullable String cursor;
    private @Nullable Slice<Audit.Entry> slice;

    /** For everybody else there is no such page. */
    public void load() {
        if (!current.isAdmin()) {
            throw new Failure.NotFound("page");
        }
    }

    public Slice<Audit.Entry> getSlice() {
        if (slice == null) {
            var day = date();
            var from = day == null ? null : day.atStartOfDay(ZoneOffset.UTC).toInstant();
            slice = audit.newestFirst(
                    current.administrator(), Audit.Filter.of(from, act, actor), new Slice.Request(100, cursor));
        }
        return slice;
    }

    public void verify() {
        var verdict = audit.verify(current.administrator());
        var faces = FacesContext.getCurrentInstance();
        if (verdict.firstAltered() == null) {
            faces.addMessage(
                    null,
                    new FacesMessage(t.of(
                            "All {0} entries are as they were written. The last one's hash, to be compared with the log: {1}",
                            verdict.entries(), verdict.head())));
        } else {
            faces.addMessage(
                    null,
                    new FacesMessage(
                            FacesMessage.SEVERITY_ERROR,
                            t.of(
                                    "Somebody altered the trail: entry {0} is the first that is not as it was written, or is missing.",
                                    Objects.requireNonNull(verdict.firstAltered())),
                            null));
        }
    }

    public String time(Audit.Entry entry) {
        return t.timeToTheSecond(entry.at());
    }

    public List<String> getActs() {
        return Audit.ACTS;
    }

    private @Nullable LocalDate date() {
        try {
            // A sign is that of a year which the database does not know.
            return since == null || !since.matches("[0-9].*") ? null : LocalDate.parse(since);
        } catch (DateTimeParseException e) {
            return null; // written by hand into the address: as if it were not there
        }
    }

    public @Nullable String getSince() {
        return since;
    }

    public void setSince(@Nullable String since) {
        this.since = since;
    }

    public @Nullable String getAct() {
        return act;
    }

    public void setAct(@Nullable String act) {
        this.act = act;
    }

    public @Nullable String getActor() {
        return actor;
    }

    public void setActor(@Nullable String actor) {
        this.actor = actor;
    }

    public @Nullable String getCursor() {
        return cursor;
    }

    public void setCursor(@Nullable String cursor) {
        this.cursor = cursor;
    }
}
