package org.docchat.web.platform;

import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import jakarta.persistence.EntityManager;
import jakarta.servlet.ServletContext;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Transactions;
import org.docchat.ingest.Archives;
import org.docchat.ingest.Collections;
import org.docchat.ingest.Embeddings;
import org.docchat.ingest.Library;
import org.docchat.ingest.Sharing;
import org.docchat.ingest.extract.ExtractionProcess;
import org.docchat.ingest.extract.Limits;
import org.docchat.query.ChatModel;
import org.docchat.query.ChatWriter;
import org.docchat.query.Conversations;
import org.docchat.query.Evaluations;
import org.docchat.query.ExtractiveWriter;
import org.docchat.query.Librarian;
import org.docchat.query.Traces;
import org.docchat.query.Writer;
import org.docchat.web.model.OnnxEmbeddingModel;
import org.docchat.web.model.OpenAiChatModel;
import org.docchat.web.model.OpenAiEmbeddingModel;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/** The contexts and what they are given: plain objects, made here and nowhere else. */
@ApplicationScoped
class Wiring {
    private @Nullable ServletContext servlet;
    private @Nullable OpenAiChatModel chat;
    private Runnable endJsonLog = () -> {};
    /** Asked for only once: while the application starts, the server lets no other thread ask. */
    private @Nullable Path webInf;

    /** Before anything that needs a file of the WAR; what can be injected as ServletContext lives in requests only. */
    void remember(
            @Observes @Initialized(ApplicationScoped.class) @Priority(Interceptor.Priority.PLATFORM_BEFORE)
                    ServletContext context) {
        servlet = context;
        var path = context.getRealPath("/WEB-INF");
        webInf = path == null ? null : Path.of(path);
    }

    @Produces
    @Singleton
    Settings settings() {
        try {
            var settings = Settings.of(ConfigProvider.getConfig());
            if (settings.logFormat() == Settings.LogFormat.JSON) {
                endJsonLog = JsonLog.install();
            }
            UnknownSettings.look(ConfigProvider.getConfig());
            return settings;
        } catch (Settings.InvalidSetting e) {
            // Whoever needs a setting first meets this, often before Startup; the launcher waits for the reason.
            System.setProperty("docchat.start-failure", String.valueOf(e.getMessage()));
            throw e;
        }
    }

    @Produces
    @Singleton
    Proxies proxies(Settings settings) {
        return settings.proxies();
    }

    @Produces
    @Singleton
    Metrics metrics() {
        return new Metrics();
    }

    @Produces
    @Singleton
    EmbeddingModel embeddingModel(Settings settings) {
        return OnnxEmbeddingModel.bgeSmall(inWar("model"), settings.modelThreads());
    }

    void close(@Disposes EmbeddingModel model) throws Exception {
        if (model instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }

    @Produces
    @Singleton
    EmbeddingModels embeddingModels(EmbeddingModel standard, Settings settings, Metrics metrics) {
        var server = settings.embedding();
        return server == null
                ? EmbeddingModels.only(standard)
                : new EmbeddingModels(
                        standard, List.of(new MeasuredEmbeddingModel(new OpenAiEmbeddingModel(server), metrics)));
    }

    @Produces
    @Singleton
    Embeddings embeddings(Transactions<EntityManager> transactions, EmbeddingModels models) {
        return new Embeddings(transactions, models);
    }

    @Produces
    @Singleton
    ExtractionProcess extraction(Settings settings) {
        var standard = Limits.standard();
        var limits = new Limits(
                settings.parserHeapMegabytes(),
                Duration.ofSeconds(settings.parserTimeoutSeconds()),
                standard.maxCharacters(),
                standard.maxPages(),
                standard.documentsPerProcess(),
                standard.idle());
        return new ExtractionProcess(
                ExtractionProcess.classPathOf(inWar("parser")), limits, settings.ocr(), temporaryDirectory());
    }

    void close(@Disposes ExtractionProcess extraction) {
        extraction.close();
    }

    @Produces
    @Singleton
    Collections collections(Transactions<EntityManager> transactions) {
        return new Collections(transactions);
    }

    @Produces
    @Singleton
    Sharing sharing(Transactions<EntityManager> transactions) {
        return new Sharing(transactions);
    }

    @Produces
    @Singleton
    Archives archives(Transactions<EntityManager> transactions, EmbeddingModel model, Settings settings) {
        return new Archives(transactions, model, settings.importMaxBytes(), settings.quota());
    }

    @Produces
    @Singleton
    Library library(Transactions<EntityManager> transactions, Settings settings) {
        return new Library(transactions, settings.uploadMaxBytes(), settings.quota(), settings.clamav() != null);
    }

    @Produces
    @Singleton
    Conversations conversations(Transactions<EntityManager> transactions) {
        return new Conversations(transactions);
    }

    @Produces
    @Singleton
    Librarian librarian(
            Transactions<EntityManager> transactions,
            EmbeddingModels models,
            Writer writer,
            Conversations conversations,
            Metrics metrics) {
        return new Librarian(transactions, models, writer, conversations, metrics);
    }

    @Produces
    @Singleton
    Traces traces(Transactions<EntityManager> transactions, Librarian librarian) {
        return new Traces(transactions, librarian);
    }

    @Produces
    @Singleton
    Evaluations evaluations(Transactions<EntityManager> transactions, Librarian librarian) {
        return new Evaluations(transactions, librarian);
    }

    /** Empty: answers are quoted from the documents. */
    @Produces
    @Singleton
    Optional<ChatModel> chatModel(Settings settings, Metrics metrics, Spans spans) {
        var server = settings.chat();
        if (server == null) {
            return Optional.empty();
        }
        chat = new OpenAiChatModel(server);
        return Optional.of(new MeasuredChatModel(chat, metrics, spans));
    }

    @Produces
    @Singleton
    Writer writer(Optional<ChatModel> chatModel, EmbeddingModel model) {
        var extractive = new ExtractiveWriter(model);
        return chatModel
                .<Writer>map(chosen -> new ChatWriter(chosen, model, extractive))
                .orElse(extractive);
    }

    @PreDestroy
    void close() {
        endJsonLog.run();
        if (chat != null) {
            chat.close();
        }
    }

    private Path temporaryDirectory() {
        // The server owns it and clears it with the application.
        return servlet().getAttribute(ServletContext.TEMPDIR) instanceof File directory
                ? directory.toPath()
                : Path.of(System.getProperty("java.io.tmpdir"));
    }

    private ServletContext servlet() {
        return Objects.requireNonNull(servlet, "the application is not initialized");
    }

    private Path inWar(String directory) {
        if (webInf == null) {
            throw new IllegalStateException("DocChat must be deployed exploded: the server does not unpack its WAR");
        }
        return webInf.resolve(directory);
    }
}
