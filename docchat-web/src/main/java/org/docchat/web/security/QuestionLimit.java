package org.docchat.web.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.docchat.domain.Caller;
import org.docchat.domain.Collection;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Failure;
import org.docchat.ingest.Collections;
import org.docchat.web.platform.Settings;

/** How many questions a user may ask, and a collection is asked, in a day; on all nodes together. */
@ApplicationScoped
public class QuestionLimit {
    @Inject
    Settings settings;

    @Inject
    Windows windows;

    @Inject
    Collections collections;

    /**
     * Counts questions that are about to be asked, whether they will be answered or not.
     *
     * @throws Failure.TooMany if they are more than are left: then none of them counts
     * @throws Failure.NotFound if a collection is not the caller's to ask: nobody uses up what is somebody else's
     */
    public void count(Caller caller, List<CollectionId> ids, int questions) {
        int perUser = settings.questions().perUser();
        int perCollection = settings.questions().perCollection();
        var asked = perCollection == 0
                ? List.<Collection>of()
                : ids.stream().map(id -> collections.get(caller, id)).toList();
        var taken = new ArrayList<String>();
        if (perUser > 0) {
            take(of(caller), perUser, questions, taken, "you may ask", "DOCCHAT_QUESTIONS_PER_USER");
        }
        for (var collection : asked) {
            take(
                    to(collection.id()),
                    perCollection,
                    questions,
                    taken,
                    "the collection \"" + collection.name() + "\" may be asked",
                    "DOCCHAT_QUESTIONS_PER_COLLECTION");
        }
    }

    /** Takes back what was counted: the questions will not be asked. */
    public void takeBack(Caller caller, List<CollectionId> ids, int questions) {
        if (settings.questions().perUser() > 0) {
            windows.takeBack(of(caller), questions);
        }
        if (settings.questions().perCollection() > 0) {
            ids.forEach(id -> windows.takeBack(to(id), questions));
        }
    }

    private static String of(Caller caller) {
        return "questions of:" + caller.id();
    }

    private static String to(CollectionId id) {
        return "questions to:" + id;
    }

    private void take(String name, int most, int questions, List<String> taken, String who, String setting) {
        var limit = Windows.Limit.perDay(most);
        var count = windows.count(name, limit, questions);
        if (count.admitted()) {
            taken.add(name);
            return;
        }
        taken.forEach(other -> windows.takeBack(other, questions));
        throw new Failure.TooMany(
                "too_many_questions",
                "Today's questions are used up: " + who + " " + most + " in 24 hours, and " + left(count.left())
                        + ". Ask again in " + words(count.reset()) + ", or have an administrator raise " + setting
                        + ".",
                new Failure.TooMany.Limit("questions", most, count.left(), limit.window()),
                count.reset());
    }

    private static String left(long left) {
        return left == 0 ? "none is left" : left == 1 ? "one is left" : left + " are left";
    }

    private static String words(Duration wait) {
        long minutes = Math.max(1, wait.toMinutes());
        return minutes < 120 ? minutes + (minutes == 1 ? " minute" : " minutes") : (wait.toHours() + 1) + " hours";
    }
}
