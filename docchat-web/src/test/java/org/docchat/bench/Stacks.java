package org.docchat.bench;

import jakarta.persistence.EntityManager;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.docchat.Indexing;
import org.docchat.domain.Caller;
import org.docchat.domain.CollectionId;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Language;
import org.docchat.domain.Slice;
import org.docchat.domain.Transactions;
import org.docchat.ingest.Collections;
import org.docchat.ingest.Library;

/** Puts judged collections into DocChat the way that uploads go, or finds them there from a run before. */
final class Stacks {
    private static final Pattern NAME = Pattern.compile("\\w+_\\w+");

    private final Transactions<EntityManager> transactions;
    private final EmbeddingModel model;
    private final Path target;

    /** @param target the module's {@code target} directory */
    Stacks(Transactions<EntityManager> transactions, EmbeddingModel model, Path target) {
        this.transactions = transactions;
        this.model = model;
        this.target = target;
    }

    /** @param fresh take it through ingestion again, since splitting or storing has changed */
    CollectionId shelved(Caller owner, Judged judged, boolean fresh) throws IOException, InterruptedException {
        var collections = new Collections(transactions);
        var library = new Library(transactions, 1 << 24);
        var name = judged.name() + " " + Integer.toHexString(judged.documents().hashCode());
        for (var known : collections.list(owner, new Slice.Request(100, null)).items()) {
            if (known.name().equals(name)) {
                if (!fresh && isComplete(library, owner, known.id(), judged)) {
                    return known.id();
                }
                collections.delete(owner, known.id());
            }
        }
        var id = collections.create(owner, name, "", Language.ENGLISH).id();
        for (var document : judged.documents().entrySet()) {
            library.accept(
                    owner,
                    id,
                    fileName(document.getKey(), document.getValue()),
                    new ByteArrayInputStream(document.getValue().getBytes(StandardCharsets.UTF_8)));
        }
        try (var indexing = new Indexing(transactions, EmbeddingModels.only(model), target)) {
            indexing.finish(library, owner, id);
        }
        return id;
    }

    /** A run that was cut short may have left fewer documents than there are. */
    private static boolean isComplete(Library library, Caller owner, CollectionId id, Judged judged) {
        long documents = library.states(owner, id).values().stream()
                .mapToLong(Long::longValue)
                .sum();
        return documents == judged.documents().size() && Indexing.isFinished(library, owner, id);
    }

    /** Ids may hold characters that names of files may not; those made to be names are names. */
    private static String fileName(String id, String text) {
        var name = NAME.matcher(id).matches() ? id : HexFormat.of().formatHex(id.getBytes(StandardCharsets.UTF_8));
        return name + (text.startsWith("# ") ? ".md" : ".txt");
    }

    /** The id of the document that a file was made of. */
    static String idOf(String fileName) {
        var name = fileName.substring(0, fileName.lastIndexOf('.'));
        return NAME.matcher(name).matches() ? name : new String(HexFormat.of().parseHex(name), StandardCharsets.UTF_8);
    }
}
