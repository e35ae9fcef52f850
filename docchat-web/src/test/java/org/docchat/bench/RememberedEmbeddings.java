package org.docchat.bench;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.docchat.ForwardingModel;
import org.docchat.domain.Embedding;
import org.docchat.domain.EmbeddingModel;

/** A model that computes each text once and for all: what it has computed is kept in a file, by the text's hash. */
final class RememberedEmbeddings extends ForwardingModel implements AutoCloseable {
    private final Map<String, Embedding> known = new ConcurrentHashMap<>();
    private final DataOutputStream file;

    RememberedEmbeddings(EmbeddingModel model, Path directory) throws IOException {
        super(model);
        var path = Files.createDirectories(directory).resolve(model.name() + ".embeddings");
        long whole = Files.exists(path) ? read(path) : 0;
        try (var channel =
                java.nio.channels.FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            // A run that was stopped may have left half a record.
            channel.truncate(whole);
        }
        this.file = new DataOutputStream(Files.newOutputStream(path, StandardOpenOption.APPEND));
    }

    private long read(Path path) throws IOException {
        long whole = 0;
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(path), 1 << 16))) {
            var key = new byte[32];
            while (true) {
                in.readFully(key);
                var vector = new float[model.dimensions()];
                for (int i = 0; i < vector.length; i++) {
                    vector[i] = in.readFloat();
                }
                known.put(HexFormat.of().formatHex(key), new Embedding(vector));
                whole += 32 + 4L * vector.length;
            }
        } catch (EOFException e) {
            return whole;
        }
    }

    @Override
    public List<Embedding> embedPassages(List<String> texts) {
        var missing = texts.stream()
                .filter(text -> !known.containsKey(key("passage", text)))
                .distinct()
                .toList();
        var computed = model.embedPassages(missing);
        for (int i = 0; i < missing.size(); i++) {
            remember(key("passage", missing.get(i)), computed.get(i));
        }
        return texts.stream()
                .map(text -> recalled("passage", text, () -> model.embedPassages(List.of(text))
                        .get(0)))
                .toList();
    }

    @Override
    public Embedding embedQuestion(String text) {
        return recalled("question", text, () -> model.embedQuestion(text));
    }

    private Embedding recalled(String kind, String text, Supplier<Embedding> compute) {
        var key = key(kind, text);
        var embedding = known.get(key);
        return embedding == null ? remember(key, compute.get()) : embedding;
    }

    private synchronized Embedding remember(String key, Embedding embedding) {
        var earlier = known.putIfAbsent(key, embedding);
        if (earlier != null) {
            return earlier;
        }
        try {
            file.write(HexFormat.of().parseHex(key));
            var record = java.nio.ByteBuffer.allocate(4 * embedding.vector().length);
            record.asFloatBuffer().put(embedding.vector());
            file.write(record.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return embedding;
    }

    private static String key(String kind, String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest((kind + "\n" + text).getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
