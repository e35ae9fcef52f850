package org.docchat.web.platform;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.docchat.domain.EmbeddingModel;
import org.docchat.domain.EmbeddingModels;
import org.docchat.domain.Failure;
import org.docchat.query.ChatModel;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/** How this node is set up and whether what it leans on works; for administrators. */
@ApplicationScoped
public class SystemState {
    /** By name, so that nobody has to remember to hide a new one. Whole addresses: they may hold a password. */
    private static final Pattern SECRET =
            Pattern.compile("(?!DOCCHAT_REQUESTS_PER_KEY).*(SECRET|PASSWORD|KEY|TOKEN)|DATABASE_(READ_)?URL");

    private static final System.Logger LOG = System.getLogger(SystemState.class.getName());
    private static final String EMBEDS_ELSEWHERE = "Embeds where a collection has chosen it";
    private static final Duration LONGEST_TRIAL = Duration.ofSeconds(30);

    @Inject
    Settings settings;

    @Inject
    EmbeddingModels embeddings;

    @Inject
    Optional<ChatModel> chat;

    @Inject
    Metrics metrics;

    @Inject
    Replica replica;

    /** Where a value comes from. */
    public enum Origin {
        ENVIRONMENT,
        FILE,
        PROPERTY,
        DEFAULT
    }

    /**
     * A setting in force.
     *
     * @param value empty: the default that {@code .env.example} tells
     * @param isSecret whether there is one that is not told
     */
    public record Setting(String key, String value, boolean isSecret, Origin origin) {}

    /**
     * Something that DocChat leans on.
     *
     * @param does what it is for
     * @param where it runs
     * @param state in words
     * @param works false: it was tried and failed
     * @param isElsewhere whether it is on a server, which is only tried on demand
     */
    public record Part(String does, String name, String where, String state, boolean works, boolean isElsewhere) {
        private Part(String does, String name, String where, String state, boolean works) {
            this(does, name, where, state, works, false);
        }

        private Part found(String now, boolean well) {
            return new Part(does, name, where, now, well, isElsewhere);
        }
    }

    /** Every setting that is read at start, by name. */
    public List<Setting> settings() {
        return settings(ConfigProvider.getConfig());
    }

    static List<Setting> settings(Config config) {
        var keys = keys(config);
        return keys.stream()
                // The system's.
                .filter(key -> !key.equals("PATH"))
                .map(key -> key.replaceFirst("_FILE$", ""))
                .distinct()
                .sorted()
                .map(key -> setting(config, key))
                .toList();
    }

    /** All that reading the settings asks for. */
    static Set<String> keys(Config config) {
        var keys = new TreeSet<>(Set.of("DATABASE_URL"));
        var noting = (Config) Proxy.newProxyInstance(
                Config.class.getClassLoader(), new Class<?>[] {Config.class}, (proxy, method, arguments) -> {
                    if (arguments != null && arguments[0] instanceof String key) {
                        keys.add(key);
                    }
                    try {
                        return method.invoke(config, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        Settings.of(noting);
        return keys;
    }

    private static Setting setting(Config config, String key) {
        boolean secret = SECRET.matcher(key).matches();
        boolean file = isSet(config, key + "_FILE");
        if (!file && !isSet(config, key)) {
            return new Setting(key, "", false, Origin.DEFAULT);
        }
        var value = secret ? "" : Settings.text(config, key).orElse("").replaceAll("//[^/@]+@", "//…@");
        if (file) {
            return new Setting(key, value, secret, Origin.FILE);
        }
        var source = String.valueOf(config.getConfigValue(key).getSourceName()).toLowerCase(Locale.ROOT);
        return new Setting(key, value, secret, source.contains("env") ? Origin.ENVIRONMENT : Origin.PROPERTY);
    }

    private static boolean isSet(Config config, String key) {
        var value = config.getConfigValue(key).getRawValue();
        return value != null && !value.isBlank();
    }

    /** What embeds, writes, recognizes and vouches. The embedding model in this process is tried. */
    public List<Part> parts() {
        var parts = new ArrayList<Part>();
        var standard = embeddings.standard();
        parts.add(tried(new Part("Embeds", named(standard), "in this process", "", true), standard));
        var server = settings.embedding();
        for (var other : embeddings.others()) {
            var where = server == null ? "" : host(server.address());
            parts.add(new Part(EMBEDS_ELSEWHERE, named(other), where, "Not tried", true, true));
        }
        var writer = settings.chat();
        if (writer == null) {
            parts.add(new Part("Writes answers", "no chat model", "", "Answers are quoted from the documents", true));
        } else {
            long failed = metrics.chatCalls("failed");
            long all = metrics.chatCalls(null);
            var state = all == 0
                    ? "Not asked yet"
                    : all + (all == 1 ? " call" : " calls") + " since this node started, " + failed + " failed";
            parts.add(new Part("Writes answers", writer.model(), host(writer.address()), state, failed == 0, true));
        }
        if (settings.replicaStaleness() != null) {
            boolean used = replica.isUsed();
            var state = replica.state() + (used ? "" : "; the database ranks instead");
            parts.add(new Part("Ranks what is searched for", "read replica", "", state, used));
        }
        var ocr = settings.ocr();
        parts.add(
                ocr == null
                        ? new Part("Reads scans", "no Tesseract", "", "Documents say which pages were not read", true)
                        : new Part("Reads scans", "Tesseract", ocr.program().toString(), "There", true));
        var provider = settings.openId();
        if (provider != null) {
            parts.add(new Part("Signs people in", provider.name(), host(provider.issuer()), "Set up", true));
        }
        return parts;
    }

    /** Calls what is on a server, once and briefly, and says how that went. */
    public Part tried(Part part) {
        if (part.does().equals(EMBEDS_ELSEWHERE)) {
            return embeddings.others().stream()
                    .filter(model -> named(model).equals(part.name()))
                    .findFirst()
                    .map(model -> tried(part, model))
                    .orElse(part);
        }
        return chat.filter(model -> part.isElsewhere())
                .map(model -> tried(part, model))
                .orElse(part);
    }

    private static Part tried(Part part, EmbeddingModel model) {
        long began = System.nanoTime();
        try {
            model.embedQuestion("ready?");
            return part.found("Answers within " + Math.max(1, since(began).toMillis()) + " ms", true);
        } catch (Failure.Unavailable e) {
            return part.found(e.getMessage() + advice(e.code(), "DOCCHAT_EMBEDDING_BASE_URL"), false);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "the embedding model " + model.name() + " does not work", e);
            return part.found("Fails: the log says why", false);
        }
    }

    private static Part tried(Part part, ChatModel model) {
        long began = System.nanoTime();
        var first = new AtomicReference<Duration>();
        try {
            var completion = model.complete(
                    new ChatModel.Prompt("You are asked whether you work. Answer with one word.", "Say: ready"),
                    token -> first.compareAndSet(null, since(began)),
                    // The first word is what people wait for; some models think at length before they stop.
                    () -> first.get() != null && since(began).compareTo(LONGEST_TRIAL) > 0);
            var heard = first.get();
            return heard == null || completion.text().isBlank()
                    ? part.found("It was reached and wrote nothing: is it a chat model?", false)
                    : part.found(
                            "Its first word came after " + seconds(heard) + ", its last after " + seconds(since(began)),
                            true);
        } catch (Failure.Unavailable e) {
            return part.found(e.getMessage() + advice(e.code(), "OPENAI_BASE_URL"), false);
        }
    }

    /** What an administrator can do about a failure whose message does not say it. */
    private static String advice(String code, String address) {
        return switch (code.replaceFirst("^(chat|embedding)_model_", "")) {
            case "unreachable" -> " Look whether it runs, and whether this machine reaches it at " + address + ".";
            case "busy" -> " Try again later, or give it more room.";
            case "failed" -> " Its own log says why.";
            case "late" -> " Take a smaller model or a faster machine, or raise DOCCHAT_CHAT_FIRST_TOKEN_SECONDS.";
            case "broken" -> " Look whether " + address + " is that of an API like OpenAI's; most end in /v1.";
            case "resting" -> " Try again in half a minute.";
            default -> "";
        };
    }

    private static String named(EmbeddingModel model) {
        return model.name() + ", " + model.dimensions() + " dimensions";
    }

    private static Duration since(long began) {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ENGLISH, "%.2f s", time.toMillis() / 1000.0);
    }

    private static String host(URI address) {
        return Stream.of(address.getAuthority(), address.toString())
                .filter(part -> part != null)
                .findFirst()
                .orElse("");
    }

    /**
     * How much of something may be used.
     *
     * @param words what people would say, with the number in place 0
     */
    public record Limit(String words, long most) {}

    /** Only limits that there are. */
    public List<Limit> limits() {
        var limits = new ArrayList<Limit>();
        add(limits, settings.requests().perUser(), "{0} requests a minute by one user");
        add(limits, settings.requests().perKey(), "{0} requests a minute by one API key");
        add(limits, settings.requests().perNetwork(), "{0} requests a minute from one network");
        add(limits, settings.questions().perUser(), "{0} questions in 24 hours by one user");
        add(limits, settings.questions().perCollection(), "{0} questions in 24 hours to one collection");
        add(limits, settings.quota().user().documents(), "{0} documents sent by one user");
        add(limits, settings.quota().user().bytes(), "{0} bytes sent by one user");
        add(limits, settings.quota().collection().documents(), "{0} documents in one collection");
        add(limits, settings.quota().collection().bytes(), "{0} bytes in one collection");
        add(limits, settings.uploadMaxBytes(), "{0} bytes in one document");
        return limits;
    }

    private static void add(List<Limit> limits, long most, String words) {
        if (most > 0) {
            limits.add(new Limit(words, most));
        }
    }
}
