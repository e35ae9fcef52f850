package org.docchat.ingest;

import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.docchat.domain.DocumentState.Problem;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.LogContext;
import org.docchat.domain.Transactions;
import org.docchat.ingest.Queue.Job;
import org.docchat.ingest.extract.Extractor;

/**
 * Takes documents from the queue, one at a time, through all steps that are left for them. Every step ends with a
 * transaction that checks the lease, so that a document which two workers believe to be theirs is still indexed once.
 */
public final class Worker implements Runnable {
    private static final Logger LOG = Logger.getLogger(Worker.class.getName());
    /** The bell usually comes first; this is for what nobody rings for, such as a lease that ran out. */
    private static final Duration IDLE = Duration.ofSeconds(2);
    /** After this long, a document whose text can be found by keyword lets others go first. */
    private static final Duration TURN = Duration.ofSeconds(5);
    /** After this long, those go first that are small and of another collection. */
    private static final Duration SHORTEST_TURN = Duration.ofSeconds(1);

    private static final Duration SWEEP = Duration.ofMinutes(1);
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    private static final int BATCH = 32;

    /** What a worker does. Recognizing the pages of one long scan must not keep all other documents waiting. */
    public enum Share {
        /** The one way where pages cannot be recognized. */
        EVERYTHING,
        /** All but recognizing scanned pages, which is left to others. */
        TEXT,
        /** Documents with scanned pages that others have come upon. */
        SCANS
    }

    /** The document has scanned pages, and those are not this worker's share. */
    private static final class Scanned extends RuntimeException {}

    private final Transactions<EntityManager> transactions;
    private final Share share;
    private final Queue queue;
    private final Shelf shelf;
    private final EmbeddingModels models;
    private final Filling filling;
    private final Extractor extractor;
    private final Splitter splitter;
    private final ScheduledExecutorService clock;
    private final Bell bell;
    private final int keepVersions;
    private final Observer observer;
    private final ExecutorService embedding = Executors.newFixedThreadPool(Ahead.BATCHES, work -> {
        var thread = new Thread(work, "docchat-ingest-ahead");
        thread.setDaemon(true);
        return thread;
    });
    private long swept = System.nanoTime() - SWEEP.toNanos();

    /**
     * @param share which part of the work
     * @param extractor recognizes scanned pages unless the share is {@link Share#EVERYTHING}
     * @param clock keeps the lease alive while a long step runs
     * @param bell rung where there may be something to do; shared by all workers
     * @param keepVersions how many versions of a document are kept; 0: all
     * @param observer called by this worker's thread
     */
    public Worker(
            Share share,
            Transactions<EntityManager> transactions,
            EmbeddingModels models,
            Extractor extractor,
            ScheduledExecutorService clock,
            Bell bell,
            int keepVersions,
            Observer observer) {
        this(
                share,
                transactions,
                models,
                extractor,
                new Splitter(models.standard()::countTokens, models.standard().maxTokens()),
                clock,
                bell,
                keepVersions,
                observer);
    }

    Worker(
            Share share,
            Transactions<EntityManager> transactions,
            EmbeddingModels models,
            Extractor extractor,
            Splitter splitter,
            ScheduledExecutorService clock,
            Bell bell,
            int keepVersions,
            Observer observer) {
        this.share = share;
        this.transactions = transactions;
        this.queue = new Queue(transactions, share);
        this.shelf = new Shelf(transactions);
        this.models = models;
        this.filling = new Filling(transactions, models, clock);
        this.extractor = extractor;
        this.splitter = splitter;
        this.clock = clock;
        this.bell = bell;
        this.keepVersions = keepVersions;
        this.observer = observer;
    }

    /** Hears of every step that a document has taken, however it ended. */
    @FunctionalInterface
    public interface Observer {
        void took(Step step, Outcome outcome, Duration time);
    }

    /** What a document goes through, in this order. */
    public enum Step {
        /** From bytes to stored passages. */
        READ,
        /** Embeddings for as many passages as its turn allows. */
        EMBED,
        /** It becomes what answers. */
        INDEX
    }

    /** How a step ended. */
    public enum Outcome {
        DONE,
        /** The document will never yield text as it is. */
        REJECTED,
        /** Something else is at fault; it is tried again, but not for ever. */
        FAILED,
        /** The worker was stopped, or the document deleted, or left to the worker that recognizes scanned pages. */
        INTERRUPTED
    }

    /** Works until the thread is interrupted, once. */
    @Override
    public void run() {
        try {
            workOn();
        } finally {
            embedding.shutdownNow();
        }
    }

    private void workOn() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                sweep();
                long heard = bell.rings();
                var job = queue.lease();
                if (job.isPresent()) {
                    try (var context = LogContext.with(
                            LogContext.Key.DOCUMENT, job.get().document().toString())) {
                        work(job.get());
                    }
                }
                // A turn each, as long as there are both.
                boolean filled = share != Share.SCANS && filling.turn();
                if (job.isEmpty() && !filled) {
                    bell.await(heard, IDLE);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "the queue could not be read; trying again", e);
                pause();
            }
        }
    }

    private void sweep() {
        if (System.nanoTime() - swept > SWEEP.toNanos()) {
            swept = System.nanoTime();
            Uploads.sweep(transactions);
            while (keepVersions > 0 && shelf.removeReplaced(keepVersions) > 0) {
                LOG.fine("removed versions that were replaced");
            }
            while (shelf.pack()) {
                LOG.fine("made lists of the inverted index");
            }
        }
    }

    private void work(Job job) throws InterruptedException {
        var heartbeat = clock.scheduleAtFixedRate(
                () -> renew(job), HEARTBEAT.toMillis(), HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
        try {
            if (!job.hasText()) {
                step(Step.READ, () -> {
                    read(job);
                    return true;
                });
            }
            var model = models.named(job.model());
            if (step(Step.EMBED, () -> embed(job, model)) && step(Step.INDEX, () -> shelf.index(job))) {
                LOG.log(Level.INFO, "{0} is indexed", job);
            } else {
                queue.release(job);
            }
        } catch (Extractor.Unreadable e) {
            queue.reject(job, new Problem(e.code(), String.valueOf(e.getMessage())));
        } catch (Scanned e) {
            queue.passOn(job);
        } catch (Queue.LeaseLost e) {
            LOG.log(Level.INFO, "{0} was deleted, or is another worker''s now", job);
        } catch (InterruptedException e) {
            queue.release(job);
            throw e;
        } catch (RuntimeException e) {
            if (Thread.interrupted()) {
                queue.release(job);
                throw new InterruptedException();
            }
            LOG.log(Level.WARNING, "attempt " + job.attempts() + " at " + job + " failed", e);
            queue.postpone(job, e);
        } finally {
            heartbeat.cancel(false);
        }
    }

    private interface Action {
        boolean take() throws Extractor.Unreadable, InterruptedException;
    }

    private boolean step(Step step, Action action) throws Extractor.Unreadable, InterruptedException {
        long began = System.nanoTime();
        var outcome = Outcome.FAILED;
        try {
            boolean result = action.take();
            outcome = Outcome.DONE;
            return result;
        } catch (Extractor.Unreadable e) {
            outcome = Outcome.REJECTED;
            throw e;
        } catch (Queue.LeaseLost | Scanned | InterruptedException e) {
            outcome = Outcome.INTERRUPTED;
            throw e;
        } finally {
            observer.took(step, outcome, Duration.ofNanos(System.nanoTime() - began));
        }
    }

    /** A heartbeat that fails once must not be the last. */
    private void renew(Job job) {
        try {
            queue.renew(job);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "the lease of " + job + " could not be renewed", e);
        }
    }

    private void read(Job job) throws Extractor.Unreadable, InterruptedException {
        queue.progress(job, "parsing", "reading pages", 0, 0, false);
        try {
            var file = Files.createTempFile("docchat", "");
            try {
                shelf.writeContent(job, file);
                var text = extractor.extract(file, job.mediaType(), job.language(), new Reading(job));
                var chunks = splitter.split(text, Title.of(job.name()));
                if (chunks.isEmpty()) {
                    throw new Extractor.Unreadable(
                            "no_text",
                            "No text was found in this document. If it is a scan, it needs text recognition (OCR)"
                                    + " first.");
                }
                shelf.storeText(job, text, chunks);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Passes on how far it has come. */
    private final class Reading implements Extractor.Listener {
        private final Job job;
        private long reported;

        Reading(Job job) {
            this.job = job;
        }

        @Override
        public void pages(int done, int total) {
            long now = System.nanoTime();
            if (now - reported > 300_000_000L) {
                reported = now;
                queue.progress(job, "parsing", "reading pages", done, total, false);
            }
        }

        @Override
        public void scans(int done, int total) {
            if (share == Share.TEXT) {
                throw new Scanned();
            }
            queue.progress(job, "parsing", "recognizing pages", done, total, false);
        }
    }

    /** False if its turn is over, or its collection paused: what is embedded is kept, the rest is for the next turn. */
    private boolean embed(Job job, EmbeddingModel model) throws InterruptedException {
        long began = System.nanoTime();
        shelf.reuseEmbeddings(job);
        var waiting = shelf.withoutEmbedding(job, model.name());
        int total = shelf.passages(job);
        int done = total - waiting.size();
        int from = 0;
        try (var ahead = new Ahead(model, embedding)) {
            while (true) {
                while (ahead.hasRoom() && from < waiting.size() && goesOn(job, began, done, total)) {
                    var batch = waiting.subList(from, Math.min(from + BATCH, waiting.size()));
                    ahead.begin(batch);
                    from += batch.size();
                }
                if (ahead.isEmpty()) {
                    return from == waiting.size();
                }
                var batch = ahead.next();
                shelf.storeEmbeddings(job, model.name(), batch.passages(), batch.embeddings());
                done += batch.passages().size();
            }
        }
    }

    private boolean goesOn(Job job, long began, int done, int total) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        long taken = System.nanoTime() - began;
        return taken <= TURN.toNanos()
                && !queue.progress(
                        job, "embedding", "embedding passages", done, total, taken > SHORTEST_TURN.toNanos());
    }

    private static void pause() {
        try {
            Thread.sleep(1_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
