package org.docchat.ingest;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Failure;
import org.docchat.domain.Role;
import org.docchat.domain.Transactions;
import org.jspecify.annotations.Nullable;

/**
 * The embeddings of a collection, by model. One model's answer; others' are filled in beside them, kept up to date as
 * documents come, and take over in one step, so that searchers see either and never a mixture.
 */
public final class Embeddings {
    private final Transactions<EntityManager> transactions;
    private final EmbeddingModels models;

    public Embeddings(Transactions<EntityManager> transactions, EmbeddingModels models) {
        this.transactions = transactions;
        this.models = models;
    }

    /** What can be done with a model's embeddings in a collection. */
    public enum State {
        /** They answer. */
        IN_USE,
        /** All are there: they can take over. */
        READY,
        /** They are being computed. */
        FILLING,
        /** Computing them was given up; what is there is kept. */
        FAILED,
        /** There are none. */
        NONE
    }

    /**
     * A model as it stands in one collection.
     *
     * @param dimensions of its vectors; null where the model is not configured any more
     * @param done how many passages have an embedding of it
     * @param total how many passages there are, those of old versions included
     * @param problem what went wrong last; null where nothing did
     */
    public record Standing(
            String model,
            @Nullable Integer dimensions,
            State state,
            long done,
            long total,
            @Nullable String problem) {}

    /** Every model that is known here or in the collection, in the order of configuration. */
    public List<Standing> of(Caller caller, CollectionId id) {
        return transactions.as(caller, session -> {
            Collections.require(session, id, Role.VIEWER);
            return standings(session, id);
        });
    }

    /**
     * Has embeddings of a model computed in the background, or goes on where that was given up.
     *
     * @throws Failure.Invalid if the model is not known
     */
    public List<Standing> fill(Caller caller, CollectionId id, String model) {
        requireKnown(model);
        return transactions.as(caller, session -> {
            Collections.lockWithContents(session, id);
            if (!model.equals(inUse(session, id))) {
                session.createNativeQuery("""
                                insert into standby (collection_id, model) values (:id, :model)
                                on conflict (collection_id, model) do update
                                   set attempts = 0, problem = null, not_before = now() where not standby.complete
                                """)
                        .setParameter("id", id.value())
                        .setParameter("model", model)
                        .executeUpdate();
            }
            return standings(session, id);
        });
    }

    /**
     * Lets a model's embeddings answer from now on. Those that answered so far stay, and are kept up to date, so that the
     * same call takes the collection back.
     *
     * @throws Failure.Conflict while some are missing
     */
    public List<Standing> use(Caller caller, CollectionId id, String model) {
        requireKnown(model);
        return transactions.as(caller, session -> {
            Collections.lockWithContents(session, id);
            var inUse = inUse(session, id);
            if (!model.equals(inUse)) {
                // What answered has an embedding of every passage: it takes the place of what takes over.
                int ready = session.createNativeQuery("""
                                update standby set model = :inUse, leased_by = null, leased_until = null,
                                       attempts = 0, problem = null
                                 where collection_id = :id and model = :model and complete
                                """)
                        .setParameter("inUse", inUse)
                        .setParameter("id", id.value())
                        .setParameter("model", model)
                        .executeUpdate();
                if (ready == 0) {
                    throw new Failure.Conflict(
                            "embeddings_incomplete",
                            "Not every passage has an embedding of " + model
                                    + " yet. Have them computed, and wait until" + " they are ready.");
                }
                session.createNativeQuery("update collection set embedding_model = :model where id = :id")
                        .setParameter("model", model.equals(models.standard().name()) ? null : model)
                        .setParameter("id", id.value())
                        .executeUpdate();
            }
            return standings(session, id);
        });
    }

    /**
     * Ends the computing of a model's embeddings, and deletes what there is of them.
     *
     * @throws Failure.Conflict if they are those that answer
     */
    public void drop(Caller caller, CollectionId id, String model) {
        transactions.as(caller, session -> {
            Collections.lockWithContents(session, id);
            if (model.equals(inUse(session, id))) {
                throw new Failure.Conflict(
                        "embeddings_in_use", "These embeddings answer. Let another model's take over first.");
            }
            for (var table : List.of("standby", "embedding")) {
                session.createNativeQuery("delete from " + table + " where collection_id = :id and model = :model")
                        .setParameter("id", id.value())
                        .setParameter("model", model)
                        .executeUpdate();
            }
            return true;
        });
    }

    private void requireKnown(String model) {
        var names = models.all().stream().map(EmbeddingModel::name).toList();
        if (!names.contains(model)) {
            throw new Failure.Invalid(
                    "unknown_embedding_model",
                    "The models that are configured here are " + String.join(", ", names) + ".");
        }
    }

    private String inUse(EntityManager session, CollectionId id) {
        return Objects.toString(
                session.createNativeQuery("select embedding_model from collection where id = :id", String.class)
                        .setParameter("id", id.value())
                        .getSingleResult(),
                models.standard().name());
    }

    private List<Standing> standings(EntityManager session, CollectionId id) {
        var inUse = inUse(session, id);
        long total = ((Number) session.createNativeQuery("""
                        select coalesce(sum(passages), 0) from version where collection_id = :id and state = 'indexed'
                        """)
                        .setParameter("id", id.value())
                        .getSingleResult())
                .longValue();
        var beside = new HashMap<String, Standing>();
        Rows.of(session.createNativeQuery("""
                        select s.model, s.problem, least(:total, (
                                   select count(*) from embedding e
                                    where e.collection_id = s.collection_id and e.model = s.model)) as done,
                               case when s.complete then 'ready'
                                    when s.attempts >= :most and (s.leased_until is null or s.leased_until < now())
                                    then 'failed' else 'filling' end as state
                          from standby s where s.collection_id = :id
                        """, Tuple.class)
                        .setParameter("total", total)
                        .setParameter("most", Filling.MOST_ATTEMPTS)
                        .setParameter("id", id.value()))
                .forEach(row -> {
                    var name = row.get("model", String.class);
                    var state = State.valueOf(row.get("state", String.class).toUpperCase(Locale.ROOT));
                    long done = state == State.READY
                            ? total
                            : row.get("done", Number.class).longValue();
                    beside.put(
                            name,
                            new Standing(name, dimensions(name), state, done, total, row.get("problem", String.class)));
                });
        var standings = new ArrayList<Standing>();
        for (var model : models.all()) {
            var known = beside.remove(model.name());
            standings.add(
                    known != null ? known : new Standing(model.name(), model.dimensions(), State.NONE, 0, total, null));
        }
        standings.addAll(beside.values());
        var using = new Standing(inUse, dimensions(inUse), State.IN_USE, total, total, null);
        standings.removeIf(each -> each.model().equals(inUse));
        standings.add(0, using);
        return standings;
    }

    private @Nullable Integer dimensions(String name) {
        return models.all().stream()
                .filter(model -> model.name().equals(name))
                .map(EmbeddingModel::dimensions)
                .findFirst()
                .orElse(null);
    }
}
