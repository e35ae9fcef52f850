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
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.docchat.domain.EmbeddingModel;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/** How this node is set up and whether what it leans on works; for administrators. */
@ApplicationScoped
public class SystemState {
    /** By name, so that nobody has to remember to hide a new one. Whole addresses: they may hold a password. */
    private static final Pattern SECRET =
            Pattern.compile("(?!DOCCHAT_REQUESTS_PER_KEY).*(SECRET|PASSWORD|KEY|TOKEN)|DATABASE_URL");

    @Inject
    Settings settings;

    @Inject
    EmbeddingModel embedding;

    @Inject
    Metrics metrics;

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
     */
    public record Part(String does, String name, String where, String state, boolean works) {}

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
    private static Set<String> keys(Config config) {
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

    /** What embeds, writes, recognizes and vouches. The embedding model is tried; of the chat model its calls tell. */
    public List<Part> parts() {
        var parts = new ArrayList<Part>();
        parts.add(embedding());
        var chat = settings.chat();
        if (chat == null) {
            parts.add(new Part("Writes answers", "no chat model", "", "Answers are quoted from the documents", true));
        } else {
            long failed = metrics.chatCalls("failed");
            long all = metrics.chatCalls(null);
            var state = all == 0 ? "Not asked yet" : all + " calls since this node started, " + failed + " failed";
            parts.add(new Part("Writes answers", chat.model(), host(chat.address()), state, failed == 0));
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

    private Part embedding() {
        var name = embedding.name() + ", " + embedding.dimensions() + " dimensions";
        long began = System.nanoTime();
        try {
            embedding.embedQuestion("ready?");
            long millis = Duration.ofNanos(System.nanoTime() - began).toMillis();
            return new Part("Embeds", name, "in this process", "Answers within " + Math.max(1, millis) + " ms", true);
        } catch (RuntimeException e) {
            return new Part("Embeds", name, "in this process", "Fails: the log says why", false);
        }
    }

    private static String host(URI address) {
        return Stream.of(address.getAuthority(), address.toString())
                .filter(part -> part != null)
                .findFirst()
                .orElse("");
    }

    /** What may be used at most, as people would say it; only limits that there are. */
    public List<String> limits() {
        var limits = new ArrayList<String>();
        add(limits, settings.requests().perUser(), "requests a minute by one user");
        add(limits, settings.requests().perKey(), "requests a minute by one API key");
        add(limits, settings.requests().perNetwork(), "requests a minute from one network");
        add(limits, settings.questions().perUser(), "questions in 24 hours by one user");
        add(limits, settings.questions().perCollection(), "questions in 24 hours to one collection");
        add(limits, settings.quota().user().documents(), "documents sent by one user");
        add(limits, settings.quota().user().bytes(), "bytes sent by one user");
        add(limits, settings.quota().collection().documents(), "documents in one collection");
        add(limits, settings.quota().collection().bytes(), "bytes in one collection");
        add(limits, settings.uploadMaxBytes(), "bytes in one document");
        return limits;
    }

    private static void add(List<String> limits, long most, String of) {
        if (most > 0) {
            limits.add(String.format(Locale.ENGLISH, "%,d %s", most, of));
        }
    }
}
