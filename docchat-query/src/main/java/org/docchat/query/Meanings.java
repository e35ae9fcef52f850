package org.docchat.query;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.docchat.domain.CollectionId;
import org.docchat.domain.Embedding;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Failure;
import org.docchat.query.Librarian.Search;
import org.jspecify.annotations.Nullable;

/**
 * Embeds questions by the models whose embeddings answer in the collections that are asked. Which these are is guessed
 * from the last time, so that no transaction is needed before the one that searches; that one looks it up.
 */
final class Meanings {
    private final EmbeddingModels models;
    /** Of collections that use another model than the standard one. */
    private final Map<UUID, String> lastSeen = new ConcurrentHashMap<>();

    /** Who did not answer is not asked again at once: everybody would wait for it. */
    private final Map<String, Outage> outages = new ConcurrentHashMap<>();

    /** @param until in {@link System#nanoTime} */
    private record Outage(Failure.Unavailable failure, long until) {}

    private static final Duration REST = Duration.ofSeconds(15);

    private final Map<String, Calibration> calibrations = new ConcurrentHashMap<>();

    Meanings(EmbeddingModels models) {
        this.models = models;
    }

    /**
     * A question as one model sees it.
     *
     * @param collections whose passages are compared with it
     */
    record Meaning(EmbeddingModel model, Calibration calibration, Embedding question, List<CollectionId> collections) {
        double cosine(Embedding passage) {
            return calibration.of(question.cosine(passage));
        }
    }

    /**
     * The names of models, by collection.
     *
     * @throws Failure.Conflict if another model is asked for than there is
     */
    Map<UUID, String> guess(Search search) {
        var wanted = search.model();
        if (wanted != null
                && models.all().stream().noneMatch(model -> model.name().equals(wanted))) {
            throw missing(wanted);
        }
        return search.collections().stream()
                .map(CollectionId::value)
                .distinct()
                .collect(Collectors.toMap(
                        id -> id,
                        id -> wanted != null
                                ? wanted
                                : lastSeen.getOrDefault(id, models.standard().name())));
    }

    /**
     * What {@link #guess} should have said, for the collections that the caller may see; remembers it.
     *
     * @throws Failure.Conflict if embeddings of another model are asked for than a collection has
     */
    Map<UUID, String> lookUp(EntityManager session, Search search) {
        var current = new TreeMap<UUID, String>();
        for (var row : Rows.of(session.createNativeQuery("""
                        select id, embedding_model from collection where id = any (cast(:collections as uuid[]))
                        """, Tuple.class)
                .setParameter("collections", Rows.array(search.collections(), CollectionId::value)))) {
            var id = row.get("id", UUID.class);
            var model = row.get("embedding_model", String.class);
            if (model == null) {
                lastSeen.remove(id);
            } else {
                lastSeen.put(id, model);
            }
            current.put(id, Objects.requireNonNullElse(model, models.standard().name()));
        }
        var wanted = search.model();
        if (wanted != null) {
            current.entrySet().stream()
                    .filter(entry -> !entry.getValue().equals(wanted))
                    .forEach(entry -> requireStandby(session, entry.getKey(), wanted));
            current.replaceAll((id, model) -> wanted);
        }
        return current;
    }

    private static void requireStandby(EntityManager session, UUID collection, String model) {
        if (session.createNativeQuery(
                        "select model from standby where collection_id = :id and model = :model", String.class)
                .setParameter("id", collection)
                .setParameter("model", model)
                .getResultList()
                .isEmpty()) {
            throw missing(model);
        }
    }

    private static Failure.Conflict missing(String model) {
        return new Failure.Conflict(
                "embeddings_missing",
                "There are no embeddings of " + model + " any more to compare the question with.");
    }

    /**
     * What a question means.
     *
     * @param meanings as each model sees it, in the order of configuration
     * @param outage why a model is missing there; null if none is
     */
    record Asked(List<Meaning> meanings, Failure.@Nullable Unavailable outage) {}

    Asked of(String question, Map<UUID, String> inUse) {
        // Also fails for what is not known any more.
        var wanted = inUse.values().stream().distinct().map(models::named).toList();
        var meanings = new ArrayList<Meaning>();
        Failure.Unavailable outage = null;
        for (var model : models.all()) {
            if (wanted.contains(model)) {
                try {
                    meanings.add(meaning(question, model, inUse));
                } catch (Failure.Unavailable e) {
                    outage = e;
                }
            }
        }
        return new Asked(List.copyOf(meanings), outage);
    }

    private Meaning meaning(String question, EmbeddingModel model, Map<UUID, String> inUse) {
        var last = outages.get(model.name());
        if (last != null && System.nanoTime() - last.until() < 0) {
            throw last.failure();
        }
        try {
            var meaning = new Meaning(
                    model,
                    calibration(model),
                    model.embedQuestion(question),
                    inUse.entrySet().stream()
                            .filter(entry -> entry.getValue().equals(model.name()))
                            .map(entry -> new CollectionId(entry.getKey()))
                            .toList());
            outages.remove(model.name());
            return meaning;
        } catch (Failure.Unavailable e) {
            outages.put(model.name(), new Outage(e, System.nanoTime() + REST.toNanos()));
            throw e;
        }
    }

    private Calibration calibration(EmbeddingModel model) {
        return calibrations.computeIfAbsent(model.name(), name -> Calibration.of(models.standard(), model));
    }
}
