package org.docchat.query;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.docchat.domain.AnswerId;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.DocumentId;
import org.docchat.domain.Failure;
import org.docchat.domain.Location;
import org.docchat.domain.PassageId;
import org.docchat.domain.Transactions;
import org.docchat.query.Librarian.Found;
import org.jspecify.annotations.Nullable;

/**
 * Why an answer is as it is: what was found for it and under which settings, and whether the same would be found now.
 * Everybody sees the traces of their own answers. Words come from the documents as they stand, so a trace never tells
 * more than its reader may read today.
 */
public final class Traces {
    /** What rounding may do to a sum of scores. */
    private static final double EQUAL = 1e-9;

    private static final int MOST_NAMED = 20;

    private static final String SEEN = """
            select s.rank, s.passage_id, s.collection_id, s.document_id, s.version, s.score, s.semantic_rank,
                   s.keyword_rank, s.prompted, d.name, p.page, p.section, p.start_at, p.end_at, p.text,
                   exists (select from citation c where c.answer_id = s.answer_id and c.passage_id = s.passage_id)
                       as cited,
                   coalesce(v.current_from is not null and v.current_to is null, false) as current
              from answer_passage s
              left join document d on d.id = s.document_id
              left join passage p on p.id = s.passage_id
              left join version v on v.document_id = s.document_id and v.number = s.version
             where s.answer_id = :answer
             order by s.rank
            """;

    /** Which words of the question a passage has, as its collection's language reduces them. */
    private static final String TERMS = """
            with word as materialized (
                select s.language, w.ordinal, w.word, tsvector_to_array(lexemes(s.language, w.word)) as lexemes
                  from (select distinct language from collection where id = any (cast(:collections as uuid[]))) s
                 cross join regexp_split_to_table(:question, '\\s+') with ordinality w (word, ordinal))
            select s.passage_id, w.word
              from answer_passage s
              join passage p on p.id = s.passage_id
              join collection c on c.id = s.collection_id
              join word w on w.language = c.language and w.lexemes && tsvector_to_array(p.lexemes)
             where s.answer_id = :answer
             order by w.ordinal
            """;

    private static final String CHANGED_SINCE = """
            select d.name, v.number, v.current_from > :since as arrived
              from version v join document d on d.id = v.document_id
             where v.collection_id = any (cast(:collections as uuid[])) and v.current_to is null
               and (v.current_from > :since or v.current_from is not null and v.indexed_at > :since)
             order by v.current_from desc, d.name limit :limit
            """;

    private final Transactions<EntityManager> transactions;
    private final Librarian librarian;

    public Traces(Transactions<EntityManager> transactions, Librarian librarian) {
        this.transactions = transactions;
        this.librarian = librarian;
    }

    /**
     * What would be found now.
     *
     * @param identical whether it is the same list: passages, order, ranks and scores
     * @param changes why it is not; empty if it is
     */
    public record Replay(boolean identical, List<Change> changes, List<FoundAgain> passages) {}

    /** @param formerRank its place in the answer's list; null if it was not there */
    public record FoundAgain(Found found, @Nullable Integer formerRank) {}

    public record Change(Kind kind, String detail) {}

    /** What a list depends on. */
    public enum Kind {
        EMBEDDING_MODEL,
        DOCUMENT_DELETED,
        DOCUMENT_ADDED,
        DOCUMENT_REPLACED,
        /** It could be found by keyword only. */
        DOCUMENT_EMBEDDED,
        /** Nothing that can be named: documents that were not found have gone, or the ranking itself is another. */
        RANKING
    }

    /** @throws Failure.NotFound also for answers from before traces were kept */
    public Trace trace(Caller caller, AnswerId id) {
        return transactions.as(caller, session -> {
            var answer = find(session, id);
            return new Trace(
                    id,
                    answer.question,
                    answer.standalone,
                    collections(answer),
                    answer.asOf,
                    answer.createdAt,
                    answer.evidence,
                    answer.writer,
                    settings(answer),
                    seen(session, answer));
        });
    }

    /** Searches again for what an answer was searched for, and compares. */
    public Replay replay(Caller caller, AnswerId id) {
        var then = trace(caller, id);
        var now = librarian.search(caller, Librarian.asked(then.standaloneQuestion(), then.collections(), then.asOf()));
        var formerRanks = new HashMap<PassageId, Integer>();
        then.passages().forEach(seen -> formerRanks.put(seen.id(), seen.rank()));
        var again = now.passages().stream()
                .map(found ->
                        new FoundAgain(found, formerRanks.get(found.passage().id())))
                .toList();
        boolean identical = isSame(then.passages(), now.passages());
        return new Replay(identical, identical ? List.of() : changes(caller, then, now.notice() != null), again);
    }

    private static boolean isSame(List<Trace.Seen> then, List<Found> now) {
        if (then.size() != now.size()) {
            return false;
        }
        for (int i = 0; i < now.size(); i++) {
            var seen = then.get(i);
            var found = now.get(i);
            if (!seen.id().equals(found.passage().id())
                    || !Objects.equals(seen.semanticRank(), found.semanticRank())
                    || !Objects.equals(seen.keywordRank(), found.keywordRank())
                    || Math.abs(seen.score() - found.score()) > EQUAL * Math.max(1, Math.abs(seen.score()))) {
                return false;
            }
        }
        return true;
    }

    private List<Change> changes(Caller caller, Trace then, boolean byWords) {
        var changes = new ArrayList<Change>();
        var model =
                transactions.as(caller, session -> String.join(", ", librarian.models(session, then.collections())));
        var former = then.settings().embeddingModel();
        var before = former.isEmpty() ? "Meaning was not compared" : "Meaning was compared by " + former;
        if (byWords) {
            changes.add(new Change(Kind.EMBEDDING_MODEL, before + "; now the embedding model does not answer."));
        } else if (!model.equals(former)) {
            changes.add(new Change(Kind.EMBEDDING_MODEL, before + "; now it is, by " + model + "."));
        }
        long deleted = then.passages().stream()
                .filter(seen -> seen.state() == Trace.State.DELETED)
                .map(Trace.Seen::document)
                .distinct()
                .count();
        if (deleted > 0) {
            changes.add(new Change(
                    Kind.DOCUMENT_DELETED,
                    (deleted == 1 ? "One document that was found has" : deleted + " documents that were found have")
                            + " been deleted."));
        }
        if (then.asOf() == null) {
            transactions.as(caller, session -> changes.addAll(changedSince(session, then)));
        }
        if (changes.isEmpty()) {
            changes.add(new Change(
                    Kind.RANKING,
                    "Documents that were not among those found have been deleted, or passages are ranked otherwise"
                            + " now."));
        }
        return changes;
    }

    private static List<Change> changedSince(EntityManager session, Trace then) {
        return Rows.of(session.createNativeQuery(CHANGED_SINCE, Tuple.class)
                        .setParameter("collections", array(then.collections()))
                        .setParameter("since", then.createdAt())
                        .setParameter("limit", MOST_NAMED))
                .stream()
                .map(Traces::toChange)
                .toList();
    }

    private static Change toChange(Tuple row) {
        var name = row.get("name", String.class);
        int version = row.get("number", Integer.class);
        if (!row.get("arrived", Boolean.class)) {
            return new Change(Kind.DOCUMENT_EMBEDDED, "Was still being read then: " + name + ".");
        }
        return version == 1
                ? new Change(Kind.DOCUMENT_ADDED, "New since: " + name + ".")
                : new Change(Kind.DOCUMENT_REPLACED, "Now in version " + version + ": " + name + ".");
    }

    private static AnswerRow find(EntityManager session, AnswerId id) {
        var row = session.find(AnswerRow.class, id.value());
        if (row == null) {
            throw new Failure.NotFound("answer");
        }
        if (row.embeddingModel == null) {
            throw new Failure.NotFound("trace");
        }
        return row;
    }

    private static Trace.Settings settings(AnswerRow row) {
        return new Trace.Settings(
                row.embeddingModel == null ? "" : row.embeddingModel,
                row.threshold == null ? 0 : row.threshold,
                row.chatModel,
                row.template,
                row.contextTokens,
                row.answerTokens);
    }

    private static List<CollectionId> collections(AnswerRow row) {
        return Arrays.stream(row.collections).map(CollectionId::new).toList();
    }

    private static String array(List<CollectionId> ids) {
        return "{" + String.join(",", ids.stream().map(CollectionId::toString).toList()) + "}";
    }

    private static List<Trace.Seen> seen(EntityManager session, AnswerRow answer) {
        var terms = terms(session, answer);
        return Rows.of(session.createNativeQuery(SEEN, Tuple.class).setParameter("answer", answer.id)).stream()
                .map(row -> toSeen(row, terms))
                .toList();
    }

    private static Trace.Seen toSeen(Tuple row, Map<Long, List<String>> terms) {
        long passage = row.get("passage_id", Long.class);
        var name = row.get("name", String.class);
        var text = row.get("text", String.class);
        var words = text == null
                ? null
                : new Trace.Words(
                        new Location(
                                row.get("page", Integer.class),
                                row.get("section", String.class),
                                row.get("start_at", Integer.class),
                                row.get("end_at", Integer.class)),
                        text);
        return new Trace.Seen(
                row.get("rank", Integer.class),
                new PassageId(passage),
                new CollectionId(row.get("collection_id", UUID.class)),
                new DocumentId(row.get("document_id", UUID.class)),
                row.get("version", Integer.class),
                row.get("score", Double.class),
                row.get("semantic_rank", Integer.class),
                row.get("keyword_rank", Integer.class),
                row.get("cited", Boolean.class),
                row.get("prompted", Boolean.class),
                name == null
                        ? Trace.State.DELETED
                        : words != null && row.get("current", Boolean.class)
                                ? Trace.State.CURRENT
                                : Trace.State.REPLACED,
                terms.getOrDefault(passage, List.of()),
                name == null ? null : new Trace.Source(name, words));
    }

    private static Map<Long, List<String>> terms(EntityManager session, AnswerRow answer) {
        var terms = new HashMap<Long, List<String>>();
        var known = new HashSet<List<Object>>();
        for (var row : Rows.of(session.createNativeQuery(TERMS, Tuple.class)
                .setParameter("collections", array(collections(answer)))
                .setParameter("question", answer.standalone)
                .setParameter("answer", answer.id))) {
            long passage = row.get("passage_id", Long.class);
            var word = row.get("word", String.class).replaceAll("^[^\\p{L}\\p{N}]+|[^\\p{L}\\p{N}]+$", "");
            if (!word.isEmpty() && known.add(List.of(passage, word.toLowerCase(Locale.ROOT)))) {
                terms.computeIfAbsent(passage, id -> new ArrayList<>()).add(word);
            }
        }
        return terms;
    }
}
