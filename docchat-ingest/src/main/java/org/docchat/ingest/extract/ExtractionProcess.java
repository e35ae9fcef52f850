package org.docchat.ingest.extract;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.docchat.domain.Language;
import org.jspecify.annotations.Nullable;

/**
 * Reads files in processes of their own, since a parser may loop, take all memory or die on what it reads. A process
 * has a heap of its own, an empty environment, a scratch directory that goes with it, and a wall clock per document;
 * after any trouble it is killed and the next document gets a new one.
 *
 * <p>Safe for several threads: each call has a process to itself, so there are as many as there are concurrent calls;
 * they wait for the next document and end when none comes for a while, this object is closed or the server dies.
 * Interrupting a call kills its process.
 */
public final class ExtractionProcess implements Extractor, AutoCloseable {
    private final String classPath;
    private final Limits limits;
    private final @Nullable Ocr ocr;
    private final Path scratch;
    private final Deque<Child> idle = new ArrayDeque<>();
    private boolean closed;

    /**
     * @param classPath of the parsers: jars, or {@link #classPathOf} their directory
     * @param ocr how scanned pages are read; null: not at all, and the documents say so
     * @param scratch an existing directory for what parsers write
     */
    public ExtractionProcess(String classPath, Limits limits, @Nullable Ocr ocr, Path scratch) {
        this.classPath = classPath;
        this.limits = limits;
        this.ocr = ocr;
        this.scratch = scratch;
    }

    /** The class path that is made of all files of one directory, such as the unpacked {@code parser} archive. */
    public static String classPathOf(Path directory) {
        try (var archives = Files.list(directory)) {
            return archives.map(Path::toAbsolutePath)
                    .map(Path::toString)
                    .sorted()
                    .collect(Collectors.joining(File.pathSeparator));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public ExtractedText extract(Path file, String mediaType, Language language, Listener listener)
            throws Unreadable, InterruptedException {
        if (!Files.isReadable(file)) {
            throw new UncheckedIOException(new NoSuchFileException(file.toString()));
        }
        var request = new Wire.Request(
                file.toAbsolutePath().toString(),
                mediaType,
                ocr != null,
                Ocr.code(language),
                limits.maxCharacters(),
                limits.maxPages());
        return extract(request, listener);
    }

    private ExtractedText extract(Wire.Request request, Listener listener) throws Unreadable, InterruptedException {
        Child child = take();
        boolean good = false;
        try {
            ExtractedText text = within(child, request, listener);
            good = true;
            return text;
        } catch (Unreadable e) {
            // The process itself said so, calmly, or it is dead by now.
            good = child.isAlive();
            if (good || child.scanning() == 0 || !request.recognize()) {
                throw e;
            }
        } finally {
            if (good) {
                give(child);
            } else {
                child.close();
            }
        }
        // A picture was too much for it: the text of other pages need not be lost with that.
        return extract(request.withoutScans(), listener);
    }

    private ExtractedText within(Child child, Wire.Request request, Listener listener)
            throws Unreadable, InterruptedException {
        // Reading from a pipe can be neither interrupted nor timed: another thread reads, this one waits.
        var conversation = new FutureTask<>(() -> child.ask(request, listener));
        var thread = new Thread(conversation, "docchat-extract");
        thread.setDaemon(true);
        thread.start();
        long started = System.nanoTime();
        try {
            while (true) {
                long left = end(started, child.scanning()) - System.nanoTime();
                try {
                    return conversation.get(Math.max(0, left), TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    if (left <= 0) {
                        child.close();
                        throw new Unreadable(
                                "took_too_long",
                                "Reading the file was given up after "
                                        + limits.wallClock().toSeconds()
                                        + " seconds. Save it anew from the program that made it, or split it.");
                    }
                }
            }
        } catch (InterruptedException e) {
            child.close();
            throw e;
        } catch (ExecutionException e) {
            throw verdict(child, e.getCause());
        }
    }

    /** Each scanned page begins the wall clock anew, for as long as pages may be recognized. */
    private long end(long started, long scanning) {
        long end = started + limits.wallClock().toNanos();
        return ocr == null || scanning == 0
                ? end
                : Math.min(
                        scanning
                                + limits.wallClock().toNanos()
                                + ScannedPages.MOST_TURNS * ocr.page().toNanos(),
                        end + ocr.document().toNanos());
    }

    private Unreadable verdict(Child child, @Nullable Throwable cause) throws InterruptedException {
        if (cause instanceof Unreadable unreadable) {
            return unreadable;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        if (cause instanceof RuntimeException listeners) {
            throw listeners;
        }
        if (!(cause instanceof IOException) || cause instanceof Child.Trouble) {
            throw new UncheckedIOException(new IOException("the extraction process failed", cause));
        }
        return switch (child.exitCode()) {
            case Child.OUT_OF_MEMORY ->
                new Unreadable(
                        "took_too_much_memory",
                        "Reading the file takes more than the " + limits.heapMegabytes()
                                + " MB that are allowed here. Split it, or save it without its pictures.");
            case Child.KILLED, Child.TERMINATED ->
                throw new UncheckedIOException(
                        new IOException("the extraction process was killed from outside", cause));
            default ->
                new Unreadable(
                        "crashed_parser",
                        "The program that reads such files failed on this one. Save it anew from the program that made"
                                + " it, and upload it again.");
        };
    }

    private Child take() {
        synchronized (idle) {
            if (closed) {
                throw new IllegalStateException("closed");
            }
            for (Child child = idle.pollLast(); child != null; child = idle.pollLast()) {
                if (child.isAlive()) {
                    return child;
                }
                child.close();
            }
        }
        try {
            return Child.start(classPath, limits, ocr, scratch);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start the extraction process", e);
        }
    }

    private void give(Child child) {
        synchronized (idle) {
            if (!closed && child.answered() < limits.documentsPerProcess()) {
                idle.addLast(child);
                int answered = child.answered();
                CompletableFuture.delayedExecutor(limits.idle().toMillis(), TimeUnit.MILLISECONDS)
                        .execute(() -> endIfUnused(child, answered));
                return;
            }
        }
        child.close();
    }

    private void endIfUnused(Child child, int answered) {
        synchronized (idle) {
            if (child.answered() != answered || !idle.remove(child)) {
                return;
            }
        }
        child.close();
    }

    /** Ends the processes that wait; those at work end with their document. */
    @Override
    public void close() {
        synchronized (idle) {
            closed = true;
            idle.forEach(Child::close);
            idle.clear();
        }
    }
}
