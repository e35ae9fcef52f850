package org.docchat.query;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.EvaluationId;
import org.docchat.domain.Failure;
import org.docchat.domain.Slice;
import org.docchat.domain.Transactions;
import org.jspecify.annotations.Nullable;

/**
 * Measures how well a collection answers: questions with what is expected of them, asked one after the other in the
 * way in which people's are, by an {@link EvaluationWorker}. Everybody has their own; nothing of it becomes a
 * conversation.
 */
public final class Evaluations {
    private static final int MOST_QUESTIONS = 2_000;
    private static final int LONGEST_QUESTION = 2_000;
    private static final int MOST_EXPECTED = 100;
    private static final int LONGEST_DOCUMENT = 255;
    /** Of one person: each may cost as many calls of a chat model as it has questions. */
    private static final int MOST_UNFINISHED = 5;

    private final Transactions<EntityManager> transactions;
    private final Librarian librarian;

    public Evaluations(Transactions<EntityManager> transactions, Librarian librarian) {
        this.transactions = transactions;
        this.librarian = librarian;
    }

    /**
     * Puts questions into the queue.
     *
     * @param model whose embeddings are compared, before they answer if need be; null: those that answer now
     * @throws Failure.Invalid if there are none or too many, or one breaks a rule; it is named by its number from 1
     * @throws Failure.Conflict if the caller has too many runs that are not done
     */
    public Evaluation begin(
            Caller caller, CollectionId collection, String name, List<Question> questions, @Nullable String model) {
        if (questions.isEmpty() || questions.size() > MOST_QUESTIONS) {
            throw new Failure.Invalid("invalid_questions", "An evaluation has 1 to " + MOST_QUESTIONS + " questions.");
        }
        for (int i = 0; i < questions.size(); i++) {
            requireValid(i + 1, questions.get(i));
        }
        return transactions.as(caller, session -> {
            Retrieval.requireVisible(session, List.of(collection));
            var inForce = librarian.inForce(
                    model == null
                            ? librarian.models(session, List.of(collection))
                            : List.of(requireComplete(session, collection, model)));
            requireFewUnfinished(session);
            var row = new EvaluationRow();
            row.collectionId = collection.value();
            row.userId = caller.id().value();
            row.name = name;
            row.writer = inForce.writer();
            row.embeddingModel = inForce.embeddingModel();
            row.threshold = inForce.threshold();
            row.questions = questions.size();
            session.persist(row);
            session.flush();
            var names = namesById(session, collection, questions);
            for (int i = 0; i < questions.size(); i++) {
                session.persist(new EvaluationQuestionRow(row.id, i, byName(questions.get(i), names)));
            }
            session.flush();
            return evaluations(session, List.of(row)).get(0);
        });
    }

    private String requireComplete(EntityManager session, CollectionId collection, String model) {
        boolean answers = librarian.models(session, List.of(collection)).contains(model);
        if (!answers
                && session.createNativeQuery(
                                "select model from standby where collection_id = :id and model = :model and complete",
                                String.class)
                        .setParameter("id", collection.value())
                        .setParameter("model", model)
                        .getResultList()
                        .isEmpty()) {
            throw new Failure.Conflict(
                    "embeddings_incomplete", "Not every passage has an embedding of " + model + " yet.");
        }
        return model;
    }

    private static void requireValid(int number, Question question) {
        if (question.text().isBlank() || question.text().length() > LONGEST_QUESTION) {
            throw invalid(number, "must have 1 to " + LONGEST_QUESTION + " characters.");
        }
        if (question.expected().size() > MOST_EXPECTED) {
            throw invalid(number, "may expect " + MOST_EXPECTED + " places at most.");
        }
        for (var expected : question.expected()) {
            if (expected.document().isBlank() || expected.document().length() > LONGEST_DOCUMENT) {
                throw invalid(
                        number, "expects a document without a name or id of 1 to " + LONGEST_DOCUMENT + " characters.");
            }
            if (expected.page() != null && expected.page() < 1) {
                throw invalid(number, "expects page " + expected.page() + ": pages count from 1.");
            }
        }
    }

    private static Failure.Invalid invalid(int number, String rule) {
        return new Failure.Invalid("invalid_question", "Question " + number + " " + rule);
    }

    private static void requireFewUnfinished(EntityManager session) {
        var unfinished = (Number) session.createNativeQuery("""
                        select count(*) from evaluation e
                         where exists (select from evaluation_question q
                                        where q.evaluation_id = e.id and q.done_at is null)
                        """).getSingleResult();
        if (unfinished.intValue() >= MOST_UNFINISHED) {
            throw new Failure.Conflict(
                    "too_many_evaluations",
                    "You have " + unfinished + " evaluations that are not done. Wait for one, or delete one.");
        }
    }

    /** Names are kept, not ids: a document that is deleted and uploaded again is still the one that is expected. */
    private static Map<String, String> namesById(
            EntityManager session, CollectionId collection, List<Question> questions) {
        var ids = questions.stream()
                .flatMap(question -> question.expected().stream())
                .map(Expected::document)
                .filter(document -> document.matches("[0-9a-fA-F-]{36}"))
                .distinct()
                .toList();
        var names = new HashMap<String, String>();
        if (!ids.isEmpty()) {
            Rows.of(session.createNativeQuery("""
                            select cast(id as text) as id, name from document
                             where collection_id = :collection and cast(id as text) = any (string_to_array(:ids, ','))
                            """, Tuple.class)
                            .setParameter("collection", collection.value())
                            .setParameter("ids", String.join(",", ids).toLowerCase(Locale.ROOT)))
                    .forEach(row -> names.put(row.get("id", String.class), row.get("name", String.class)));
        }
        return names;
    }

    /** No place twice, and none that another one implies. */
    private static Question byName(Question question, Map<String, String> names) {
        var expected = new LinkedHashSet<Expected>();
        for (var each : question.expected()) {
            var id = each.document().toLowerCase(Locale.ROOT);
            expected.add(new Expected(names.getOrDefault(id, each.document()), each.page()));
        }
        var withPage = expected.stream()
                .filter(each -> each.page() != null)
                .map(Expected::document)
                .collect(Collectors.toSet());
        expected.removeIf(each -> each.page() == null && withPage.contains(each.document()));
        return new Question(question.text(), List.copyOf(expected), question.answerable());
    }

    /** The caller's runs on a collection, newest first. */
    public Slice<Evaluation> list(Caller caller, CollectionId collection, Slice.Request request) {
        var after = request.after(keys -> new Key(Slice.time(keys.get(0)), UUID.fromString(keys.get(1))));
        return transactions.as(caller, session -> {
            Retrieval.requireVisible(session, List.of(collection));
            var query = session.createQuery(
                            "select e from EvaluationRow e where e.collectionId = :collection"
                                    + (after == null
                                            ? ""
                                            : " and (e.createdAt < :at or e.createdAt = :at and e.id < :id)")
                                    + " order by e.createdAt desc, e.id desc",
                            EvaluationRow.class)
                    .setParameter("collection", collection.value());
            if (after != null) {
                query.setParameter("at", after.createdAt()).setParameter("id", after.id());
            }
            var rows = query.setMaxResults(request.limit() + 1).getResultList();
            return Slice.of(
                    evaluations(session, rows),
                    request,
                    last -> List.of(last.createdAt(), last.id().value()));
        });
    }

    private record Key(Instant createdAt, UUID id) {}

    /** One of the caller's runs. */
    public Evaluation get(Caller caller, CollectionId collection, EvaluationId id) {
        return transactions.as(caller, session -> evaluations(session, List.of(find(session, collection, id)))
                .get(0));
    }

    /** What came of each question of one of the caller's runs, in the order in which they were given. */
    public List<Result> results(Caller caller, CollectionId collection, EvaluationId id) {
        return transactions.as(caller, session -> {
            find(session, collection, id);
            return session
                    .createQuery(
                            "select q from EvaluationQuestionRow q where q.evaluationId = :id order by q.ordinal",
                            EvaluationQuestionRow.class)
                    .setParameter("id", id.value())
                    .getResultList()
                    .stream()
                    .map(EvaluationQuestionRow::toResult)
                    .toList();
        });
    }

    /** Ends a run that is not done, and forgets it. */
    public void delete(Caller caller, CollectionId collection, EvaluationId id) {
        transactions.as(caller, session -> {
            find(session, collection, id);
            return session.createNativeQuery("delete from evaluation where id = :id")
                    .setParameter("id", id.value())
                    .executeUpdate();
        });
    }

    private static EvaluationRow find(EntityManager session, CollectionId collection, EvaluationId id) {
        var row = session.find(EvaluationRow.class, id.value());
        if (row == null || !row.collectionId.equals(collection.value())) {
            throw new Failure.NotFound("evaluation");
        }
        return row;
    }

    /** With their figures, of questions that went alike in one row: thousands of questions go alike. */
    private static List<Evaluation> evaluations(EntityManager session, List<EvaluationRow> rows) {
        var done = new HashMap<UUID, List<EvaluationMetrics.Alike>>();
        var finished = new HashMap<UUID, Instant>();
        if (!rows.isEmpty()) {
            var ids = rows.stream().map(row -> row.id.toString()).collect(Collectors.joining(",", "{", "}"));
            for (var row : Rows.of(session.createNativeQuery("""
                            select evaluation_id, answerable, answered, expected_cited,
                                   array_to_string(ranks, ',') as ranks, problem is not null as doubtful,
                                   count(*) as questions,
                                   cast(extract(epoch from max(done_at)) * 1000 as bigint) as done_at
                              from evaluation_question
                             where evaluation_id = any (cast(:ids as uuid[])) and done_at is not null
                             group by evaluation_id, answerable, answered, expected_cited, ranks, problem is not null
                            """, Tuple.class).setParameter("ids", ids))) {
                var id = row.get("evaluation_id", UUID.class);
                done.computeIfAbsent(id, key -> new ArrayList<>()).add(EvaluationMetrics.Alike.of(row));
                finished.merge(
                        id,
                        Instant.ofEpochMilli(row.get("done_at", Number.class).longValue()),
                        (a, b) -> a.isAfter(b) ? a : b);
            }
        }
        return rows.stream()
                .map(row -> {
                    var metrics = EvaluationMetrics.of(done.getOrDefault(row.id, List.of()));
                    return new Evaluation(
                            new EvaluationId(row.id),
                            new CollectionId(row.collectionId),
                            row.name,
                            row.writer,
                            row.embeddingModel,
                            row.threshold,
                            row.questions,
                            metrics,
                            row.createdAt,
                            metrics.done() < row.questions ? null : finished.get(row.id));
                })
                .toList();
    }

    /**
     * Where an answer stands.
     *
     * @param document its name; its id is accepted, too, and becomes the name
     * @param page counted from 1; null where any page will do
     */
    public record Expected(String document, @Nullable Integer page) {}

    /**
     * A question and what is expected.
     *
     * @param expected all places that are relevant; empty if only the answer's being or not being there counts
     * @param answerable whether the documents hold the answer
     */
    public record Question(String text, List<Expected> expected, boolean answerable) {}

    /**
     * A run.
     *
     * @param writer "extractive" or the chat model's name, as it was when the run began; so the model and the threshold
     * @param metrics of the questions that are done
     * @param finishedAt null while questions wait
     */
    public record Evaluation(
            EvaluationId id,
            CollectionId collectionId,
            String name,
            String writer,
            String embeddingModel,
            double threshold,
            int questions,
            EvaluationMetrics metrics,
            Instant createdAt,
            @Nullable Instant finishedAt) {}

    /**
     * What came of a question.
     *
     * @param answered null while it waits, and where it failed
     * @param ranks from 1, beside what is expected, 0 for what is not among the first hundred passages: in the ranking of
     *     documents, or of pages where a page is expected; null while it waits, and where it failed
     * @param quality null where nothing is expected, and where ranks are
     * @param expectedCited whether the answer cites an expected place; null without an answer or expectations
     * @param problem what makes the result doubtful, or why there is none; null where nothing does
     */
    public record Result(
            Question question,
            boolean done,
            @Nullable Boolean answered,
            @Nullable Double evidence,
            @Nullable List<Integer> ranks,
            @Nullable Quality quality,
            @Nullable Boolean expectedCited,
            @Nullable String problem) {}
}
