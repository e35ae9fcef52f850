package org.docchat.web.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;

/** Who uses how much: sums, and nothing of what it is that they store or ask. For administrators. */
@ApplicationScoped
public class Usage {
    @Inject
    Database database;

    /**
     * What one user uses.
     *
     * @param documents that they sent and that are still there
     * @param bytes of all their versions
     * @param questions that were answered within 24 hours and not deleted since
     * @param sessions in how many browsers they are signed in
     */
    public record Line(
            String username, String displayName, long documents, long bytes, long questions, long sessions) {}

    /** Those who store most. */
    public List<Line> most(int limit) {
        return database.all(
                """
                select u.username, u.display_name, coalesce(d.documents, 0) as documents,
                       coalesce(v.bytes, 0)::bigint as bytes, coalesce(a.questions, 0) as questions,
                       coalesce(s.sessions, 0) as sessions
                  from app_user u
                  left join (select created_by, count(*) as documents from document group by 1) d on d.created_by = u.id
                  left join (select created_by, sum(size) as bytes from version group by 1) v on v.created_by = u.id
                  left join (select user_id, count(*) as questions from answer
                              where created_at > now() - interval '1 day' group by 1) a on a.user_id = u.id
                  left join (select user_id, count(*) as sessions from session where %s group by 1) s
                         on s.user_id = u.id
                 order by bytes desc, documents desc, questions desc, u.username
                 limit ?
                """.formatted(Sessions.NOT_IDLE),
                row -> new Line(
                        row.getString("username"),
                        row.getString("display_name"),
                        row.getLong("documents"),
                        row.getLong("bytes"),
                        row.getLong("questions"),
                        row.getLong("sessions")),
                limit);
    }
}
