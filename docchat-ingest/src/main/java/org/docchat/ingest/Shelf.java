package org.docchat.ingest;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.docchat.domain.Embedding;
import org.docchat.domain.Transactions;
import org.docchat.ingest.Queue.Job;
import org.docchat.ingest.Queue.LeaseLost;
import org.docchat.ingest.extract.ExtractedText;
import org.hibernate.Session;

/** Where texts, passages and embeddings are put, each step in one transaction that holds the version's lease. */
final class Shelf {
    // A question reads rows slower than lists and blocks, but so few take no time.
    private static final long PACKED_POSTINGS = 50_000;
    private static final int POSTINGS_AT_ONCE = 200_000;
    private static final int PACKED_SIGNATURES = 512;
    /** Signatures in a block: a quarter of a megabyte. */
    private static final int BLOCK = 4_096;
    /** Reading so many rows takes some 20 microseconds. */
    private static final int PACKED_EXTENTS = 64;

    private final Transactions<EntityManager> transactions;

    Shelf(Transactions<EntityManager> transactions) {
        this.transactions = transactions;
    }

    /** A passage that is to be embedded, with its context before it. */
    record Waiting(long passage, String text) {
        static Waiting of(Tuple row) {
            var text = row.get("context", String.class) + "\n" + row.get("text", String.class);
            return new Waiting(row.get("id", Long.class), text.strip());
        }
    }

    void writeContent(Job job, Path file) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            for (int ordinal = 0; ; ordinal++) {
                int part = ordinal;
                var bytes = transactions.asWorker(session -> Uploads.piece(session, job.content(), part));
                if (bytes.isEmpty()) {
                    return;
                }
                out.write(bytes.get());
            }
        }
    }

    /**
     * Stores text and passages. A document without an earlier version is found by keyword from here on.
     *
     * @throws LeaseLost if the version is no longer this worker's
     */
    void storeText(Job job, ExtractedText text, List<Splitter.Chunk> chunks) {
        var whole = new StringBuilder();
        text.pages().forEach(page -> whole.append(page.text()));
        transactions.asWorker(session -> {
            requireLease(session, job);
            // A worker before this one may have died between here and the end of its transaction's effects.
            job.text().run(session, "delete from passage where document_id = :document and version = :version");
            job.text().run(session, "delete from page where document_id = :document and version = :version");
            var language =
                    (String) session.createNativeQuery("select language from collection where id = :id", String.class)
                            .setParameter("id", job.collection())
                            .getSingleResult();
            session.unwrap(Session.class).doWork(connection -> {
                job.text().storePages(connection, text.pages());
                job.text().storePassages(connection, 0, chunks, whole, language);
            });
            session.createNativeQuery("""
                            update version v set state = 'embedding', progress_step = 'embedding passages',
                                   progress_done = 0, progress_total = :passages, pages = :pages,
                                   passages = :passages, notes = :notes,
                                   lexemes = (select coalesce(sum(length_of(p.lexemes)), 0) from passage p
                                               where p.document_id = v.document_id and p.version = v.number),
                                   current_from = case when exists (select from version o
                                                                     where o.document_id = v.document_id and o.number <> v.number
                                                                       and o.current_from is not null)
                                                       then null else now() end
                             where document_id = :document and number = :version
                            """)
                    .setParameter("passages", chunks.size())
                    .setParameter("pages", (int) text.pages().stream()
                            .filter(page -> page.number() > 0)
                            .count())
                    .setParameter("notes", String.join("\n", text.notes()))
                    .setParameter("document", job.document())
                    .setParameter("version", job.version())
                    .executeUpdate();
            job.text().post(session);
            return null;
        });
    }

    /** Copies the embeddings, of all models, of passages whose text and context stood in an earlier version word by word. */
    void reuseEmbeddings(Job job) {
        // Materialized: each passage is hashed once, not once for each that it is compared with.
        transactions.asWorker(session -> {
            job.text().run(session, """
                    with hashed as materialized (
                        select id, version, sha256(convert_to(context || E'\\n' || text, 'UTF8')) as hash
                          from passage where document_id = :document and version <= :version),
                    known as (
                        select distinct on (o.hash, e.model) o.hash, e.model, e.collection_id, e.vector, e.bits
                          from hashed o join embedding e on e.passage_id = o.id
                         where o.version < :version)
                    insert into embedding (passage_id, model, collection_id, vector, bits)
                    select n.id, k.model, k.collection_id, k.vector, k.bits
                      from hashed n join known k using (hash)
                     where n.version = :version
                    on conflict do nothing
                    """);
            return null;
        });
    }

    List<Waiting> withoutEmbedding(Job job, String model) {
        return transactions.asWorker(session -> Rows.of(session.createNativeQuery("""
                                select p.id, p.context, p.text from passage p
                                 where p.document_id = :document and p.version = :version
                                   and not exists (select from embedding e
                                                    where e.passage_id = p.id and e.model = :model)
                                 order by p.ordinal
                                """, Tuple.class)
                        .setParameter("model", model)
                        .setParameter("document", job.document())
                        .setParameter("version", job.version()))
                .map(Waiting::of)
                .toList());
    }

    /**
     * How many passages the version has, embedded or not.
     *
     * @throws LeaseLost if the version was deleted
     */
    int passages(Job job) {
        return transactions.asWorker(session -> Rows.of(session.createNativeQuery(
                                "select passages from version where document_id = :document and number = :version",
                                Tuple.class)
                        .setParameter("document", job.document())
                        .setParameter("version", job.version()))
                .findFirst()
                .orElseThrow(() -> new LeaseLost(job))
                .get("passages", Integer.class));
    }

    /** @throws LeaseLost if the version is no longer this worker's */
    void storeEmbeddings(Job job, String model, List<Waiting> passages, List<Embedding> embeddings) {
        if (passages.size() != embeddings.size()) {
            throw new IllegalStateException(
                    "the model answered " + embeddings.size() + " embeddings for " + passages.size() + " texts");
        }
        transactions.asWorker(session -> {
            requireLease(session, job);
            session.unwrap(Session.class).doWork(connection -> {
                try (var insert = connection.prepareStatement("""
                        insert into embedding (passage_id, model, collection_id, vector, bits)
                        values (?, ?, ?, ?, cast(? as bit varying))
                        on conflict do nothing
                        """)) {
                    for (int i = 0; i < passages.size(); i++) {
                        insert.setLong(1, passages.get(i).passage());
                        insert.setString(2, model);
                        insert.setObject(3, job.collection());
                        insert.setObject(4, embeddings.get(i).vector());
                        insert.setString(5, embeddings.get(i).signs());
                        insert.addBatch();
                    }
                    insert.executeBatch();
                }
            });
            return null;
        });
    }

    /** Packs what has come into the inverted index, the signatures and the extents since; false when there is nothing to do. */
    boolean pack() {
        return transactions.asWorker(session -> (Integer) session.createNativeQuery("""
                        select pack_postings(:postings, :most) + merge_segments()
                             + pack_signatures(:signatures, :block) + clean_signatures(:block) + pack_extents(:extents)
                        """, Integer.class)
                        .setParameter("postings", PACKED_POSTINGS)
                        .setParameter("most", POSTINGS_AT_ONCE)
                        .setParameter("signatures", PACKED_SIGNATURES)
                        .setParameter("block", BLOCK)
                        .setParameter("extents", PACKED_EXTENTS)
                        .getSingleResult())
                > 0;
    }

    /**
     * Makes the version the one that answers, in one step: searchers see the version before or this one, never a
     * mixture. A version that was overtaken by a newer one is indexed, but does not answer.
     *
     * @return false if the collection has changed to another model meanwhile: then nothing was done
     * @throws LeaseLost if the version is no longer this worker's
     */
    boolean index(Job job) {
        return transactions.asWorker(session -> {
            boolean modelInUse = isModelInUse(session, job);
            // One switch of a document at a time.
            session.createNativeQuery("select id from document where id = :id for update", UUID.class)
                    .setParameter("id", job.document())
                    .getResultList();
            requireLease(session, job);
            if (!modelInUse) {
                return false;
            }
            holdStandby(session, job);
            boolean posted = job.text().isCurrent(session);
            job.text().unpostOlder(session);
            job.text().run(session, """
                    update embedding e set live = false from passage o
                     where e.passage_id = o.id and e.live and o.document_id = :document and o.version < :version
                    """);
            job.text().run(session, """
                    update version set current_to = now()
                     where document_id = :document and number < :version
                       and current_from is not null and current_to is null
                    """);
            job.text().run(session, """
                    update version v set state = 'indexed', indexed_at = now(), leased_by = null, leased_until = null,
                           progress_step = null,
                           current_from = coalesce(current_from, case when not exists (
                               select from version o where o.document_id = v.document_id and o.number > v.number
                                                       and o.current_from is not null) then now() end)
                     where document_id = :document and number = :version
                    """);
            if (!posted) {
                job.text().post(session);
            }
            job.text().run(session, """
                    update embedding e set live = true
                      from passage p
                      join version v on v.document_id = p.document_id and v.number = p.version
                     where e.passage_id = p.id and p.document_id = :document and p.version = :version
                       and v.current_from is not null and v.current_to is null
                    """);
            return true;
        });
    }

    /** And remains so until the transaction ends. */
    private static boolean isModelInUse(EntityManager session, Job job) {
        session.createNativeQuery("select id from collection where id = :id for key share", UUID.class)
                .setParameter("id", job.collection())
                .getResultList();
        return session
                .createNativeQuery("select embedding_model from collection where id = :id", String.class)
                .setParameter("id", job.collection())
                .getResultList()
                .stream()
                .anyMatch(model -> Objects.equals(model, job.model()));
    }

    /** Other models' embeddings come later: until then theirs are not complete. Nobody stores any of them meanwhile. */
    private static void holdStandby(EntityManager session, Job job) {
        var standby = session.createNativeQuery(
                        "select model from standby where collection_id = :id order by model for update", String.class)
                .setParameter("id", job.collection())
                .getResultList();
        if (!standby.isEmpty()) {
            session.createNativeQuery("""
                            update standby s set complete = false
                             where s.collection_id = :collection and s.complete
                               and exists (select from passage p
                                            where p.document_id = :document and p.version = :version
                                              and not exists (select from embedding e
                                                               where e.passage_id = p.id and e.model = s.model))
                            """)
                    .setParameter("collection", job.collection())
                    .setParameter("document", job.document())
                    .setParameter("version", job.version())
                    .executeUpdate();
        }
    }

    /**
     * Removes versions of which at least so many newer ones are there, some at a time; never one that answers now, or
     * that is on its way.
     *
     * @return how many were removed: others may be left
     */
    int removeReplaced(int keep) {
        return transactions.asWorker(session ->
                session.createNativeQuery("""
                        with replaced as materialized (
                            select v.document_id, v.number, v.current_to from version v
                             where not v.newest and v.state in ('indexed', 'rejected', 'failed')
                               and (v.current_from is null or v.current_to is not null)
                               and (select count(*) from version w
                                     where w.document_id = v.document_id and w.number > v.number) >= :keep
                             limit 100),
                        held as materialized (
                            select d.id from document d join collection c on c.id = d.collection_id
                             where d.id in (select document_id from replaced)
                               for key share of c skip locked for update of d skip locked),
                        told as (
                            update document d set kept_from = greatest(d.kept_from, r.until)
                              from (select document_id, max(current_to) as until from replaced group by 1) r
                             where d.id = r.document_id and d.id in (select id from held) and r.until is not null)
                        delete from version v using replaced r
                         where v.document_id = r.document_id and v.number = r.number
                           and v.document_id in (select id from held)
                        """).setParameter("keep", keep).executeUpdate());
    }

    private static void requireLease(EntityManager session, Job job) {
        var held = session.createNativeQuery("""
                        select number from version
                         where document_id = :document and number = :version and leased_by = :lease for update
                        """, Integer.class)
                .setParameter("document", job.document())
                .setParameter("version", job.version())
                .setParameter("lease", job.lease())
                .getResultList();
        if (held.isEmpty()) {
            throw new LeaseLost(job);
        }
    }
}
