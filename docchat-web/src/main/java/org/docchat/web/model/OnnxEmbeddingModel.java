package org.docchat.web.model;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.docchat.domain.Embedding;
import org.docchat.domain.EmbeddingModel;

/**
 * A BERT-like model in this process. One session serves all threads, each text runs alone on one of them: the
 * quantised models scale their activations over everything in a batch, so that only a text on its own has the same
 * embedding every time.
 */
public final class OnnxEmbeddingModel implements EmbeddingModel, AutoCloseable {
    private static final int MOST_TOKENS = 512;
    private static final int FEW = 16;
    /** Known to all deployments in this process, unlike a static. */
    private static final String LIBRARIES_TAKEN = "docchat.onnxruntime.taken";

    private final String name;
    private final String instruction;
    private final WordPiece tokenizer;
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final ExecutorService threads;

    /**
     * BAAI's bge-small-en-v1.5, quantised: 384 dimensions, the first token's vector, questions with an instruction.
     *
     * @param directory holds {@code bge-small-en-v1.5-q.onnx} and its {@code -tokenizer.json}
     * @param threads how many passages are embedded at a time
     * @throws UncheckedIOException if the files are not there or not a model
     */
    public static OnnxEmbeddingModel bgeSmall(Path directory, int threads) {
        try {
            return new OnnxEmbeddingModel(
                    "bge-small-en-v1.5-q",
                    "Represent this sentence for searching relevant passages: ",
                    directory,
                    threads);
        } catch (OrtException e) {
            throw new UncheckedIOException(new IOException("the embedding model could not be loaded", e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private OnnxEmbeddingModel(String name, String instruction, Path directory, int threads)
            throws IOException, OrtException {
        this.name = name;
        this.instruction = instruction;
        this.tokenizer = WordPiece.of(directory.resolve(name + "-tokenizer.json"));
        useUnpackedLibraries();
        this.environment = OrtEnvironment.getEnvironment();
        try (var options = new OrtSession.SessionOptions()) {
            // Parallel over texts, not inside one: no threads that wait for each other.
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            this.session =
                    environment.createSession(directory.resolve(name + ".onnx").toString(), options);
        }
        this.threads = Executors.newFixedThreadPool(threads, work -> {
            var thread = new Thread(work, "docchat-embed");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Loads the native libraries from where the server unpacked them; else each start leaves a copy in /tmp. A file is
     * loaded once in a process, though, and a deployment before this one may still hold it: then a copy it is.
     */
    private static void useUnpackedLibraries() {
        var machine = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x64";
        var library =
                OnnxEmbeddingModel.class.getResource("/ai/onnxruntime/native/linux-" + machine + "/libonnxruntime.so");
        if (library == null || !library.getProtocol().equals("file")) {
            return;
        }
        if (System.getProperty(LIBRARIES_TAKEN) == null) {
            System.setProperty(LIBRARIES_TAKEN, "true");
            var directory = Path.of(URI.create(library.toString())).getParent();
            System.setProperty("onnxruntime.native.path", String.valueOf(directory));
        } else {
            System.clearProperty("onnxruntime.native.path");
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int dimensions() {
        return 384;
    }

    @Override
    public int maxTokens() {
        return MOST_TOKENS - 2;
    }

    @Override
    public int countTokens(String text) {
        return tokenizer.count(text);
    }

    @Override
    public List<Embedding> embedPassages(List<String> texts) {
        if (texts.size() <= FEW) {
            // Somebody waits for an answer: not behind a document that is being indexed.
            return texts.stream().map(this::embed).toList();
        }
        // Longest first, so that no thread is left alone with a long one at the end.
        var order = IntStream.range(0, texts.size())
                .boxed()
                .sorted(Comparator.comparingInt((Integer i) -> -texts.get(i).length()))
                .toList();
        var running = new TreeMap<Integer, Future<Embedding>>();
        for (var i : order) {
            running.put(i, threads.submit(() -> embed(texts.get(i))));
        }
        var embeddings = new ArrayList<Embedding>(texts.size());
        try {
            for (var next : running.values()) {
                embeddings.add(next.get());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("the embedding model failed", e.getCause());
        } catch (InterruptedException e) {
            running.values().forEach(future -> future.cancel(false));
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while embedding", e);
        }
        return embeddings;
    }

    /** Runs on the caller's thread, so that a question does not wait behind the passages of a document. */
    @Override
    public Embedding embedQuestion(String text) {
        return embed(instruction + text);
    }

    private Embedding embed(String text) {
        var ids = tokenizer.encode(text, maxTokens());
        var mask = new long[ids.length];
        java.util.Arrays.fill(mask, 1);
        var inputs = new HashMap<String, OnnxTensor>();
        try {
            inputs.put("input_ids", OnnxTensor.createTensor(environment, new long[][] {ids}));
            inputs.put("attention_mask", OnnxTensor.createTensor(environment, new long[][] {mask}));
            inputs.put("token_type_ids", OnnxTensor.createTensor(environment, new long[][] {new long[ids.length]}));
            try (var result = session.run(inputs)) {
                var vector = new float[dimensions()];
                ((OnnxTensor) result.get(0)).getFloatBuffer().get(vector);
                return Embedding.normalized(vector);
            }
        } catch (OrtException e) {
            throw new IllegalStateException("the embedding model failed", e);
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    @Override
    public void close() throws OrtException {
        threads.shutdownNow();
        session.close();
    }
}
