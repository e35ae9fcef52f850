package org.docchat.web.platform;

import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigValue;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.eclipse.microprofile.config.spi.Converter;
import org.jspecify.annotations.Nullable;

/** Texts by key, and a memory of what was asked for. */
final class FixedConfig implements Config {
    private final Map<String, String> values;
    private final Set<String> asked = new TreeSet<>();

    FixedConfig(Map<String, String> values) {
        this.values = values;
    }

    Set<String> asked() {
        return asked;
    }

    @Override
    public <T> Optional<T> getOptionalValue(String key, Class<T> type) {
        return Optional.ofNullable(getConfigValue(key).getValue()).map(type::cast);
    }

    @Override
    public <T> T getValue(String key, Class<T> type) {
        return getOptionalValue(key, type).orElseThrow(() -> new NoSuchElementException(key));
    }

    @Override
    public Iterable<String> getPropertyNames() {
        return values.keySet();
    }

    @Override
    public Iterable<ConfigSource> getConfigSources() {
        return List.of();
    }

    @Override
    public ConfigValue getConfigValue(String key) {
        asked.add(key);
        return new ConfigValue() {
            @Override
            public String getName() {
                return key;
            }

            @Override
            public @Nullable String getValue() {
                var raw = getRawValue();
                return raw == null ? null : raw.replaceAll("\\$\\{[^}]*}", "expanded");
            }

            @Override
            public @Nullable String getRawValue() {
                return values.get(key);
            }

            @Override
            public String getSourceName() {
                return "fixed";
            }

            @Override
            public int getSourceOrdinal() {
                return 0;
            }
        };
    }

    @Override
    public <T> Optional<Converter<T>> getConverter(Class<T> type) {
        return Optional.empty();
    }

    @Override
    public <T> T unwrap(Class<T> type) {
        throw new IllegalArgumentException("it is nothing but itself");
    }
}
